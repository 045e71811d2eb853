// The line to the show. It is opened again whenever it breaks, and says so.

import { locked } from "./lock.js";
import * as notice from "./notice.js";

const FIRST_PAUSE = 250;
const LAST_PAUSE = 2000;
/** The most bytes of a message that the show reads. */
const LARGEST = 49_152;

let socket = null;
let pause = FIRST_PAUSE;

/** Connect; `hear` gets every news by its kind, `changed` whether there is a connection. */
export function connect(hear, changed) {
  socket = new WebSocket(`ws://${location.host}/news`);
  socket.onopen = () => {
    pause = FIRST_PAUSE;
    changed(true);
  };
  socket.onmessage = (event) => {
    const news = JSON.parse(event.data);
    hear(news.kind, news);
  };
  socket.onclose = () => {
    changed(false);
    setTimeout(() => connect(hear, changed), pause);
    pause = Math.min(2 * pause, LAST_PAUSE);
  };
}

/** Ask the show for something; tells whether it could be said. A locked page asks for panic alone. */
export function ask(what) {
  if (socket === null || socket.readyState !== WebSocket.OPEN) return false;
  if (locked() && what.do !== "panic") return false;
  const text = JSON.stringify(what);
  if (text.length > LARGEST / 4 && new TextEncoder().encode(text).length > LARGEST) {
    notice.tell("That is too long to be sent");
    return false;
  }
  socket.send(text);
  return true;
}
