// What is said, not held: a button for each value, or a line or a number that is typed.

import { make } from "./dom.js";
import { ask } from "./link.js";
import * as notice from "./notice.js";

const LONGEST = 10_000;
const PACE = 120;
const ENDS = ["insertLineBreak", "insertParagraph"];

/** Say a value to a box, once; tells whether it went. */
export function say(is, value) {
  return ask({ do: "set", box: is.box, parameter: is.name, value });
}

/** A button for each value of an event; one alone is called as that. */
export function presses(is, called) {
  const buttons = is.choices.map((one) => {
    const text = is.choices.length === 1 ? called : String(one).replaceAll("_", " ");
    return make(text.length < 3 ? "button.short" : "button", { type: "button", onclick: () => say(is, one) }, text);
  });
  return make("div.choices", { role: "group", "aria-label": `${is.box} ${is.name}` }, ...buttons);
}

/** A line that Enter or the button beside it says; `typing` is the event that hears it grow. */
export class Line {
  constructor(is, typing = null) {
    this.is = is;
    this.typing = typing;
    this.waiting = null;
    this.sent = "";
    this.input = make("textarea", {
      rows: 1,
      dir: "auto",
      enterkeyhint: "send",
      autocomplete: "off",
      placeholder: "Type a line",
      "aria-label": `${is.box} ${is.name}`,
      oninput: () => this.grown(),
      onbeforeinput: (event) => this.ends(event),
    });
    this.button = make("button", { type: "button", onclick: () => this.send() }, "Send");
    this.element = make("div.entry", {}, this.input, this.button);
  }

  /** Send the line; it stays where it could not be sent. */
  send() {
    const text = this.input.value;
    const length = [...text].length;
    if (length > LONGEST) {
      notice.tell(`${length} characters are too many for a line: ${LONGEST} at most`);
      return;
    }
    clearTimeout(this.waiting);
    this.waiting = null;
    if (!say(this.is, text)) return;
    this.sent = text;
    this.input.value = "";
    this.fit();
  }

  /** Put a line back that was refused, where no other has been begun. */
  refused(why) {
    if (!this.sent || this.input.value || !why.startsWith(`${this.is.box}/${this.is.name}:`)) return;
    this.input.value = this.sent;
    this.sent = "";
    this.fit();
  }

  /** Enter ends the line, on a keyboard and on glass; where a word is being composed it does not. */
  ends(event) {
    if (!ENDS.includes(event.inputType)) return;
    event.preventDefault();
    this.send();
  }

  grown() {
    this.fit();
    if (this.typing === null || this.waiting !== null) return;
    this.waiting = setTimeout(() => {
      this.waiting = null;
      say(this.typing, [...this.input.value].slice(0, LONGEST).join(""));
    }, PACE);
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }
}

/** A number that is typed, and said by Enter or the button beside it. */
export class Figure {
  constructor(is) {
    this.is = is;
    this.input = make("input", {
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      "aria-label": `${is.box} ${is.name}`,
      onkeydown: (event) => event.key === "Enter" && this.send(),
    });
    this.element = make("div.entry", {}, this.input, make("button", { type: "button", onclick: () => this.send() }, "Send"));
  }

  send() {
    const value = Number(this.input.value.trim().replace(",", "."));
    if (this.input.value.trim() === "" || Number.isNaN(value)) notice.tell(`${this.is.box} ${this.is.name} takes a number`);
    else if (say(this.is, value)) this.input.value = "";
  }
}

