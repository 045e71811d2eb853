// Boxes that learn: buttons that are held while something is shown, and how sure they are now.

import { find, make, press, write } from "./dom.js";
import { say } from "./events.js";
import { holdDown, letGo, letGoAll } from "./hold.js";
import { ask } from "./link.js";
import { may } from "./roles.js";
import { picture } from "./examples.js";

const PACE = 50;
const ASKED = 4000;
const SEEN = 1500;
const NEWEST = 6;
const LONGEST = 80;
/** What a take is called where it has no class: its knobs are what counts. */
const TAKE = "take";
const HINT = "Add a class, then hold its button while you show what belongs to it.";
const PLACES = "123456789";

let lessons = [];
let examples = {};
let added = new Map();

/** Show what boxes know, and how sure they are now. */
export function show(news) {
  const same = lessons.length === news.lessons.length && news.lessons.every((is, index) => is.box === lessons[index].name && is.task === lessons[index].is.task);
  if (!same) {
    lessons = news.lessons.map((is) => new (is.task === "regress" ? Knobs : Classes)(is));
    find("teach").replaceChildren(...lessons.map((one) => one.element));
    document.querySelector('nav button[data-to="teach"]').hidden = lessons.length === 0;
    if (lessons.length === 0 && document.body.dataset.tab === "teach") document.querySelector('nav button[data-to="see"]').click();
  }
  news.lessons.forEach((is, index) => lessons[index].show(is));
}

/** Show what they were shown. */
export function shown(news) {
  examples = news.shown;
  for (const one of lessons) one.examples(examples[one.name] ?? {});
}

/** Hold what a key is for, 1 to 9 the classes in their order; tells whether it did. */
export function key(name) {
  const button = document.body.dataset.tab === "teach" && lessons[0]?.buttons()[PLACES.indexOf(name)];
  if (!button || button.disabled || name === "") return false;
  button.hold(`key ${name}`);
  return true;
}

/** Let go what a key held. */
export const keyUp = (name) => letGo(`key ${name}`);

/** What every lesson has: a head that says what it is now, and below it what is done seldom. */
class Lesson {
  constructor(is) {
    this.is = is;
    this.name = is.box;
    this.now = make("output.now", { "aria-live": "polite" });
    this.like = make("small.like");
    this.moves = make("div.moves", { hidden: true }, make("div.bar", {}, make("i")), make("small"));
    this.notice = make("p.notice", { role: "status" });
    this.score = make("b.score");
    this.how = make("summary");
    this.report = make("pre");
    this.undo = make("button", { type: "button", onclick: () => this.press("undo") }, "Undo");
    this.train = make("button", { type: "button", onclick: () => this.press("train") }, "Train");
    this.clear = twice("Forget all", "Forget all of it?", () => this.press("clear"));
    this.element = make(
      `article.lesson.${is.task}`,
      { "data-box": is.box },
      make("header", {}, make("h2", {}, is.label), this.like, this.now),
      this.moves,
      ...this.body(),
      make("div.tools.owners", {}, this.undo, this.train, this.clear),
      this.notice,
      make("details.learned", {}, this.how, this.report),
    );
  }

  press(name) {
    say({ box: this.name, name }, true);
  }

  show(is) {
    this.is = is;
    const [first, ...rest] = is.report.split("\n");
    write(this.score, is.score === null ? "–" : `${Math.round(100 * is.score)} %`);
    if (this.how.dataset.of !== first) {
      this.how.dataset.of = first;
      this.how.replaceChildren(make("span", {}, "Learned"), this.score, make("small", {}, first));
    }
    this.how.parentElement.hidden = !is.report;
    write(this.report, rest.join("\n"));
    write(this.notice, is.notice);
    write(this.like, is.nearest === null || is.unsure ? "" : `most like take ${is.nearest}`);
    this.undo.disabled = this.clear.disabled = !may("hold") || is.examples === 0;
    this.train.disabled = !may("hold");
    this.element.classList.toggle("unsure", is.unsure);
    this.element.classList.toggle("recording", is.recording);
  }
}

/** Classes: a button for each, with how sure it is of it, and what it was shown. */
class Classes extends Lesson {
  body() {
    this.cards = new Map();
    this.input = make("input", {
      type: "text",
      dir: "auto",
      maxlength: LONGEST,
      autocomplete: "off",
      enterkeyhint: "done",
      placeholder: "Name of a new class",
      "aria-label": `New class of ${this.is.label}`,
      onkeydown: (event) => event.key === "Enter" && this.add(),
    });
    this.grid = make("div.classes");
    const more = make("button", { type: "button", onclick: () => this.add() }, "Add");
    this.hint = make("p.hint.owners", {}, HINT);
    return [this.hint, this.grid, make("div.entry.owners", {}, this.input, more)];
  }

