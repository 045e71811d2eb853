// The line to the show. It is opened again whenever it breaks, and says so.

import { locked } from "./lock.js";

const FIRST_PAUSE = 250;
const LAST_PAUSE = 2000;

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
  socket.send(JSON.stringify(what));
  return true;
}
