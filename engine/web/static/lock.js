// A lock against slips: one tap locks all that changes the show but Panic, a long press unlocks.
// Each device has its own, and keeps it when the page is opened again.

import { find, press, write } from "./dom.js";

const HOLD = 800;
const KEPT = "sensorium.locked";
const CONTROLS = "button, input, select, summary, textarea, .board";
const TOUCHED = `${CONTROLS}, .knob, #master`;
const FREE = "nav, #panic, #lock, #told, .free";

let on = false;
let since = null;
let refused = () => {};

/** Whether this device is locked. */
export const locked = () => on;

/** Begin as this device was left; `tell` is called when something locked was touched. */
export function begin(tell) {
  refused = tell;
  set(localStorage.getItem(KEPT) === "yes");
  const button = find("lock");
  button.addEventListener("pointerdown", hold);
  for (const end of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(end, letGo);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (!event.repeat) hold();
    }
  });
  button.addEventListener("keyup", letGo);
  for (const kind of ["pointerdown", "click", "keydown", "beforeinput", "input", "change"]) {
    document.addEventListener(kind, stop, { capture: true });
  }
}

/** Begin to hold the lock: it locks at once, and unlocks once it was held. */
export function hold() {
  if (since !== null) return;
  if (!on) {
    set(true);
    since = 0;
    return;
  }
  find("lock").classList.add("holding");
  since = setTimeout(() => set(false), HOLD);
}

/** Let the lock go. */
export function letGo() {
  if (since) clearTimeout(since);
  since = null;
  find("lock").classList.remove("holding");
}

function set(to) {
  on = to;
  if (on) localStorage.setItem(KEPT, "yes");
  else localStorage.removeItem(KEPT);
  document.body.classList.toggle("locked", on);
  find("lock").classList.remove("holding");
  press(find("lock"), on);
  write(find("lock"), on ? "Locked" : "Lock");
  find("lock").title = on ? "Hold to unlock (hold L)" : "Lock all knobs and buttons but Panic (L)";
}

/** Stop what reaches a locked control by any way: a finger, a key, or a script. */
function stop(event) {
  if (!on || !(event.target instanceof Element)) return;
  if (!event.target.closest(TOUCHED) || event.target.closest(FREE)) return;
  if (event.type === "keydown" && ["Tab", "Escape", "l", "L"].includes(event.key)) return;
  if (event.target.closest(CONTROLS)) {
    event.stopImmediatePropagation();
    event.preventDefault();
  }
  if (event.type === "pointerdown") refused("Locked: hold the lock to unlock");
}