  /** Add a class: as typed, or the next letter of the alphabet where nothing is. */
  add() {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const name = clean(this.input.value) || letters.find((one) => !this.cards.has(one)) || "";
    if (!name) return;
    this.input.value = "";
    added.set(this.name, [...new Set([...(added.get(this.name) ?? []), name])]);
    this.show(this.is);
    this.cards.get(name)?.button.element.scrollIntoView({ block: "nearest" });
    if (document.activeElement !== this.input) this.cards.get(name)?.button.element.focus();
  }

  buttons() {
    return [...this.cards.values()].map((card) => card.button);
  }

  show(is) {
    super.show(is);
    const known = new Map(is.classes);
    for (const name of added.get(this.name) ?? []) if (!known.has(name)) known.set(name, 0);
    // Where a button is, it stays: a hand has learned its place.
    const names = [...new Set([...[...this.cards.keys()].filter((name) => known.has(name)), ...known.keys()])];
    if (names.join("\n") !== [...this.cards.keys()].join("\n")) this.lay(names);
    const gesture = is.task === "gesture";
    const best = gesture ? this.made(is) : is.unsure ? "" : is.now;
    for (const [name, card] of this.cards) card.show(known.get(name), is.shares[name] ?? 0, name === best);
    this.hint.hidden = this.cards.size > 0;
    const sure = gesture ? best : `${best} ${Math.round(100 * (is.confidence ?? 0))} %`;
    const none = is.classes.length === 0 ? "nothing learned yet" : gesture ? (is.progress ? "…" : "no gesture") : "unsure";
    write(this.now, best ? sure : none);
    this.element.classList.toggle("unsure", !best);
    this.moves.hidden = !gesture;
    this.moves.querySelector("i").style.setProperty("--part", is.progress ?? 0);
    write(this.moves.querySelector("small"), is.progress ? `${Math.round(100 * is.progress)} % along · ${(is.speed ?? 0).toFixed(1)} × as fast` : "not begun");
  }

  /** A gesture that was just made: it is over at once, and has to be seen. */
  made(is) {
    if (this.at !== undefined && is.at !== this.at) this.until = performance.now() + SEEN;
    this.at = is.at;
    return performance.now() < (this.until ?? 0) ? is.now : "";
  }

  lay(names) {
    const before = this.cards;
    this.cards = new Map(names.map((name) => [name, before.get(name) ?? new Card(this, name)]));
    names.forEach((name, index) => this.cards.get(name).placed(index));
    for (const card of this.cards.values()) card.examples(examples[this.name]?.[card.name] ?? [], this.is.task);
    const cards = [...this.cards.values()].map((card) => card.element);
    // A button that is held stays where it is in the page, or the finger would lose it.
    for (const card of [...this.grid.children]) if (!cards.includes(card)) card.remove();
    cards.forEach((card, index) => this.grid.children[index] !== card && this.grid.insertBefore(card, this.grid.children[index] ?? null));
  }

  examples(all) {
    for (const [name, card] of this.cards) card.examples(all[name] ?? [], this.is.task);
  }

  remove(name) {
    added.set(this.name, (added.get(this.name) ?? []).filter((one) => one !== name));
    if (this.is.classes.some(([known]) => known === name)) say({ box: this.name, name: "delete" }, name);
    else this.show(this.is);
  }
}

/** One class. */
class Card {
  constructor(lesson, name) {
    this.name = name;
    this.count = make("small");
    this.button = new HoldButton(lesson.name, name, () => name, make("b", { dir: "auto" }, name), this.count);
    this.forget = twice("×", "Delete?", () => lesson.remove(name), `Delete ${name}`);
    this.list = make("div.examples", { "aria-hidden": "true" });
    this.element = make("section.class", { "data-class": name }, this.button.element, make("div.below", {}, this.list, this.forget));
  }

  placed(index) {
    this.button.element.title = index < PLACES.length ? `Hold while you show it (key ${PLACES[index]})` : "Hold while you show it";
  }

  show(count, share, best) {
    write(this.count, count === 0 ? "hold to show it" : count === 1 ? "1 example" : `${count} examples`);
    this.button.show(share);
    this.forget.hidden = !may("hold");
    this.element.classList.toggle("best", best);
  }

  examples(all, task) {
    if (this.drawn === all) return;
    this.drawn = all;
    this.list.replaceChildren(...all.slice(-NEWEST).map((one) => picture(one, task)));
  }
}

/** Knobs: each is put where it should be, and held there while it is shown what belongs to it. */
class Knobs extends Lesson {
  body() {
    this.targets = new Map();
    this.button = new HoldButton(this.name, TAKE, () => this.put(), make("b", {}, "Hold to record"), make("small", {}, "the knobs as they stand"));
    this.list = make("div.examples", { "aria-hidden": "true" });
    this.knobs = make("div.targets");
    return [this.knobs, make("div.classes", {}, make("section.class", {}, this.button.element, make("div.below", {}, this.list)))];
  }

  buttons() {
    return [this.button];
  }

  /** Send where the knobs are put before they are recorded. */
  put() {
    for (const target of this.targets.values()) target.send();
    return TAKE;
  }

