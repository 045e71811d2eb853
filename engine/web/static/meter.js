// One live value: its digits, and a bar where it has a range.

import { make, write } from "./dom.js";
import { isEvent, level, say } from "./format.js";

const OLD = 1500;
const FLASH = 160;

/** A value that is shown as it moves; without ends, its range grows with what was seen. */
export class Meter {
  constructor(low = null, high = null, { short = false, whole = false } = {}) {
    this.short = short;
    this.whole = whole;
    this.fixed = low !== null && high !== null;
    this.low = low ?? 0;
    this.high = high ?? 1;
    this.digits = make("output.value");
    this.bar = make("i.fill");
    this.track = make("div.meter", { "aria-hidden": "true" }, this.bar);
  }

  /** How far along its range a value is; a count has no range of its own. */
  part(value) {
    return this.whole && !this.fixed ? null : level(value, this.low, this.high);
  }

  /** Show an entry: what is said, and when; `now` in ms as the show counts. */
  show(entry, now) {
    const value = entry === null || entry === undefined ? null : entry[0];
    const age = entry ? now - entry[1] : Infinity;
    if (!this.fixed && typeof value === "number") {
      this.low = Math.min(this.low, value);
      this.high = Math.max(this.high, value);
    }
    const flashes = isEvent(value) && age < FLASH;
    const part = isEvent(value) ? (flashes ? 1 : 0) : this.part(value);
    this.track.classList.toggle("none", part === null);
    this.bar.style.transform = `scaleX(${part ?? 0})`;
    const text = say(value, this.short);
    write(this.digits, text);
    this.digits.classList.toggle("long", text.length > 6);
    this.digits.dataset.raw = JSON.stringify(value);
    this.digits.classList.toggle("flash", flashes);
    this.digits.classList.toggle("old", value === null || (!isEvent(value) && age > OLD));
  }
}
