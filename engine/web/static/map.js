// Maps of many sounds or pictures: a finger or the mouse plays what is nearest to it, arrows go on to
// what lies beside it.

import { find, make, write } from "./dom.js";
import { say } from "./events.js";
import { holdDown, letGo, moveHeld } from "./hold.js";
import { nearest, step } from "./neighbours.js";
import { may } from "./roles.js";
import { Ground } from "./ground.js";
import { thumbnails } from "./thumbnails.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const PLAYS = [" ", "Enter"];
const HINT = "Slide a finger or the mouse over it. Arrow keys go on, Enter plays.";
const LOOK = "Guests look on.";
const ABOVE = 46; // so that no finger lies on the name
const LIVE = "#ffb02e";
const RING = 11;
const AGAIN = 1000;

let maps = [];
let light = true;

/** Show where hands are on the maps, and what plays. */
export function show(news) {
  if (news.maps.map((is) => is.box).join("\n") !== maps.map((one) => one.name).join("\n")) {
    const before = new Map(maps.map((one) => [one.name, one]));
    maps = news.maps.map((is) => before.get(is.box) ?? new Chart(is));
    find("map").replaceChildren(...maps.map((one) => one.element));
    document.querySelector('nav button[data-to="map"]').hidden = maps.length === 0;
    if (maps.length === 0 && document.body.dataset.tab === "map") document.querySelector('nav button[data-to="see"]').click();
  }
  news.maps.forEach((is, index) => maps[index].show(is));
}

/** Let pictures be seen, or forget those there are: while a show is private or black none is shown. */
export function lit(news) {
  const may = !news.private && !news.blackout;
  if (may === light) return;
  light = may;
  for (const one of maps) one.lit();
}

/** One map. */
class Chart {
  constructor(is) {
    this.is = is;
    this.name = is.box;
    this.finger = null; // where it is, x and y, and by what
    this.over = null; // what the mouse is over, while it plays nothing
    this.items = null;
    this.nearest = null; // the item that a finger here plays, or played last
    this.mark = null;
    this.due = false;
    this.canvas = make("canvas.board", {
      tabindex: 0,
      role: "application",
      onpointerdown: (event) => this.down(event),
      onpointermove: (event) => this.move(event),
      onpointerleave: () => this.hover(null),
      onlostpointercapture: (event) => this.up(`pointer ${event.pointerId}`),
      onpointerup: (event) => this.up(`pointer ${event.pointerId}`),
      onpointercancel: (event) => this.up(`pointer ${event.pointerId}`),
      onkeydown: (event) => this.keyDown(event),
      onkeyup: (event) => this.up(`focus ${event.key}`),
      onblur: () => this.up(this.finger?.by ?? ""),
      oncontextmenu: (event) => event.preventDefault(),
    });
    this.ground = new Ground(() => this.draw());
    this.title = make("h2", { dir: "auto" }, is.label);
    this.count = make("small");
    this.near = make("output.near", { "aria-live": "polite", dir: "auto" });
    this.picture = make("img.near", { alt: "", hidden: true });
    this.again = make("button", { type: "button", onclick: () => say({ box: this.name, name: "play" }, true) }, is.kind === "pictures" ? "Show again" : "Play again");
    this.hint = make("p.hint");
    this.folders = make("ul.folders", { "aria-label": "Folders" });
    this.element = make(
      "article.map",
      { "data-box": is.box },
      make("div.plane", {}, this.canvas),
      make("div.beside", {}, make("header", {}, this.title, this.count), this.near, this.picture, this.again, this.folders, this.hint),
    );
    new ResizeObserver(() => this.fit()).observe(this.canvas);
  }

  // -- What is known ---------------------------------------------------------------------------------

  show(is) {
    if (this.finger === null && is.item !== this.is.item) this.nearest = null; // another hand plays
    this.is = is;
    write(this.title, is.label);
    write(this.count, `${is.count} ${is.kind}`);
    write(this.hint, may("hold") ? HINT : LOOK);
    this.canvas.setAttribute("aria-label", `Map of ${is.label}, ${is.count} ${is.kind}`);
    if (is.mark !== this.mark) this.fetch(is.mark);
    this.draw();
  }

  /** Fetch what lies on it; what has become of it meanwhile is fetched again. */
  async fetch(mark) {
    this.mark = mark;
    this.items = this.nearest = this.over = null;
    try {
      const answer = await fetch(`/map?of=${encodeURIComponent(this.name)}`);
      const items = answer.ok ? await answer.json() : null;
      if (this.mark !== mark) return;
      if (items === null || items.mark !== mark) throw new Error("another map");
      this.items = items;
      this.thumbnails = items.kind === "pictures" ? thumbnails(this.name, mark, () => this.lit()) : null;
      this.lit();
    } catch {
      setTimeout(() => this.mark === mark && this.element.isConnected && this.fetch(mark), AGAIN);
    }
  }

  /** Lay the ground anew: with pictures, or without them. */
  lit() {
    if (this.items === null) return;
    if (!light) this.thumbnails?.forget();
    this.ground.lay(this.items, light ? this.thumbnails : null);
    this.folders.replaceChildren(...this.ground.folders.map(([name, colour]) => folder(name, colour)));
    this.fit();
  }

