// What leaves: every way out with its value; tapped, its figures, teach it, find its range.

import { breakable, find, make, write } from "./dom.js";
import { number } from "./format.js";
import { ask } from "./link.js";
import { Meter } from "./meter.js";
import * as notice from "./notice.js";

const LATE = 100;
const JITTERY = 40;
const CALM = 5000;
const LONG = 24;

let rows = new Map();
let byCable = new Map();
let teaching = "";
let testing = false;

/** Lay out the ways out of a patch, as it has written them. */
export function lay(patch) {
  rows = new Map();
  byCable = new Map();
  const labels = new Map(patch.boxes.map((box) => [box.name, box.label]));
  const parts = [];
  let sink = "";
  patch.cables.forEach((cable, index) => {
    if (!cable.route) return;
    if (cable.end !== sink) {
      sink = cable.end;
      parts.push(make("h2", {}, labels.get(sink) ?? sink));
    }
    const row = new Row(cable, index);
    rows.set(cable.route, row);
    byCable.set(index, row);
    parts.push(row.element);
  });
  find("outs").replaceChildren(...parts);
  document.body.classList.toggle("nothing-leaves", parts.length === 0);
}

/** Show what leaves now. */
export function show(news) {
  for (const [index, row] of byCable) row.meter.show(news.cables[index], news.now);
  if (news.teaching === teaching && news.testing === testing) return;
  teaching = news.teaching;
  testing = news.testing;
  const label = rows.get(teaching)?.cable.label ?? teaching;
  notice.stand("teaching", teaching && `${testing ? "Testing" : "Teaching"} ${label}: all else is silent`);
  for (const [route, row] of rows) row.taught(route === teaching, teaching !== "");
}

/** Show how late, how often, how much was lost. */
export function health(news) {
  for (const route of news.routes) rows.get(route.name)?.health(route);
}

/** Show how far a number moves. */
export function range(news) {
  byCable.get(news.cable)?.range(news);
}

class Row {
  constructor(cable, index) {
    this.cable = cable;
    this.index = index;
    this.badUntil = 0;
    this.reason = "";
    this.all = "";
    this.meter = new Meter(cable.low, cable.high, { whole: cable.whole });
    this.facts = make("small.facts");
    this.found = make("div.found", { hidden: true });
    this.teach = make("button", { type: "button", onclick: () => this.askTeach() }, "Teach");
    this.test = make("button", { type: "button", title: "Send a test value for 20 s", onclick: () => this.askTest() }, "Test");
    const buttons = [this.teach, this.test];
    if (cable.number) {
      buttons.push(make("button", { type: "button", onclick: () => this.askRange() }, "Range"));
    }
    const [address] = cable.name.split("#");
    const from = cable.label === address ? `from ${cable.origin}` : `${address} from ${cable.origin}`;
    this.unfold = make(
      "button.unfold.free",
      { type: "button", "aria-expanded": "false", title: "Figures and buttons", onclick: () => this.open() },
      make("i.dot", { "aria-hidden": "true" }),
      make("span.name", {}, make(cable.label.length > LONG ? "b.long" : "b", {}, ...breakable(cable.label)), make("small.from", {}, from), this.facts),
    );
    this.element = make(
      "article.out",
      { "data-route": cable.route },
      this.unfold,
      this.meter.digits,
      this.meter.track,
      make("div.buttons", {}, ...buttons),
      this.found,
    );
  }

  /** Its figures and buttons are folded away until it is touched. */
  open() {
    this.unfold.setAttribute("aria-expanded", String(this.element.classList.toggle("open")));
    this.say();
  }

  /** Folded, only what is bad is said. */
  say() {
    write(this.facts, this.element.classList.contains("open") ? this.all : this.reason);
  }

  askTeach() {
    ask({ do: "teach", route: this.moves(false) ? "" : this.cable.route });
  }

  askTest() {
    ask({ do: "teach", route: this.moves(true) ? "" : this.cable.route, test: true });
  }

  /** Whether it is taught, or tested. */
  moves(test) {
    return this.cable.route === teaching && test === testing;
  }

  askRange() {
    ask({ do: "range", cable: this.index });
  }

  taught(is, any) {
    this.element.classList.toggle("taught", is);
    this.element.classList.toggle("hushed", any && !is);
    write(this.teach, this.moves(false) ? "Stop" : "Teach");
    write(this.test, this.moves(true) ? "Stop" : "Test");
  }

  /** Say the figures; what is bad stands out, and is seen on a folded row too. */
  health(route) {
    const late = route.behind !== null && route.behind > LATE;
    const uneven = route.behind !== null && route.jitter > JITTERY;
    const now = performance.now();
    if (late || uneven) this.badUntil = now + CALM;
    this.element.classList.toggle("bad", now < this.badUntil);
    if (late) this.reason = `${route.behind.toFixed(0)} ms behind`;
    else if (uneven) this.reason = `± ${route.jitter.toFixed(0)} ms`;
    const parts = [];
    if (route.behind !== null) {
      // What a listener waits: from capture until it leaves, and the lag of every window.
      parts.push(`${route.behind.toFixed(1)} ± ${route.jitter.toFixed(1)} ms`);
    }
    parts.push(`${number(Math.round(route.rate))}/s`);
    // Pictures that a box on the way had no time for: no message of this output was lost.
    if (route.dropped) parts.push(`${route.dropped} left out on the way`);
    this.all = parts.join("   ");
    this.say();
  }

  /** Show the range found so far, and at the end what can be done with it. */
  range(news) {
    this.found.hidden = false;
    const seen = news.found ? `${number(news.found[0])} to ${number(news.found[1])}` : "nothing yet";
    if (news.left > 0) {
      this.found.replaceChildren(
        make("p.big", {}, `Move! ${news.left}`),
        make("p", {}, seen),
        this.button("Cancel", () => ask({ do: "range", cable: -1 })),
      );
      return;
    }
    const parts = [make("p.big", {}, news.found ? seen : "It did not move")];
    if (news.found) parts.push(make("code", { title: "for the patch" }, news.paste));
    if (news.found && news.scale) {
      const value = { box: news.scale, parameter: "in", value: news.found };
      parts.push(this.button("Use it now", () => ask({ do: "set", ...value })));
    }
    parts.push(this.button("Close", () => {}));
    this.found.replaceChildren(...parts);
  }

  button(text, act) {
    const press = () => {
      act();
      this.found.hidden = true;
    };
    return make("button", { type: "button", onclick: press }, text);
  }
}
