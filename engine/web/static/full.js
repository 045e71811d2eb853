// The picture alone on the screen, and back.

import { find } from "./dom.js";
import { locked } from "./lock.js";

const TWICE = 350;

let last = null;

/** Fill the screen with the picture, or leave it. */
export function toggle() {
  if (document.body.classList.contains("filled")) leave();
  else fill();
}

/** Leave the full screen; tells whether there was one. */
export function leave() {
  const was = document.body.classList.contains("filled");
  document.body.classList.remove("filled");
  if (document.fullscreenElement) document.exitFullscreen();
  return was;
}

/** Where a browser has no full screen, as on some phones, the picture fills the page. */
async function fill() {
  document.body.classList.add("filled");
  try {
    await find("stage").requestFullscreen();
  } catch {
    return; // It fills the page all the same.
  }
  // Who left meanwhile was too early to leave what had not begun.
  if (!document.body.classList.contains("filled")) document.exitFullscreen();
}

/** Two taps on one place; why not "dblclick": not every phone tells it. */
function tap(event) {
  const near = last && Math.hypot(event.clientX - last.x, event.clientY - last.y) < 40;
  if (near && event.timeStamp - last.at < TWICE) {
    last = null;
    if (!locked()) toggle();
  } else last = { at: event.timeStamp, x: event.clientX, y: event.clientY };
}

find("stage").addEventListener("pointerup", tap);
find("full").addEventListener("click", toggle);
document.addEventListener("fullscreenchange", () => {
  if (!document.fullscreenElement) document.body.classList.remove("filled");
});
