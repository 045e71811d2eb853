// What leaves: every way out with its value, its delay and its drops; teach it, find its range.

import { find, make, write } from "./dom.js";
import { number } from "./format.js";
import { ask } from "./link.js";
import { Meter } from "./meter.js";

let rows = new Map();
let byCable = new Map();
let teaching = "";

/** Lay out the ways out of a patch. */
export function lay(patch) {
  rows = new Map();
  byCable = new Map();
  const parts = [];
  let sink = "";
  patch.cables.forEach((cable, index) => {
    if (!cable.route) return;
    if (cable.end !== sink) {
      sink = cable.end;
      parts.push(make("h2", {}, sink));
    }
    const row = new Row(cable, index);
    rows.set(cable.route, row);
    byCable.set(index, row);
    parts.push(row.element);
  });
  find("outs").replaceChildren(...parts);
  find("outs").hidden = parts.length === 0;
}

/** Show what leaves now. */
export function show(news) {
  for (const [index, row] of byCable) row.meter.show(news.cables[index], news.now);
  if (news.teaching === teaching) return;
  teaching = news.teaching;
  find("teaching").hidden = !teaching;
  write(find("teaching").firstElementChild, `Teaching ${teaching}: all else is silent`);
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
    this.meter = new Meter(cable.low, cable.high, { whole: cable.whole });
    this.facts = make("p.facts");
    this.found = make("div.found", { hidden: true });
    this.teach = make("button", { type: "button", onclick: () => this.askTeach() }, "Teach");
    const buttons = [this.teach];
    const unfold = (event) => event.target.closest("button, .found") ?? this.open();
    if (cable.number) {
      buttons.push(make("button", { type: "button", onclick: () => this.askRange() }, "Range"));
    }
    this.element = make(
      "article.out",
      { "data-route": cable.route, onclick: unfold },
      make("div.name", {}, make("b", {}, cable.label), make("small", {}, `from ${cable.origin}`)),
      this.meter.digits,
      this.meter.track,
      this.facts,
      make("div.buttons", {}, ...buttons),
      this.found,
    );
  }

  /** On a phone, its buttons are folded away until it is touched. */
  open() {
    this.element.classList.toggle("open");
  }

  askTeach() {
    ask({ do: "teach", route: this.cable.route === teaching ? "" : this.cable.route });
  }

  askRange() {
    ask({ do: "range", cable: this.index });
  }

  taught(is, any) {
    this.element.classList.toggle("taught", is);
    this.element.classList.toggle("hushed", any && !is);
    write(this.teach, is ? "Stop" : "Teach");
  }

  health(route) {
    const parts = [];
    if (route.behind !== null) {
      // What a listener waits: from capture until it leaves, and the lag of every window.
      parts.push(`${route.behind.toFixed(1)} ± ${route.jitter.toFixed(1)} ms`);
    }
    parts.push(`${number(Math.round(route.rate))}/s`);
    if (route.dropped) parts.push(`${route.dropped} dropped`);
    write(this.facts, parts.join("   "));
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
