// Boxes in columns, cables between them, and what each box says.

import { find, make } from "./dom.js";
import { Meter } from "./meter.js";

const WIDTH = 190;
const GAP_X = 58;
const GAP_Y = 16;
const HEAD = 92;
const PORT = 34;
const SVG = "http://www.w3.org/2000/svg";

let boxes = new Map();
let ports = new Map();

/** Draw a patch. */
export function lay(patch) {
  boxes = new Map();
  ports = new Map();
  const places = place(patch);
  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("width", places.width);
  lines.setAttribute("height", places.height);
  const cards = patch.boxes.map((box) => card(box, patch, places.at.get(box.name)));
  for (const cable of patch.cables) lines.append(line(cable, patch, places.at));
  const graph = find("graph");
  graph.style.width = `${places.width}px`;
  graph.style.height = `${places.height}px`;
  graph.replaceChildren(lines, ...cards);
}

/** Show what every box says, and what arrives at each output. */
export function show(news) {
  for (const [name, meter] of boxes) meter.show(news.boxes[name], news.now);
  for (const [index, meter] of ports) meter.show(news.cables[index], news.now);
}

/** Show how the devices are. */
export function health(news) {
  for (const device of news.devices) {
    const element = find("graph").querySelector(`[data-box="${CSS.escape(device.name)}"]`);
    if (element) element.dataset.state = device.state;
  }
}

function portsOf(name, patch) {
  return patch.cables.flatMap((cable, index) => (cable.end === name && cable.route ? [index] : []));
}

function height(box, patch) {
  const count = portsOf(box.name, patch).length;
  return count ? 48 + PORT * count + 8 : HEAD;
}

/** Give each box its place; every column stands in the middle. */
function place(patch) {
  const columns = new Map();
  for (const box of patch.boxes) {
    if (!columns.has(box.column)) columns.set(box.column, []);
    columns.get(box.column).push(box);
  }
  const sums = [...columns.values()].map((column) =>
    column.reduce((sum, box) => sum + height(box, patch) + GAP_Y, -GAP_Y),
  );
  const tallest = Math.max(0, ...sums);
  const at = new Map();
  [...columns.values()].forEach((column, number) => {
    let top = (tallest - sums[number]) / 2;
    for (const box of column) {
      const tall = height(box, patch);
      at.set(box.name, { left: box.column * (WIDTH + GAP_X), top, height: tall });
      top += tall + GAP_Y;
    }
  });
  const last = Math.max(0, ...columns.keys());
  return { at, width: last * (WIDTH + GAP_X) + WIDTH, height: tallest };
}

function card(box, patch, at) {
  const what = [box.plays || box.use, ...box.links].join(" → ");
  const element = make(
    `div.box.${box.kind}`,
    { "data-box": box.name, title: [box.use, box.place].filter(Boolean).join("  ") },
    make("b", {}, box.name),
  );
  const indexes = portsOf(box.name, patch);
  if (!indexes.length) {
    const meter = new Meter();
    boxes.set(box.name, meter);
    element.append(make("small", {}, what === box.name ? "" : what), meter.digits, meter.track);
  }
  for (const index of indexes) {
    const cable = patch.cables[index];
    const meter = new Meter(cable.low, cable.high);
    ports.set(index, meter);
    element.append(make("div.port", {}, make("span", {}, cable.label), meter.digits));
  }
  element.style.left = `${at.left}px`;
  element.style.top = `${at.top}px`;
  element.style.width = `${WIDTH}px`;
  element.style.height = `${at.height}px`;
  return element;
}

function line(cable, patch, at) {
  const from = at.get(cable.start);
  const to = at.get(cable.end);
  const x1 = from.left + WIDTH;
  const y1 = from.top + from.height / 2;
  const x2 = to.left;
  const y2 = to.top + arrival(cable, patch, to.height);
  const bend = Math.max(30, Math.abs(x2 - x1) / 2);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
  path.setAttribute("class", cable.kind);
  return path;
}

function arrival(cable, patch, tall) {
  if (!cable.route) return cable.kind === "aside" ? tall * 0.8 : tall / 2;
  const place = portsOf(cable.end, patch).findIndex((i) => patch.cables[i].route === cable.route);
  return 48 + PORT * place + PORT / 2 - 2;
}