  fit() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width && height) this.ground.fit(width, height, window.devicePixelRatio || 1);
    this.draw();
  }

  /** What is nearest to a hand: that of a finger here at once, that of the show where it says so. */
  chosen() {
    if (this.finger === null) return this.is.item;
    this.nearest = nearest(this.items.places, this.finger.x, this.finger.y, this.nearest, this.is.stick, this.is.reach);
    return this.nearest;
  }

  // -- A hand ----------------------------------------------------------------------------------------

  down(event) {
    if (event.button !== 0 || this.finger !== null || this.items === null || !may("hold")) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.nearest = null;
    this.hold(`pointer ${event.pointerId}`, this.at(event));
  }

  move(event) {
    if (this.items === null) return;
    if (this.finger?.by === `pointer ${event.pointerId}`) this.follow(this.at(event));
    else if (this.finger === null && event.pointerType === "mouse") this.hover(this.at(event));
  }

  hold(by, [x, y]) {
    this.over = null;
    this.finger = { by, x, y };
    holdDown({ box: this.name, parameter: "touch", value: text(x, y), by, button: this.canvas });
    this.draw();
  }

  follow([x, y]) {
    Object.assign(this.finger, { x, y });
    moveHeld(this.finger.by, text(x, y));
    this.draw();
  }

  up(by) {
    letGo(by);
    if (this.finger?.by !== by) return;
    this.finger = null;
    this.draw();
  }

  hover(place) {
    this.over = place && nearest(this.items.places, ...place, null, 0, this.is.reach);
    this.draw();
  }

  keyDown(event) {
    const way = ARROWS[event.key];
    if (!way && !PLAYS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.items === null || !may("hold") || (event.repeat && !way)) return;
    const { places } = this.items;
    // What was played here last: the show tells of it a moment later.
    const now = this.nearest ?? this.is.item ?? nearest(places, this.is.x, this.is.y, null, 0, Infinity);
    const from = this.finger === null ? now : this.nearest;
    const to = way && from !== null ? step(places, from, way) : from;
    if (to === null) return;
    const place = [places[2 * to], places[2 * to + 1]];
    const by = `focus ${event.key}`;
    this.nearest = to;
    if (this.finger?.by === by) this.follow(place);
    else if (this.finger === null) this.hold(by, place);
  }

  at(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return this.ground.there([event.clientX - left, event.clientY - top], width, height);
  }

  // -- What is seen ----------------------------------------------------------------------------------

  draw() {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      this.paint();
    });
  }

  paint() {
    if (this.items === null || !this.canvas.offsetParent) return;
    const chosen = this.chosen();
    const pen = this.ground.paint(this.canvas);
    if (pen !== null) {
      if (this.over !== null && this.over !== chosen) this.named(pen, this.over, "#eee8dc");
      const at = this.ground.here([this.finger?.x ?? this.is.x, this.finger?.y ?? this.is.y]);
      if (chosen !== null) this.line(pen, at, this.ground.item(chosen));
      this.cross(pen, at);
      if (chosen !== null) this.named(pen, chosen, LIVE, this.finger && at);
    }
    const shown = chosen ?? this.over;
    this.element.dataset.item = chosen ?? "";
    this.element.dataset.finger = this.finger?.by ?? "";
    write(this.near, shown === null ? "–" : this.items.names[shown]);
    this.near.classList.toggle("live", chosen !== null);
    this.thumbnail(shown);
  }

  thumbnail(item) {
    const source = this.thumbnails && light && item !== null ? this.thumbnails.source(item) : "";
    this.picture.hidden = !source;
    if (this.picture.getAttribute("src") === source) return;
    if (source) this.picture.src = source;
    else this.picture.removeAttribute("src");
  }

  named(pen, item, colour, finger = null) {
    const [x, y] = this.ground.item(item);
    pen.beginPath();
    pen.arc(x, y, RING, 0, 2 * Math.PI);
    pen.lineWidth = 3;
    pen.strokeStyle = colour;
    pen.stroke();
    this.ground.label(pen, this.items.names[item], x, (finger ? Math.min(y, finger[1]) - ABOVE : y - RING - 9), colour);
  }

  line(pen, [x, y], [to, down]) {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(to, down);
    pen.lineWidth = 2;
    pen.strokeStyle = LIVE;
    pen.stroke();
  }

  cross(pen, [x, y]) {
    pen.beginPath();
    for (const [dx, dy] of [[1, 0], [0, 1]]) {
      pen.moveTo(x - 9 * dx, y - 9 * dy);
      pen.lineTo(x + 9 * dx, y + 9 * dy);
    }
    pen.lineWidth = 2;
    pen.strokeStyle = "#fff2d8";
    pen.stroke();
  }
}

const text = (x, y) => `${x.toFixed(4)} ${y.toFixed(4)}`;

function folder(name, colour) {
  const dot = make("i");
  dot.style.background = colour;
  return make("li", { dir: "auto" }, dot, name);
}
