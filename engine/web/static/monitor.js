// What comes in and what leaves, by address, while it is looked at.

import { breakable, find, make, press, write } from "./dom.js";
import { ask } from "./link.js";

const NOW = 1;

let open = false;
let paused = false;
let flows = [];
let leftOut = 0;
let rows = new Map();

const hold = make("button.free", { type: "button", "aria-pressed": "false", onclick: pause }, "Pause");
const filter = make("input.free", {
  type: "text",
  placeholder: "Only what contains …",
  "aria-label": "Show only what contains",
  autocomplete: "off",
  spellcheck: "false",
  oninput: draw,
});
const came = list("What comes in");
const left = list("What leaves");
const more = make("p.more", { hidden: true });

/** Put the monitor into its place on the page. */
export function place() {
  find("monitor").replaceChildren(make("div.tools", {}, filter, hold), came.element, left.element, more);
  document.querySelector('nav button[data-to="monitor"]').hidden = false;
}

/** Look, or look no more: nothing is counted while nobody looks. */
export function look(on) {
  if (on === open) return;
  open = on;
  ask({ do: "monitor", on });
}

/** Show what came and left. */
export function show(news) {
  if (paused) return;
  flows = news.flows;
  leftOut = news.left_out;
  draw();
}

/** Ask again after the line to the show was broken. */
export function again() {
  if (open) ask({ do: "monitor", on: true });
}

function pause() {
  paused = !paused;
  press(hold, paused);
  write(hold, paused ? "Go on" : "Pause");
}

function draw() {
  const word = filter.value.trim().toLowerCase();
  const fits = (flow) => `${flow.box} ${flow.name} ${flow.peer} ${flow.note}`.toLowerCase().includes(word);
  const shown = word ? flows.filter(fits) : flows;
  const before = rows;
  rows = new Map();
  for (const flow of shown) {
    const key = `${flow.leaves} ${flow.box} ${flow.name}`;
    const row = before.get(key) ?? new Row(flow.name);
    row.show(flow);
    rows.set(key, row);
  }
  fill(came, shown.filter((flow) => !flow.leaves));
  fill(left, shown.filter((flow) => flow.leaves));
  more.hidden = leftOut === 0;
  write(more, `and ${leftOut} messages to more addresses`);
}

function fill(into, parts) {
  const elements = parts.map((flow) => rows.get(`${flow.leaves} ${flow.box} ${flow.name}`).element);
  const now = [...into.rows.children];
  if (now.length !== elements.length || now.some((one, index) => one !== elements[index])) {
    into.rows.replaceChildren(...elements);
  }
  into.none.hidden = elements.length > 0;
}

function list(title) {
  const rows = make("ul");
  const none = make("p.none", {}, "nothing yet");
  return { rows, none, element: make("div", {}, make("h2", {}, title), rows, none) };
}

class Row {
  constructor(name) {
    this.name = make("b", {}, ...breakable(name));
    this.value = make("span.said");
    this.rate = make("span.rate");
    this.where = make("small");
    this.element = make("li", {}, this.name, this.value, this.rate, this.where);
  }

  show(flow) {
    write(this.value, flow.last);
    write(this.rate, flow.ago >= NOW ? `${Math.round(flow.ago)} s ago` : flow.rate === null ? "" : `${flow.rate}/s`);
    const to = flow.note ? "" : ` to ${flow.peer}`;
    const way = `${flow.box}${flow.leaves ? to : ` from ${flow.peer}`}`;
    const note = flow.note && (flow.leaves || flow.unheard ? flow.note : `→ ${flow.note}`);
    write(this.where, note ? `${way}  ·  ${note}` : way);
    this.element.classList.toggle("unheard", flow.unheard);
    this.element.classList.toggle("still", flow.ago >= NOW);
  }
}
