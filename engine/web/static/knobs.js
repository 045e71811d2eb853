// Every live parameter as something a hand can move.

import { curve } from "./curve.js";
import { find, make, press, write } from "./dom.js";
import * as events from "./events.js";
import { number } from "./format.js";
import { ask } from "./link.js";
import * as pins from "./pins.js";
import * as shapes from "./shapes.js";

const PACE = 33;
const HELD = 600;
const FEW = 4;
const DIGITS = 4;
const SAME = 1e-6;

let all = [];
let labels = new Map();
let knobs = [];
let stands = [];

/** Lay out the knobs of a patch, a group for each box. */
export function lay(news) {
  all = news.knobs;
  labels = new Map(news.patch.boxes.map((box) => [box.name, box.label]));
  stands = [];
  knobs = all.map((one) => [knob(one)]);
  const groups = new Map();
  for (const [one] of knobs) {
    if (!groups.has(one.is.group)) groups.set(one.is.group, []);
    groups.get(one.is.group).push(one);
  }
  find("knobs").replaceChildren(...[...groups].map(([name, members]) => group(name, members)));
  layPins();
}

/** Lay out the pinned knobs once more: each is a second one that stands where the first does. */
export function layPins() {
  for (const copies of knobs) copies.length = 1;
  const places = pins.pinned().map((name) => all.findIndex((one) => nameOf(one) === name));
  const copies = places.filter((index) => index >= 0).map((index) => {
    const copy = knob(all[index], true);
    knobs[index].push(copy);
    return copy.element;
  });
  const hint = make("p.none", {}, "Pin a knob (☆) and it is here, large, on every device of this show.");
  find("pinned").replaceChildren(...(copies.length ? copies : [hint]));
  for (const [one] of knobs) one.pinned(pins.pinned().includes(nameOf(one.is)));
  show(stands);
}

/** Show where all knobs stand. */
export function show(stand) {
  stands = stand;
  stand.forEach(([value, hand], index) => {
    for (const copy of knobs[index] ?? []) copy.stand(value, hand);
  });
}

/** Whether a hand has turned a knob: "cabled" against its cable, "own" away from the patch, or "". */
function turned(is, value, hand) {
  if (!hand) return "";
  if (is.cabled) return "cabled";
  return alike(value, is.start) ? "" : "own";
}

/** Whether two values are the same, to the digits that a patch is saved in. */
function alike(value, start) {
  if (typeof value !== "number" || typeof start !== "number") return JSON.stringify(value) === JSON.stringify(start);
  return Math.abs(value - start) <= SAME * Math.max(Math.abs(value), Math.abs(start));
}

function knob(is, large = false) {
  const made = new (KINDS[is.kind] ?? Text)(is, large);
  if (large) made.pinned(true);
  return made;
}

const nameOf = (is) => `${is.box}/${is.name}`;

/** What a knob is called beside the name of its box. */
function called(is) {
  const link = is.box === is.group ? "" : `${is.box.slice(is.group.length + 1)} `;
  return (link.trim() === is.name ? is.name : link + is.name).replaceAll(/[._]/g, " ");
}

function group(name, members) {
  const power = members.find((knob) => knob.is.name === "on" && knob.is.box === name);
  const rest = members.filter((knob) => knob !== power);
  const plain = rest.filter((knob) => knob.easy);
  const more = rest.filter((knob) => !knob.easy);
  const head = make("header", {}, make("h2", {}, labels.get(name) ?? name), ...(power ? [power.element] : []));
  const parts = [head, ...plain.map((knob) => knob.element)];
  if (more.length) {
    const names = more.map((knob) => knob.is.name).join(", ");
    const summary = make("summary", {}, `More: ${names}`);
    parts.push(make("details", {}, summary, ...more.map((knob) => knob.element)));
  }
  return make("article.group", { "data-group": name }, ...parts);
}

