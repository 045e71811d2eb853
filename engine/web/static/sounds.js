// The level of every sound, as at a desk: RMS, peak with its hold, and a light where it clipped.

import { find, make, write } from "./dom.js";

const FLOOR = -60;
const HOLD = 1500;
const FALL = 20;
const LIT = 10_000;

let meters = new Map();

/** Begin anew with another patch. */
export function lay() {
  meters = new Map();
  find("sounds").replaceChildren();
}

/** Show the levels; a sound that was not there before gets a meter. */
export function show(news) {
  for (const sound of news.sounds) {
    if (!meters.has(sound.name)) {
      meters.set(sound.name, new SoundMeter(sound));
      find("sounds").append(meters.get(sound.name).element);
    }
    meters.get(sound.name).show(sound);
  }
}

/** One sound: `rms` and `peak` in dBFS, and how many blocks have clipped since the show began. */
class SoundMeter {
  constructor(sound) {
    this.clips = sound.clips;
    this.litUntil = 0;
    this.held = FLOOR;
    this.heldAt = 0;
    this.rms = make("i.rms");
    this.peak = make("i.peak");
    this.digits = make("output", { title: "Peak, dBFS" });
    this.light = make("button.clip.free", { type: "button", title: "Clipped; tap to clear", onclick: () => this.clear() }, "Clip");
    const bar = make("div.level", { "aria-hidden": "true" }, this.rms, this.peak);
    this.element = make("div.sound", { "data-sound": sound.name }, make("b", {}, sound.label), bar, this.digits, this.light);
  }

  show(sound) {
    const now = performance.now();
    if (sound.clips > this.clips) this.litUntil = now + LIT;
    this.clips = sound.clips;
    this.hold(sound.peak, now);
    this.rms.style.transform = `scaleX(${1 - part(sound.rms)})`;
    this.peak.style.left = `${100 * part(this.held)}%`;
    write(this.digits, this.held <= FLOOR ? "−∞" : this.held.toFixed(1).replace("-", "−"));
    this.digits.dataset.rms = sound.rms;
    this.digits.dataset.peak = sound.peak;
    const lit = now < this.litUntil;
    this.light.classList.toggle("lit", lit);
    this.light.setAttribute("aria-label", `${sound.label}: ${lit ? "clipped" : "has not clipped"}`);
  }

  /** A peak stands for a while, then falls. */
  hold(peak, now) {
    if (peak >= this.held) {
      this.held = peak;
      this.heldAt = now;
    } else if (now - this.heldAt > HOLD) {
      const fallen = this.held - (FALL * (now - Math.max(this.heldAt + HOLD, this.shownAt ?? now))) / 1000;
      this.held = Math.max(peak, fallen, FLOOR);
    }
    this.shownAt = now;
  }

  clear() {
    this.litUntil = 0;
    this.light.classList.remove("lit");
  }
}

function part(decibels) {
  return Math.min(1, Math.max(0, (decibels - FLOOR) / -FLOOR));
}
