// Words by hand: a line to type in for each box that takes one, and the next words as large buttons.

import { find, make, write } from "./dom.js";
import { Line, presses, say } from "./events.js";

const PLACES = ["first", "second", "third"];
// What a line is typed for beside its box's knobs: it is no word of the show.
const ASIDE = ["typing", "save", "load"];
const KEYS = { Backspace: "undo", Enter: "end" };

let parts = [];

/** Begin anew with another patch; what stands in a line that is still there stays. */
export function lay(news) {
  const labels = new Map(news.patch.boxes.map((box) => [box.name, box.label]));
  const typed = new Map(parts.filter((one) => one.line).map((one) => [one.name, one.line.input.value]));
  const focused = document.activeElement?.closest?.(".typed")?.dataset.box;
  parts = [];
  // What learns has a view of its own.
  const taught = new Set(news.knobs.filter((one) => one.kind === "line" && one.name === "record").map((one) => one.box));
  for (const is of news.knobs.filter((one) => !taught.has(one.box))) {
    const of = (name) => news.knobs.find((one) => one.box === is.box && one.name === name);
    const called = labels.get(is.group) ?? is.group;
    if (is.kind === "line" && !ASIDE.includes(is.name)) parts.push(new Typed(is, of("typing") ?? null, called));
    else if (is.kind === "press" && is.name === "choose" && is.choices.length === PLACES.length) {
      const others = news.knobs.filter((one) => one.box === is.box && one.kind === "press" && one !== is);
      parts.push(new Chooser(is, others, called));
    }
  }
  find("words").replaceChildren(...parts.map((one) => one.element));
  for (const one of parts) {
    if (!one.line || !typed.get(one.name)) continue;
    one.line.input.value = typed.get(one.name);
    one.line.fit();
  }
  if (focused) parts.find((one) => one.name === focused)?.line?.input.focus();
}

/** Show the words that the boxes give. */
export function show(news) {
  for (const one of parts) one.show(news.texts);
}

/** Give a line back to who typed it, where the show refused it. */
export function refused(why) {
  for (const one of parts) one.line?.refused(why);
}

/** Do what a key is for: 1, 2 and 3 choose, Backspace undoes, Enter ends; tells whether it did. */
export function key(name) {
  const chooser = parts.find((one) => one instanceof Chooser);
  if (!chooser) return false;
  const place = PLACES.length >= Number(name) && Number(name) >= 1 ? Number(name) : 0;
  const other = chooser.others.find((one) => one.name === KEYS[name]);
  if (place) chooser.choose(place - 1);
  else if (other) say(other, other.choices[0]);
  else return false;
  return true;
}

/** A line of a box, and the last that it said. */
class Typed {
  constructor(is, typing, called) {
    this.name = is.box;
    this.line = new Line(is, typing);
    this.said = make("p.said", { dir: "auto" });
    this.element = make(
      `div.typed${is.guests ? "" : ".owners"}`,
      { "data-box": is.box },
      make("b", {}, called),
      this.line.element,
      this.said,
    );
  }

  show(texts) {
    write(this.said, texts[`${this.name}.text`] ?? "");
  }
}

/** The line so far, and the next words to choose from. */
class Chooser {
  constructor(is, others, called) {
    this.is = is;
    this.name = is.box;
    this.others = others;
    this.text = make("p.text", { dir: "auto", "aria-live": "polite" });
    this.buttons = PLACES.map((_, index) =>
      make("button", { type: "button", dir: "auto", title: `Key ${index + 1}`, onclick: () => this.choose(index) }, make("span")),
    );
    const more = others.map((one) => presses(one, one.name.replaceAll("_", " ")));
    this.element = make(
      `div.chooser${is.guests ? "" : ".owners"}`,
      { "data-box": is.box },
      make("b", {}, called),
      this.text,
      make("div.next", { role: "group", "aria-label": "Next words" }, ...this.buttons),
      make("div.more", {}, ...more),
    );
    this.show({});
  }

  show(texts) {
    write(this.text, texts[`${this.name}.text`] || " ");
    this.buttons.forEach((button, index) => offer(button, texts[`${this.name}.${PLACES[index]}`] ?? ""));
  }

  choose(index) {
    if (!this.buttons[index].disabled) say(this.is, this.is.choices[index]);
  }
}

/** Show a word on its button, as large as it fits there; a dash where there is none. */
function offer(button, text) {
  button.disabled = !text;
  write(button.firstElementChild, text || "–");
  const longest = Math.max(1, ...text.split(/\s+/).map((word) => word.length));
  button.firstElementChild.style.setProperty("--letters", longest);
}

window.addEventListener("resize", () => parts.forEach((one) => one.line?.fit()));
