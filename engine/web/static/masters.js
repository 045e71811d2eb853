// What is done to the picture that leaves: black-out, freeze, master, private. Notes are not touched.

import { find, press, write } from "./dom.js";
import { ask } from "./link.js";

const PACE = 33;
const HELD = 600;

let touched = -Infinity;
let sent = -Infinity;
let later = null;

/** Show how the picture leaves. */
export function show(news) {
  press(find("blackout"), news.blackout);
  press(find("freeze"), news.frozen);
  if (performance.now() - touched > HELD) put(news.master);
  press(find("privacy"), news.private);
  find("privacy").disabled = news.always_private;
  write(find("privacy"), news.always_private ? "Always private" : "Private");
  write(find("marks"), marks(news).join("  ·  "));
  document.body.classList.toggle("black", news.blackout);
}

/** Make it black, or light again. */
export const blackout = () => ask({ do: "blackout", on: !pressed("blackout") });

/** Hold it, or let it go on. */
export const freeze = () => ask({ do: "freeze", on: !pressed("freeze") });

function marks(news) {
  const found = [];
  if (news.blackout) found.push("Black-out");
  if (news.frozen) found.push("Frozen");
  if (news.master < 1) found.push(`Master ${percent(news.master)}`);
  if (news.private && news.pictures.length) found.push("Private: no picture leaves");
  return found;
}

function pressed(id) {
  return find(id).getAttribute("aria-pressed") === "true";
}

function put(wanted) {
  const slider = find("master").querySelector("input");
  slider.value = wanted;
  slider.style.setProperty("--part", wanted);
  write(find("master").querySelector("output"), percent(wanted));
}

function percent(part) {
  return `${Math.round(100 * part)} %`;
}

/** Send what a hand does, not faster than anybody can see; the last always goes. */
function turn() {
  touched = performance.now();
  put(level());
  clearTimeout(later);
  later = setTimeout(send, Math.max(0, sent + PACE - touched));
}

function send() {
  sent = performance.now();
  ask({ do: "master", level: level() });
}

function level() {
  return Number(find("master").querySelector("input").value);
}

find("blackout").addEventListener("click", blackout);
find("freeze").addEventListener("click", freeze);
find("privacy").addEventListener("click", () => ask({ do: "privacy", on: !pressed("privacy") }));
find("master").addEventListener("input", turn);
