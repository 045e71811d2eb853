// A curve that is drawn by its points: drag one, tap beside them for another, tap one twice to
// take it away. The arrows of a keyboard move a point, Delete takes it away.

import { make } from "./dom.js";

const WIDE = 240;
const HIGH = 140;
const EDGE = 12;
const REACH = 22;
const TWICE = 350;
const FEWEST = 1;
const MOST = 64;
const STEP = 0.02;
const SVG = "http://www.w3.org/2000/svg";

/** Make a curve to draw; `turn` gets its points when a hand moves them, `smooth` says which way. */
export function curve(label, turn, smooth) {
  return new Curve(label, turn, smooth);
}

class Curve {
  constructor(label, turn, smooth) {
    this.turn = turn;
    this.smooth = smooth;
    this.points = [];
    this.held = null;
    this.last = { index: -1, at: -Infinity };
    this.line = drawn("path", { class: "line" });
    this.dots = drawn("g", {});
    this.ends = drawn("g", { class: "ends" });
    this.svg = drawn("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "group", "aria-label": label });
    this.svg.append(drawn("rect", { x: EDGE, y: EDGE, width: WIDE - 2 * EDGE, height: HIGH - 2 * EDGE }));
    this.svg.append(this.line, this.ends, this.dots);
    this.svg.addEventListener("pointerdown", (event) => this.press(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => this.letGo());
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.element = make("div.board", {}, this.svg);
  }

  /** Show these points, unless a finger holds one of them. */
  put(points) {
    if (this.held !== null || !Array.isArray(points)) return;
    this.points = points.map(([x, y]) => [x, y]);
    this.span = axes(this.points);
    this.draw();
  }

  press(event) {
    event.preventDefault();
    const place = this.place(event);
    let index = this.nearest(place);
    const twice = index >= 0 && index === this.last.index && event.timeStamp - this.last.at < TWICE;
    this.last = { index, at: event.timeStamp };
    if (twice) {
      this.remove(index);
      return;
    }
    if (index < 0) index = this.add(this.value(place));
    if (index < 0) return;
    this.held = index;
    this.svg.setPointerCapture(event.pointerId);
    this.dots.children[index]?.focus({ preventScroll: true });
  }

  drag(event) {
    if (this.held !== null) this.move(this.held, this.value(this.place(event)));
  }

  letGo() {
    this.held = null;
  }

  key(event) {
    const index = [...this.dots.children].indexOf(document.activeElement);
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (index < 0) return;
    if (way) {
      const [x, y] = this.points[index];
      const { left, right, low, high } = this.span;
      this.move(index, [x + way[0] * STEP * (right - left), y + way[1] * STEP * (high - low)]);
    } else if (event.key === "Delete" || event.key === "Backspace") this.remove(index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Add a point; return which it is, or -1 where there are enough. */
  add([x, y]) {
    if (this.points.length >= MOST) return -1;
    const index = this.points.filter((point) => point[0] <= x).length;
    this.points.splice(index, 0, [tidy(x), tidy(y)]);
    this.changed();
    this.last = { index: -1, at: -Infinity };
    return index;
  }

  /** Move a point: never past its neighbours, nor out of the picture. */
  move(index, [x, y]) {
    const { left, right, low, high } = this.span;
    const from = this.points[index - 1]?.[0] ?? left;
    const to = this.points[index + 1]?.[0] ?? right;
    this.points[index] = [tidy(within(x, from, to)), tidy(within(y, low, high))];
    this.changed();
  }

  remove(index) {
    if (this.points.length <= FEWEST) return;
    this.points.splice(index, 1);
    this.held = null;
    this.last = { index: -1, at: -Infinity };
    this.changed();
  }

  changed() {
    this.draw();
    this.turn(this.points.map((point) => [...point]));
  }

  draw() {
    const { left, right, low, high } = this.span;
    const places = this.points.map((point) => this.at(point));
    const inner = this.smooth() ? samples(this.points).map((point) => this.at(point)) : places;
    const line = [[EDGE, places[0][1]], ...inner, [WIDE - EDGE, places.at(-1)[1]]];
    this.line.setAttribute("d", `M${line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`);
    while (this.dots.children.length > places.length) this.dots.lastChild.remove();
    places.forEach(([cx, cy], index) => {
      const dot = this.dots.children[index] ?? this.dots.appendChild(drawn("circle", { r: 7, tabindex: 0, role: "button" }));
      const [x, y] = this.points[index];
      for (const [name, value] of Object.entries({ cx, cy, "aria-label": `${x} gives ${y}` })) dot.setAttribute(name, value);
    });
    const words = [
      [tidy(left), EDGE, HIGH - 1, "start"],
      [tidy(right), WIDE - EDGE, HIGH - 1, "end"],
      [tidy(low), EDGE + 2, HIGH - EDGE - 3, "start"],
      [tidy(high), EDGE + 2, EDGE + 10, "start"],
    ];
    this.ends.replaceChildren(...words.map(([text, x, y, anchor]) => {
      const word = drawn("text", { x, y, "text-anchor": anchor });
      word.textContent = text;
      return word;
    }));
  }

  /** Return where a point lies in the picture. */
  at([x, y]) {
    const { left, right, low, high } = this.span;
    return [
      EDGE + ((x - left) / (right - left)) * (WIDE - 2 * EDGE),
      HIGH - EDGE - ((y - low) / (high - low)) * (HIGH - 2 * EDGE),
    ];
  }

  value([px, py]) {
    const { left, right, low, high } = this.span;
    const x = left + ((px - EDGE) / (WIDE - 2 * EDGE)) * (right - left);
    const y = low + ((HIGH - EDGE - py) / (HIGH - 2 * EDGE)) * (high - low);
    return [within(x, left, right), within(y, low, high)];
  }

  place(event) {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    return [((event.clientX - left) / width) * WIDE, ((event.clientY - top) / height) * HIGH];
  }

  /** Return which point a finger means; -1 for none. */
  nearest([px, py]) {
    const far = this.points.map((point) => this.at(point)).map(([x, y]) => Math.hypot(x - px, y - py));
    const least = Math.min(...far);
    return least <= REACH ? far.indexOf(least) : -1;
  }
}

/** Return the ends of both axes: 0 to 1, or further where a point lies there. */
function axes(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(0, ...xs), right: Math.max(1, ...xs), low: Math.min(0, ...ys), high: Math.max(1, ...ys) };
}

/** Return points on the soft way, as engine/dsp/curve.py goes it. */
function samples(points) {
  const slope = slopes(points);
  return points.flatMap(([x, y], index) => {
    const next = points[index + 1];
    if (!next || next[0] === x) return [[x, y]];
    const [wide, rise] = [next[0] - x, next[1] - y];
    return Array.from({ length: 16 }, (_, step) => {
      const part = step / 16;
      const rest = 1 - part;
      const bend = part * rest * (rest * (slope[index] * wide - rise) - part * (slope[index + 1] * wide - rise));
      return [x + part * wide, y + part * rise + bend];
    });
  });
}

function slopes(points) {
  const wide = points.slice(1).map(([x], index) => x - points[index][0]);
  const steep = points.slice(1).map(([, y], index) => (wide[index] > 0 ? (y - points[index][1]) / wide[index] : 0));
  return points.map((_, index) => {
    const [before, after] = [steep[index - 1], steep[index]];
    if (before === undefined || after === undefined) return before ?? after ?? 0;
    if (before * after <= 0) return 0;
    const share = (2 * wide[index] + wide[index - 1]) / (3 * (wide[index] + wide[index - 1]));
    return 1 / (share / before + (1 - share) / after);
  });
}

function drawn(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const within = (value, low, high) => Math.min(Math.max(value, low), high);
const tidy = (value) => Number(value.toPrecision(4));
