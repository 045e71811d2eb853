// What is held down: said once, renewed while it is held, and let go. The show lets go by itself
// what is not renewed, so that a page that has gone leaves nothing held.

import { press } from "./dom.js";
import { ask } from "./link.js";

const RENEW = 300;

let held = null;

/** Hold what a finger or a key (`by`) is down on; one thing at a time, the newest. */
export function holdDown(what) {
  if (held) letGoAll();
  if (!ask({ do: "hold", box: what.box, parameter: what.parameter, value: what.value })) return;
  held = { ...what, timer: setInterval(renew, RENEW) };
  show(true);
}

/** Move what this finger or key holds to another value. */
export function moveHeld(by, value) {
  if (!held || held.by !== by || held.value === value) return;
  held.value = value;
  if (!ask({ do: "hold", box: held.box, parameter: held.parameter, value })) letGoAll();
}

/** Let go what this finger or key holds; "focus" is for every key on a button. */
export function letGo(by) {
  if (held && (held.by === by || (by === "focus" && held.by.startsWith("focus")))) letGoAll();
}

/** Let go whatever is held; where the show is not heard, it does so itself. */
export function letGoAll() {
  if (!held) return;
  const { box, parameter } = held;
  clearInterval(held.timer);
  show(false);
  held = null;
  ask({ do: "hold", box, parameter, value: "" });
}

function renew() {
  const { box, parameter, value } = held;
  if (!ask({ do: "hold", box, parameter, value, again: true })) letGoAll();
}

function show(on) {
  held.button.classList.toggle("held", on);
  press(held.button, on);
}