class Knob {
  constructor(is, large) {
    this.is = is;
    this.easy = !is.part;
    this.value = is.start;
    this.touched = -Infinity;
    this.waiting = null;
    this.later = null;
    this.reading = make("output.reading");
    this.back = make("button.small", { type: "button", hidden: true, onclick: () => this.reset() });
    this.pin = make("button.pin", { type: "button", onclick: () => pins.toggle(nameOf(is)) });
    this.called = large ? `${labels.get(is.group) ?? is.group}: ${called(is)}` : called(is);
    this.element = make(
      `div.knob.${is.kind}${is.guests ? "" : ".owners"}`,
      { [large ? "data-pinned" : "data-knob"]: nameOf(is) },
      make("span.label", { title: is.help }, this.called),
      this.reading,
      this.back,
      this.pin,
      this.control(),
      make("p.help", {}, is.help),
    );
    this.pinned(false);
  }

  /** Show whether it is pinned. */
  pinned(on) {
    press(this.pin, on);
    write(this.pin, on ? "★" : "☆");
    this.pin.setAttribute("aria-label", `${on ? "Unpin" : "Pin"} ${this.is.box} ${this.is.name}`);
    this.pin.title = on ? "Take it down from the show view" : "Pin it to the show view";
  }

  /** Show where it stands; what a finger is moving stays where the finger is. */
  stand(value, hand) {
    const how = turned(this.is, value, hand);
    this.back.hidden = how === "";
    write(this.back, how === "cabled" ? "let go" : "reset");
    this.element.classList.toggle("cabled", this.is.cabled && !hand);
    clearTimeout(this.later);
    const held = this.touched + HELD - performance.now();
    if (held > 0) {
      this.later = setTimeout(() => this.stand(value, hand), held);
      return;
    }
    this.value = value;
    this.put(value);
    write(this.reading, this.words(value));
  }

  /** Send what a hand does, not faster than anybody can see; the last always goes. */
  turn(value) {
    this.value = value;
    write(this.reading, this.words(value));
    const pause = this.touched + PACE - performance.now();
    clearTimeout(this.waiting);
    if (pause > 0) this.waiting = setTimeout(() => this.send(), pause);
    else this.send();
  }

  send() {
    this.touched = performance.now();
    ask({ do: "set", box: this.is.box, parameter: this.is.name, value: this.value });
  }

  /** Give it back; what was turned and not yet sent would come after, and undo that. */
  reset() {
    const name = { box: this.is.box, parameter: this.is.name };
    clearTimeout(this.waiting);
    this.touched = -Infinity;
    if (this.is.cabled) ask({ do: "release", ...name });
    else ask({ do: "set", ...name, value: this.is.start });
  }

  words(value) {
    const text = typeof value === "number" ? number(value) : String(value ?? "");
    return this.is.unit ? `${text} ${this.is.unit}` : text;
  }
}

class Slider extends Knob {
  control() {
    this.input = make("input", {
      type: "range",
      min: this.is.low,
      max: this.is.high,
      step: this.is.whole ? 1 : "any",
      "aria-label": `${this.is.box} ${this.is.name}`,
      oninput: () => this.turn(this.read()),
    });
    return this.input;
  }

  /** Give the number in as few digits as a hand can set: so it is saved, too. */
  read() {
    const value = Number(this.input.value);
    return this.is.whole ? value : Number(value.toPrecision(DIGITS));
  }

  put(value) {
    if (this.is.soft && value > Number(this.input.max)) this.input.max = value;
    if (this.is.soft && value < Number(this.input.min)) this.input.min = value;
    this.input.value = value;
    this.fill();
  }

  turn(value) {
    super.turn(value);
    this.fill();
  }

  fill() {
    const { min, max, value } = this.input;
    const part = max === min ? 0 : (value - min) / (max - min);
    this.input.style.setProperty("--part", part);
  }
}

