// Boxes and the cables between them, and what each box says.

import { find, make, write } from "./dom.js";
import { Meter } from "./meter.js";
import { NAME, PORT, across, down, portsOf, shortened } from "./places.js";

const NARROW = 700;
const SCROLLBAR = 14;
const SMALLEST = 0.7;
const LARGEST = 1.15;
const SVG = "http://www.w3.org/2000/svg";

let drawn = null;
let owed = false; // whether it came while nobody could see it
let boxes = new Map();
let ports = new Map();
let kinds = new Map();

/** Draw a patch; one that nobody sees now is drawn as soon as somebody does. */
export function lay(patch) {
  drawn = patch;
  boxes = new Map();
  ports = new Map();
  kinds = new Map();
  // Not the width of the window: on a phone that grows with what is too wide for it.
  const narrow = document.documentElement.clientWidth < NARROW;
  const room = find("plan").clientWidth - (narrow ? 0 : SCROLLBAR);
  owed = room <= 0;
  if (owed) return;
  const least = narrow ? down(patch, room) : across(patch, 0);
  const zoom = narrow ? 1 : fit(least, room);
  const places = narrow ? least : across(patch, room / zoom);
  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("width", places.width);
  lines.setAttribute("height", places.height);
  for (const cable of patch.cables) lines.append(line(cable, patch, places.at, narrow));
  const graph = find("graph");
  graph.style.width = `${places.width}px`;
  graph.style.height = `${places.height}px`;
  graph.replaceChildren(lines, ...patch.boxes.map((box) => card(box, patch, places.at.get(box.name))));
  graph.style.zoom = zoom;
}

/** Draw it again, as after the page was turned. */
export function again() {
  if (drawn) lay(drawn);
}

/** Show what every box says, and what arrives at each output. */
export function show(news) {
  for (const [name, meter] of boxes) meter.show(news.boxes[name], news.now);
  for (const [name, kind] of kinds) write(kind.element, news.captions[name] ?? kind.text);
  for (const [index, meter] of ports) meter.show(news.cables[index], news.now);
}

/** Show how the devices are. */
export function health(news) {
  for (const device of news.devices) {
    const element = find("graph").querySelector(`[data-box="${CSS.escape(device.name)}"]`);
    if (element) element.dataset.state = device.state;
  }
}

/** How large it is drawn: all of it is seen, unless it became too small to be read. */
function fit(places, room) {
  const part = Math.min(room / places.width, high() / places.height);
  return Math.max(SMALLEST, Math.min(LARGEST, part || 1));
}

/** How high it may be: a share of a desk, all that is there when it is alone; a phone is turned on. */
function high() {
  if (document.body.classList.contains("wide")) return window.innerHeight - find("plan").getBoundingClientRect().top - 24;
  return parseFloat(getComputedStyle(find("plan")).maxHeight) || Infinity;
}

function card(box, patch, at) {
  const what = [box.plays || box.use, ...box.links].join(" → ");
  const called = box.label === box.name ? what : `${box.name} · ${what}`;
  const element = make(
    `div.box.${box.kind}`,
    { "data-box": box.name, title: [box.label, box.label === box.name ? "" : box.name, what, box.place].filter(Boolean).join("  ") },
    make("b", {}, box.label),
  );
  const indexes = portsOf(box.name, patch);
  if (!indexes.length) {
    const meter = new Meter(null, null, { short: true });
    boxes.set(box.name, meter);
    const text = called === box.name ? "" : called;
    const kind = make("small", { dir: "auto" }, text);
    kinds.set(box.name, { element: kind, text });
    element.append(kind, meter.digits, meter.track);
  }
  for (const index of indexes) {
    const cable = patch.cables[index];
    const meter = new Meter(cable.low, cable.high, { short: true });
    ports.set(index, meter);
    element.append(make("div.port", { title: cable.name }, make("span", {}, shortened(cable.label)), meter.digits));
  }
  for (const side of ["left", "top", "width", "height"]) element.style[side] = `${at[side]}px`;
  return element;
}

function line(cable, patch, at, narrow) {
  const from = at.get(cable.start);
  const to = at.get(cable.end);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", narrow ? downward(from, to) : sideways(from, to, arrival(cable, patch, to.height)));
  path.setAttribute("class", cable.kind);
  return path;
}

function downward(from, to) {
  const [x1, y1] = [from.left + from.width / 2, from.top + from.height];
  const [x2, y2] = [to.left + to.width / 2, to.top];
  const bend = Math.max(20, (y2 - y1) / 2);
  return `M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}

function sideways(from, to, drop) {
  const [x1, y1] = [from.left + from.width, from.top + from.height / 2];
  const [x2, y2] = [to.left, to.top + drop];
  const bend = Math.max(20, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** How far below the top of a box a cable ends. */
function arrival(cable, patch, tall) {
  if (!cable.route) return cable.kind === "aside" ? tall * 0.8 : tall / 2;
  const place = portsOf(cable.end, patch).findIndex((i) => patch.cables[i].route === cable.route);
  return NAME + PORT * place + PORT / 2 - 2;
}

new ResizeObserver(() => owed && again()).observe(find("plan"));