  show(is) {
    super.show(is);
    const names = Object.keys(is.targets);
    if (names.join("\n") !== [...this.targets.keys()].join("\n")) {
      this.targets = new Map(names.map((name) => [name, new Target(this.name, name, is.targets[name])]));
      this.knobs.replaceChildren(...[...this.targets.values()].map((one) => one.element));
    }
    for (const [name, target] of this.targets) target.show(is.targets[name], is.unsure ? undefined : is.knobs[name]);
    this.button.show(0);
    write(this.button.element.querySelector("small"), is.examples ? `${is.examples} examples` : "with the knobs as they stand");
    write(this.now, is.examples === 0 ? "nothing learned yet" : is.unsure ? "unsure" : `sure ${Math.round(100 * (is.confidence ?? 0))} %`);
  }

  examples(all) {
    if (this.drawn === all) return;
    this.drawn = all;
    this.list.replaceChildren(...(all[TAKE] ?? Object.values(all).flat()).slice(-NEWEST).map((one) => picture(one, this.is.task)));
  }
}

/** Where a knob should be, on a slider; a mark shows where it is put now. */
class Target {
  constructor(box, name, value) {
    this.box = box;
    this.name = name;
    this.touched = -Infinity;
    this.later = null;
    this.reading = make("output");
    this.input = make("input", {
      type: "range",
      min: Math.min(0, value),
      max: Math.max(1, value),
      step: "any",
      disabled: !may("hold"),
      "aria-label": `${name}, where it should be`,
      oninput: () => this.turn(),
    });
    this.mark = make("i.mark", { hidden: true });
    this.element = make("label.target", { "data-knob-of": name }, make("b", { dir: "auto" }, name), make("span", {}, this.input, this.mark), this.reading);
  }

  show(value, now) {
    if (performance.now() - this.touched > 600) this.put(value);
    const [low, high] = [Number(this.input.min), Number(this.input.max)];
    this.mark.hidden = now === undefined;
    const part = now === undefined ? 0 : Math.min(1, Math.max(0, (now - low) / (high - low)));
    this.mark.style.setProperty("--part", part);
    const set = Number(this.input.value).toFixed(2);
    write(this.reading, now === undefined ? set : `${set} → ${now.toFixed(2)}`);
  }

  put(value) {
    this.input.value = value;
    const [low, high] = [Number(this.input.min), Number(this.input.max)];
    this.input.style.setProperty("--part", (Number(this.input.value) - low) / (high - low));
  }

  turn() {
    this.touched = performance.now();
    this.put(this.input.value);
    this.later ??= setTimeout(() => this.send(), PACE);
  }

  /** Send what a hand did, unless that has gone already. */
  send() {
    if (this.later === null) return;
    clearTimeout(this.later);
    this.later = null;
    ask({ do: "set", box: this.box, parameter: `knobs.${this.name}`, value: Number(this.input.value) });
  }
}

/** A large button that records for as long as it is held: by a mouse, a finger or a key. */
class HoldButton {
  constructor(box, name, value, ...says) {
    this.box = box;
    this.value = value;
    this.element = make(
      "button.hold",
      {
        type: "button",
        onpointerdown: (event) => this.down(event),
        onlostpointercapture: (event) => letGo(`pointer ${event.pointerId}`),
        onpointerup: (event) => letGo(`pointer ${event.pointerId}`),
        onpointercancel: (event) => letGo(`pointer ${event.pointerId}`),
        onkeydown: (event) => this.keyDown(event),
        onkeyup: (event) => letGo(`focus ${event.key}`),
        onblur: () => letGo("focus"),
        oncontextmenu: (event) => event.preventDefault(),
      },
      make("span.share", {}),
      ...says,
    );
    press(this.element, false);
  }

  get disabled() {
    return this.element.disabled;
  }

  down(event) {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.hold(`pointer ${event.pointerId}`);
  }

  keyDown(event) {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) this.hold(`focus ${event.key}`);
  }

  hold(by) {
    if (!this.disabled) holdDown({ box: this.box, parameter: "record", value: this.value(), by, button: this.element });
  }

  show(share) {
    this.element.disabled = !may("hold");
    this.element.querySelector(".share").style.setProperty("--part", share);
  }
}

/** A name as a box calls it: composed, in one line, without two spaces beside each other. */
const clean = (text) => text.normalize("NFC").replace(/\s+/gu, " ").replace(/\p{Cc}/gu, "").trim();

/** A button that asks once: the first press asks, a second one within some seconds does it. */
function twice(text, asks, act, called = text) {
  let asked = null;
  const button = make("button.twice", { type: "button", "aria-label": called, onclick: () => (asked ? done(act) : begin()) }, text);
  function begin() {
    asked = setTimeout(done, ASKED);
    button.classList.add("asked");
    button.setAttribute("aria-label", asks);
    write(button, asks);
  }
  function done(then) {
    clearTimeout(asked);
    asked = null;
    button.classList.remove("asked");
    button.setAttribute("aria-label", called);
    write(button, text);
    then?.();
  }
  return button;
}

window.addEventListener("blur", letGoAll);
document.addEventListener("visibilitychange", () => document.hidden && letGoAll());