class Switch extends Knob {
  control() {
    this.input = make("button.switch", {
      type: "button",
      role: "switch",
      "aria-label": `${this.is.box} ${this.is.name}`,
      onclick: () => {
        this.turn(!this.value);
        this.put(this.value);
      },
    });
    return this.input;
  }

  put(value) {
    this.input.setAttribute("aria-checked", String(Boolean(value)));
  }

  words(value) {
    return value ? "on" : "off";
  }
}

class Choice extends Knob {
  control() {
    const choices = this.is.choices;
    if (choices.length > FEW) {
      const options = choices.map((one, i) => make("option", { value: i }, String(one).replaceAll("_", " ")));
      const pick = () => this.turn(choices[Number(this.select.value)]);
      this.select = make("select", { "aria-label": this.is.name, onchange: pick }, ...options);
      return this.select;
    }
    this.buttons = choices.map((one) =>
      make(String(one).length < 3 ? "button.short" : "button", { type: "button", onclick: () => this.press(one) }, String(one)),
    );
    return make("div.choices", { role: "group", "aria-label": this.is.name }, ...this.buttons);
  }

  press(one) {
    this.turn(one);
    this.put(one);
  }

  put(value) {
    const place = this.is.choices.indexOf(value);
    if (this.select) this.select.value = place;
    else this.buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(i === place)));
  }

  words() {
    return this.is.unit;
  }
}

/** Typed: a number that may be missing, numbers, a text. */
class Text extends Knob {
  control() {
    this.easy = false;
    const numbers = this.is.kind !== "text";
    this.input = make("input", {
      type: "text",
      inputmode: this.is.kind === "number" ? "decimal" : "text",
      placeholder: numbers ? "not said" : "",
      autocomplete: "off",
      "aria-label": `${this.is.box} ${this.is.name}`,
      onchange: () => this.read(),
    });
    return this.input;
  }

  read() {
    const text = this.input.value.trim();
    if (this.is.kind === "text") this.turn(text);
    else {
      const found = text.split(/[\s,;]+/).filter(Boolean).map(Number);
      if (!found.length || found.some(Number.isNaN)) this.put(this.value);
      else this.turn(this.is.kind === "number" ? found[0] : found);
    }
  }

  put(value) {
    if (document.activeElement !== this.input) this.input.value = this.words(value);
  }

  words(value) {
    return Array.isArray(value) ? value.join("  ") : String(value ?? "");
  }
}

/** A curve, drawn by its points; another knob of its box says whether it is a soft one. */
class Curved extends Knob {
  control() {
    const way = all.findIndex((one) => one.box === this.is.box && one.name === "curve");
    const smooth = () => stands[way]?.[0] === "smooth";
    this.board = curve(`${this.is.box} ${this.is.name}`, (points) => this.turn(points), smooth);
    return this.board.element;
  }

  put(value) {
    this.board.put(value);
  }

  words(value) {
    return value?.length === 1 ? "1 point" : `${value?.length ?? 0} points`;
  }
}

/** What is drawn on the picture: a zone, a line, a floor. */
class Shape extends Knob {
  control() {
    this.easy = true;
    return make("button", { type: "button", onclick: () => shapes.drawOn(this.is.box) }, "Draw on the picture");
  }

  put(value) {
    this.element.hidden = value === null;
  }

  words(value) {
    if (Array.isArray(value?.[0]?.[0])) return value.length === 1 ? "1 area" : `${value.length} areas`;
    return Array.isArray(value?.[0]) ? `${value.length} corners` : "";
  }
}

/** What is said, not held: by buttons, a line, a number. */
class Said extends Knob {
  control() {
    this.easy = this.is.kind === "press";
    if (this.easy) return events.presses(this.is, "Press");
    return new (this.is.kind === "line" ? events.Line : events.Figure)(this.is).element;
  }

  put() {}

  words() {
    return "";
  }
}

const KINDS = { slider: Slider, switch: Switch, choice: Choice, curve: Curved, shape: Shape, press: Said, line: Said, figure: Said };
