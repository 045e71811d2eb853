// A tuner for each box that hears a pitch: the nearest note, a needle, and how many cents off.
//
// The note is that of the box, in its own tuning. A first guess is grey, and so is the last note of
// a voice that rests.

import { find, make, write } from "./dom.js";
import { note } from "./format.js";

const IN_TUNE = 5;
const WIDEST = 50;
const MARKS = [-50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50];
/** A reading this old, in ms, is of a box that hears nothing any more. */
const OLD = 1500;

let tuners = new Map();
let labels = new Map();

/** Begin anew with another patch. */
export function lay(patch) {
  tuners = new Map();
  labels = new Map(patch.boxes.map((box) => [box.name, box.label]));
  find("tuners").replaceChildren();
}

/** Show the pitches; a box that tells its first one gets a tuner. */
export function show(news) {
  for (const [name, entry] of Object.entries(news.boxes)) {
    if (!entry || entry[0]?.hz === undefined) continue;
    if (!tuners.has(name)) {
      tuners.set(name, new Tuner(labels.get(name) ?? name));
      find("tuners").append(tuners.get(name).element);
    }
    tuners.get(name).show(entry, news.now);
  }
}

/** One pitch. */
class Tuner {
  constructor(label) {
    this.label = label;
    this.name = make("strong");
    this.cents = make("output", { "aria-live": "off" });
    this.hz = make("small");
    this.needle = make("i.needle");
    const marks = MARKS.map((cents) => {
      const mark = make(cents ? "i.mark" : "i.mark.middle");
      mark.style.left = `${place(cents)}%`;
      return mark;
    });
    this.scale = make("div.scale", { "aria-hidden": "true" }, ...marks, this.needle);
    this.element = make("div.tuner", { "data-box": label }, make("b", {}, label), this.name, this.scale, this.cents, this.hz);
  }

  show([pitch, at], now) {
    const heard = pitch.on && now - at < OLD;
    const known = pitch.hz > 0;
    const cents = known ? pitch.step * (pitch.note - Math.round(pitch.note)) : 0;
    this.element.classList.toggle("silent", !heard);
    this.element.classList.toggle("guess", heard && pitch.sure === false);
    this.element.classList.toggle("right", heard && pitch.sure !== false && Math.abs(cents) <= IN_TUNE);
    this.needle.hidden = !known;
    this.needle.style.left = `${place(cents)}%`;
    write(this.name, known ? note(pitch.note) : "–");
    write(this.cents, known ? signed(Math.round(cents)) : "");
    write(this.hz, known ? `${pitch.hz.toFixed(1)} Hz` : "");
  }
}

/** Where on the scale so many cents are, in percent from the left. */
function place(cents) {
  return 50 + (50 * Math.min(Math.max(cents, -WIDEST), WIDEST)) / WIDEST;
}

function signed(cents) {
  return `${cents > 0 ? "+" : cents < 0 ? "−" : "±"}${Math.abs(cents)} ct`;
}
