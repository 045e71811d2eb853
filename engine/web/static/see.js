// The live picture, and over it the way a voice went.

import { find, make } from "./dom.js";
import { note } from "./format.js";

const SECONDS = 6;
const SEMITONES = 24;
const AGAIN = 1000;

let names = [];
let chosen = "";
let trail = [];
let last = null;
let tell = () => {};

/** The picture that is shown, by its outlet; "" for none. */
export const shown = () => chosen;

/** Call a function whenever another picture is shown. */
export function changed(listener) {
  tell = listener;
}

/** Begin anew with another patch; the picture that was chosen stays, where that has it. */
export function lay(patch) {
  document.body.classList.toggle("nothing-seen", !patch.seen);
  find("walk").hidden = !patch.boxes.some((box) => box.use === "layers");
  names = [];
  trail = [];
  last = null;
  look("");
}

/** Show the pictures there are, and go on with the trail of the voice. */
export function show(news) {
  if (news.pictures.join() !== names.join()) offer(news.pictures);
  if (names.length) document.body.classList.remove("nothing-seen");
  const sung = Object.values(news.boxes).find((entry) => entry && entry[0] && entry[0].hz !== undefined);
  follow(sung ?? null, news.now);
}

/** Stop and go on looking: nothing is drawn for a page that is not seen. */
export function lookOn(on) {
  look(on ? chosen : "");
}

function offer(pictures) {
  names = pictures;
  const group = find("pictures");
  group.hidden = names.length < 2;
  group.replaceChildren(
    ...names.map((name) => make("button", { type: "button", "data-of": name, onclick: () => choose(name) }, name)),
  );
  choose(names.includes(chosen) ? chosen : (names.at(-1) ?? ""));
}

/** Show a picture. */
export function choose(name) {
  chosen = name;
  for (const button of find("pictures").children) {
    button.setAttribute("aria-pressed", String(button.dataset.of === name));
  }
  look(document.hidden ? "" : name);
  tell();
}

function look(name) {
  const picture = find("picture");
  picture.hidden = !name;
  find("dark").hidden = Boolean(name);
  picture.onerror = () => setTimeout(() => name === chosen && !document.hidden && look(name), AGAIN);
  if (name) picture.src = `/picture?of=${encodeURIComponent(name)}&t=${Date.now()}`;
  else picture.removeAttribute("src");
}

function follow(sung, now) {
  const canvas = find("trail");
  canvas.hidden = sung === null;
  if (sung === null) return;
  find("dark").hidden = true;
  const [pitch, at] = sung;
  if (at !== last) trail.push({ at, note: pitch.on ? pitch.note : null });
  last = at;
  trail = trail.filter((point) => now - point.at < SECONDS * 1000);
  draw(canvas, now);
}

function draw(canvas, now) {
  const scale = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== width * scale || canvas.height !== height * scale) {
    canvas.width = width * scale;
    canvas.height = height * scale;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const sung = trail.filter((point) => point.note !== null);
  if (!sung.length) return;
  const notes = sung.map((point) => point.note);
  const middle = (Math.min(...notes) + Math.max(...notes)) / 2;
  const span = Math.max(SEMITONES, Math.max(...notes) - Math.min(...notes) + 6);
  const x = (point) => width - 70 - ((now - point.at) / (SECONDS * 1000)) * (width - 70);
  const y = (point) => height / 2 - ((point.note - middle) / span) * height;
  stroke(pen, x, y, "rgba(0, 0, 0, 0.7)", 8);
  stroke(pen, x, y, "#ffb02e", 4);
  const newest = trail.at(-1);
  if (newest.note === null) return;
  pen.font = "700 26px system-ui, sans-serif";
  pen.lineWidth = 5;
  pen.strokeStyle = "rgba(0, 0, 0, 0.8)";
  pen.strokeText(note(newest.note), width - 60, y(newest) + 9);
  pen.fillStyle = "#ffd48a";
  pen.fillText(note(newest.note), width - 60, y(newest) + 9);
}

function stroke(pen, x, y, colour, width) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  let down = false;
  for (const point of trail) {
    if (point.note === null) down = false;
    else if (down) pen.lineTo(x(point), y(point));
    else {
      pen.moveTo(x(point), y(point));
      down = true;
    }
  }
  pen.stroke();
}
