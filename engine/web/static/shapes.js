// Zones, lines and floors over the picture, drawn by mouse, finger or keys while the show plays: drag a
// corner, tap an edge for another, tap a corner twice to take it away, drag the inside to move all.

import { find, make, press, write } from "./dom.js";
import { ask } from "./link.js";
import { locked } from "./lock.js";
import { away, fault, fitted, plane, within } from "./plane.js";
import * as see from "./see.js";

const SVG = "http://www.w3.org/2000/svg";
const REACH = 24; // half of a finger, in pixels
const EDGE = 14;
const TWICE = 350;
const PACE = 33;
const HELD = 600;
const PATIENCE = 3000;
const STEP = 4;
const FAR = 20;
const MOST = 64;
const FLASH = 700;
const LONGEST = 28; // letters of a name over the picture
const LETTER = 10; // pixels, at most
const LINE = 18;
const DIGITS = { metres: 3, parts: 4 };
const CORNERS = ["near left", "near right", "far right", "far left"];
const HELP = {
  polygon: "Drag a corner, or the inside. Tap an edge for another corner, a corner twice to remove it.",
  line: "Drag an end, or the line. Over a line that goes up, forth is to the right.",
  floor: "Drag the corners onto those of a rectangle on the floor, whose size in metres is its knob.",
  rectangle: "Drag a corner, or the inside. For more corners, write points into the patch instead of area.",
  area: "Nobody comes in here. Drag a corner, or the inside. Tap an edge for another corner.",
};

let shapes = [];
let sizes = {};
let edited = null; // the key of the shape that a hand draws
let chosen = 0; // which corner
let hold = null; // what a finger is at: {kind, ...}
let pending = null; // the places of a shape that is drawn anew, so far
let mistake = ""; // why a shape has to be drawn once more
let isNew = false; // whether what is drawn anew is one more area
let local = null; // places that are on their way to the show
let undone = []; // what stood before, to go back to: {box, parameter, value}
let before = null; // what stood when a gesture began
let last = { corner: -1, at: -Infinity };
let sent = -Infinity;
let waiting = null;
let since = -Infinity; // when places were last on their way
let expiry = null;
const captions = new Map();

const svg = drawn("svg", { id: "shapes", role: "group", "aria-label": "Shapes on the picture" });
const layer = drawn("g", {});
const handles = drawn("g", {});
svg.append(layer, handles);
find("trail").after(svg);

const buttons = {
  add: button("Add corner", add),
  remove: button("Remove corner", () => remove(chosen)),
  anew: button("Draw anew", () => (pending ? stop() : begin())),
  another: button("Another area", another),
  clear: button("Remove area", clear),
  undo: button("Undo", undo),
  done: button("Done", () => edit(null)),
};
const names = make("span.names", { role: "group", "aria-label": "Which shape is drawn" });
const help = make("p", { role: "status" });
const called = make("input", { type: "text", maxlength: 80, autocomplete: "off", "aria-label": "Name", onchange: rename });
find("drawing").append(names, called, ...Object.values(buttons), help);

/** Begin with another patch; what is being drawn stays, where that has it. */
export function lay(news) {
  const has = (name) => news.knobs.some((knob) => knob.kind === "shape" && knob.box === name);
  undone = undone.filter((one) => has(one.box));
  if (edited && !has(edited.split(" ")[0])) edit(null);
}

/** Show the shapes as the show says them. */
export function show(news) {
  shapes = news.shapes;
  sizes = news.sizes;
  if (!hold && performance.now() > since + HELD) local = null;
  heed();
  for (const one of shapes) flash(one);
  const mine = shape();
  const isGone = mine && mine.index !== null && !mine.places.length && !pending && !local;
  if (isGone) edit(null);
  else draw();
}

/** Have the corners that no finger here is at lie where the show has them: another hand may move them. */
function heed() {
  const one = shape();
  if (!local || !one?.places || hold?.kind !== "corner" || one.kind === "rectangle") return;
  if (one.places.length === local.length) local = one.places.map((place, k) => (k === hold.index ? local[k] : place));
}

/** Draw a shape of a box by hand: of several areas one more. */
export const drawOn = (box) => edit(shapes.findLast((one) => one.box === box)?.key ?? null);

/** Draw a shape by hand, or none; one that has no places yet is begun. */
function edit(key) {
  edited = key !== edited ? key : null;
  chosen = 0;
  hold = local = pending = null;
  mistake = "";
  const one = shape();
  if (one && !stage().offsetParent) document.querySelector('nav [data-to="see"]').click();
  if (one && !(see.shown() in one.on)) see.choose(Object.keys(one.on).at(-1) ?? see.shown());
  if (one && !one.places?.length && one.index !== null) begin();
  else draw();
  if (one) svg.focus({ preventScroll: true });
}

const shape = () => shapes.find((one) => one.key === edited) ?? null;

/** The places of a shape, a rectangle as its four corners; those under a hand where it is. */
function places(one) {
  if (local && one.key === edited) return local;
  if (one.index !== null && one.places.length === 2) return boxed(...one.places);
  if (one.kind !== "rectangle") return one.places;
  const [left, low, right, high] = one.places ?? [0.25, 0, 0.75, 1];
  return [[left, low], [right, low], [right, high], [left, high]];
}

/** What is set of a shape with these places; of several areas all are. */
function value(one, all) {
  if (one.index !== null) {
    const others = shapes.filter((other) => other.box === one.box && other.parameter === one.parameter);
    return others.map((other) => (other.key === one.key ? all : other.places)).filter((each) => each.length);
  }
  if (one.kind !== "rectangle") return all.map((place) => [...place]);
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

const stage = () => svg.parentElement;
const size = () => sizes[see.shown()] ?? null;

/** What turns places of a shape into those on the page; null where it is not on this picture. */
function planeOf(one) {
  const placed = one.on[see.shown()];
  if (!placed || !size()) return null;
  const floor = shapes.find((other) => other.box === one.metres?.box);
  const metres = floor ? { ...one.metres, corners: places(floor) } : one.metres;
  return plane({ ...one, metres }, placed, fitted(stage(), size()));
}

// -- What is seen ----------------------------------------------------------------------------------

function draw() {
  const mine = shape();
  offer();
  document.body.classList.toggle("drawing", mine !== null);
  if (size()) stage().style.setProperty("--picture", `${size()[0]} / ${size()[1]}`);
  svg.classList.toggle("drawing", mine !== null);
  svg.classList.toggle("board", mine !== null);
  if (mine) svg.setAttribute("tabindex", "0");
  else svg.removeAttribute("tabindex");
  fill(layer, shapes.length, () => shapeGroup());
  const texts = [];
  shapes.forEach((one, k) => drawShape(layer.children[k], one, texts));
  drawHandles(mine);
}

function shapeGroup() {
  const group = drawn("g", {});
  group.append(drawn("polygon", { class: "under" }), drawn("polygon", {}), drawn("text", {}));
  return group;
}

/** Draw a shape; ``texts`` are where names stand already, and its own comes to them. */
function drawShape(group, one, texts) {
  const at = planeOf(one);
  const isMine = one.key === edited;
  const all = isMine && pending ? pending : places(one);
  const seen = at ? all.map(at.there) : [];
  const known = seen.filter(Boolean);
  group.setAttribute("display", known.length ? "inline" : "none");
  group.dataset.shape = one.key;
  group.dataset.caption = one.caption;
  group.dataset.places = JSON.stringify(value(one, all));
  if (!known.length) return;
  const zone = one.kind !== "line";
  const wrong = isMine && !pending ? fault(one.kind, all) : "";
  const lit = one.kind === "polygon" || one.kind === "rectangle" ? one.caption !== "" : isLit(one);
  group.setAttribute("class", [one.index === null ? one.kind : "area", isMine && "edited", wrong && "bad", lit && "lit"].filter(Boolean).join(" "));
  const points = known.map((place) => place.map((each) => each.toFixed(1)).join()).join(" ");
  const [under, line, text] = group.children;
  for (const each of [under, line]) each.setAttribute("points", points);
  line.setAttribute("class", zone && !pending && one.kind !== "floor" ? "zone" : "open");
  const whole = [shortened(one.label, LONGEST), one.caption].filter(Boolean).join(": ");
  const said = shortened(whole, Math.floor(stage().clientWidth / LETTER) - 1);
  write(text, said);
  const half = (LETTER / 2) * said.length;
  const [x, y] = free(textPlace(one, known, half), half, texts);
  texts.push([x, y, half]);
  text.setAttribute("x", x.toFixed(1));
  text.setAttribute("y", y.toFixed(1));
}

/** Where the name of a shape stands: at the top of a zone or a line, at the near edge of a floor. */
function textPlace(one, seen, half) {
  const { clientWidth: width, clientHeight: height } = stage();
  const [xs, ys] = [seen.map(([x]) => x), seen.map(([, y]) => y)];
  const middle = one.kind === "line" ? xs[ys.indexOf(Math.min(...ys))] : (Math.min(...xs) + Math.max(...xs)) / 2;
  const high = one.kind === "floor" ? Math.max(...ys) - 6 : Math.min(...ys) + (one.kind === "line" ? -8 : 19);
  return [clamp(middle, half + 4, width - half - 4), clamp(high, 20, height - 8)];
}

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

/** The place of a name, or the next one below at which no other stands; in the way, where all is full. */
function free([x, y], half, texts) {
  const hit = (at) => texts.some(([x2, y2, half2]) => Math.abs(x2 - x) < half + half2 && Math.abs(y2 - at) < LINE);
  let at = y;
  while (hit(at) && at < stage().clientHeight) at += LINE;
  return [x, at < stage().clientHeight ? at : y];
}

/** A line lights up for a moment when it is crossed. */
function flash(one) {
  const said = captions.get(one.box);
  if (said?.text !== one.caption) captions.set(one.box, { text: one.caption, at: said ? performance.now() : -Infinity });
}

function isLit(one) {
  return one.kind === "line" && performance.now() - (captions.get(one.box)?.at ?? -Infinity) < FLASH;
}

function drawHandles(one) {
  const at = one && planeOf(one);
  const all = at ? (pending ?? places(one)).map((place) => handle(at.there(place))) : [];
  const closed = one && one.kind !== "line" && !pending;
  const more = at && canAdd(one) && !pending ? middles(all, closed) : [];
  fill(handles, more.length + all.length, () => drawn("circle", {}));
  more.forEach((place, k) => put(handles.children[k], place, 6, "more"));
  all.forEach((place, k) => {
    const circle = handles.children[more.length + k];
    put(circle, place, 10, k === chosen && !pending ? "corner selected" : "corner");
  });
}

/** Where a corner is held: one beyond the stage, at its border. */
function handle(place) {
  if (!place) return null;
  const { clientWidth: width, clientHeight: height } = stage();
  return [clamp(place[0], EDGE, width - EDGE), clamp(place[1], EDGE, height - EDGE)];
}

function put(circle, place, radius, kind) {
  circle.setAttribute("class", kind);
  circle.setAttribute("display", place ? "inline" : "none");
  if (!place) return;
  circle.setAttribute("cx", place[0].toFixed(1));
  circle.setAttribute("cy", place[1].toFixed(1));
  circle.setAttribute("r", radius);
}

function middles(all, closed) {
  const count = closed ? all.length : all.length - 1;
  return Array.from({ length: Math.max(0, count) }, (_, k) => {
    const [a, b] = [all[k], all[(k + 1) % all.length]];
    return a && b ? [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] : null;
  });
}

function offer() {
  const mine = shape();
  // An area that is still to be drawn is begun at its knob.
  const offered = shapes.filter((one) => one.places === null || one.places.length || one.key === edited);
  const can = document.body.dataset.role === "owner" && offered.length > 0;
  find("drawing").hidden = !can;
  if (!can) return;
  if ([...names.children].map((each) => each.dataset.of).join() !== offered.map((one) => one.key).join()) {
    names.replaceChildren(...offered.map((one) => make("button", { type: "button", "data-of": one.key, onclick: () => edit(one.key) }, one.label)));
  }
  for (const each of names.children) {
    press(each, each.dataset.of === edited);
    const one = shapes.find((other) => other.key === each.dataset.of);
    each.title = `Draw ${one.label} on the picture`;
    write(each, one.label);
  }
  for (const [name, each] of Object.entries(buttons)) each.hidden = !mine || (pending && !["anew", "done"].includes(name));
  if (mine) {
    buttons.add.hidden ||= mine.kind !== "polygon";
    buttons.remove.hidden ||= mine.kind !== "polygon";
    buttons.add.disabled = !canAdd(mine);
    buttons.remove.disabled = places(mine).length <= 3;
    buttons.another.hidden ||= mine.index === null;
    buttons.clear.hidden ||= mine.index === null;
    buttons.undo.disabled = !undone.length;
    write(buttons.anew, pending ? "Stop drawing" : "Draw anew");
  }
  called.hidden = !mine || pending !== null || mine.index !== null;
  if (mine && document.activeElement !== called) called.value = mine.label;
  const wrong = pending ? mistake : mine && fault(mine.kind, places(mine));
  write(help, wrong || (mine ? hint(mine) : ""));
  help.classList.toggle("bad", Boolean(wrong));
  help.hidden = !mine;
}

/** Call a shape otherwise; its box keeps its name, which cables go by. */
function rename() {
  const one = shape();
  if (one) ask({ do: "set", box: one.box, parameter: "label", value: called.value.trim() });
}

function hint(one) {
  if (!planeOf(one)) return "It lies on no picture here: choose the one that its people were found in.";
  if (!pending) return HELP[one.index === null ? one.kind : "area"];
  if (one.kind === "floor") return `Tap the ${CORNERS[pending.length] ?? ""} corner of the floor.`;
  if (one.kind === "line") return pending.length ? "Tap where it ends." : "Tap where it begins: who walks along it has the other side on the right.";
  if (one.kind === "rectangle") return "Drag from one corner to the other.";
  return pending.length < 3 ? "Tap the corners, one after another, once around." : "Tap the first corner again, or Enter, to close it.";
}

const canAdd = (one) => one.kind === "polygon" && places(one).length < MOST;

// -- What a hand does ------------------------------------------------------------------------------

function pressed(event) {
  const one = shape();
  const at = one && planeOf(one);
  if (!at || event.button > 0 || hold) return;
  event.preventDefault();
  event.stopPropagation();
  svg.focus({ preventScroll: true });
  svg.setPointerCapture(event.pointerId);
  const place = pointer(event);
  if (pending) tapped(one, at, place);
  else grab(one, at, place, event.timeStamp);
  draw();
}

/** Take hold of what is under a finger: a corner, an edge, or all of it. */
function grab(one, at, place, now) {
  const all = places(one);
  const seen = all.map((each) => handle(at.there(each)));
  before = value(one, all);
  const middle = canAdd(one) ? nearest(middles(seen, true), place, EDGE) : -1;
  const corner = nearest(seen, place);
  // Between two corners that are close together lies the handle for another one.
  if (middle >= 0 && (corner < 0 || far(middles(seen, true)[middle], place) < far(seen[corner], place))) {
    insert(one, middle, place);
    return;
  }
  const twice = corner >= 0 && corner === last.corner && now - last.at < TWICE;
  last = { corner, at: now };
  if (twice && one.kind === "polygon") remove(corner);
  else if (corner >= 0) {
    chosen = corner;
    hold = { kind: "corner", index: corner, from: place, seen: at.there(all[corner]) };
  } else {
    const edge = one.kind === "polygon" ? onEdge(seen, place) : -1;
    const held = one.kind === "line" ? onEdge(seen.slice(0, 2), place) >= 0 : within(place, seen.filter(Boolean));
    if (edge >= 0 && canAdd(one)) insert(one, edge, place);
    else if (held) hold = { kind: "all", from: place, seen: all.map(at.there) };
  }
}

/** Put a corner on an edge, under the finger that goes on holding it. */
function insert(one, edge, seen) {
  const place = rounded(one, planeOf(one).here(seen));
  if (!place) return;
  const all = places(one).map((each) => [...each]);
  all.splice(edge + 1, 0, place);
  chosen = edge + 1;
  hold = { kind: "corner", index: chosen, from: seen, seen };
  last = { corner: -1, at: -Infinity };
  move(one, all);
}

function dragged(event) {
  const one = shape();
  const at = one && hold && planeOf(one);
  if (!at) return;
  event.stopPropagation();
  const place = pointer(event);
  // By how far the finger has come: what is held may lie beside it, or beyond the stage.
  const [dx, dy] = [place[0] - hold.from[0], place[1] - hold.from[1]];
  if (hold.kind === "corner") moveCorner(one, hold.index, rounded(one, at.here([hold.seen[0] + dx, hold.seen[1] + dy])));
  else if (hold.kind === "all") {
    const all = hold.seen.map((each) => (each ? at.here([each[0] + dx, each[1] + dy]) : null));
    if (all.every(Boolean)) move(one, all.map((each) => rounded(one, each)));
  } else if (hold.kind === "anew" && pending.length) {
    const end = rounded(one, at.here(place));
    if (end) pending = one.kind === "rectangle" ? boxed(pending[0], end) : [pending[0], end];
  }
  draw();
}

/** Move a corner; of a rectangle its neighbours go along. */
function moveCorner(one, index, place) {
  if (!place) return;
  const all = places(one).map((each) => [...each]);
  all[index] = place;
  if (one.kind === "rectangle") {
    const across = [3, 2, 1, 0][index];
    const along = [1, 0, 3, 2][index];
    all[across][0] = place[0];
    all[along][1] = place[1];
  }
  move(one, all);
}

function letGo(event) {
  if (!shape()) return;
  event.stopPropagation();
  const kind = hold?.kind;
  hold = null;
  if (kind === "anew") ended(pointer(event));
  else if (kind) settle();
  draw();
}

/** After a gesture: what is no shape goes back to where it was. */
function settle() {
  const one = shape();
  if (!one || !local) return;
  if (!fault(one.kind, local)) {
    note(one);
    return;
  }
  clearTimeout(waiting);
  local = null;
  send({ do: "set", box: one.box, parameter: one.parameter, value: before });
}

/** Remember what stood before a gesture, to undo it. */
function note(one) {
  if (JSON.stringify(before) !== JSON.stringify(value(one, places(one)))) {
    undone.push({ box: one.box, parameter: one.parameter, value: before });
  }
  before = null;
}

/** Have a shape lie so: at once here, and in the show where it is one. */
function move(one, all) {
  local = all;
  since = performance.now();
  expire();
  if (fault(one.kind, all)) return;
  const pause = sent + PACE - performance.now();
  clearTimeout(waiting);
  const request = { do: "set", box: one.box, parameter: one.parameter, value: value(one, all) };
  if (pause > 0) waiting = setTimeout(() => send(request), pause);
  else send(request);
}

/** A while after a hand has let go, a shape lies where the show has it, though nothing more was heard of it. */
function expire() {
  clearTimeout(expiry);
  expiry = setTimeout(() => {
    if (hold) {
      expire();
      return;
    }
    local = null;
    draw();
  }, PATIENCE);
}

function send(request) {
  sent = performance.now();
  ask(request);
}

function undo() {
  const one = undone.pop();
  clearTimeout(waiting);
  local = hold = null;
  if (one) send({ do: "set", ...one });
  draw();
}

function add() {
  const one = shape();
  const at = planeOf(one);
  if (!at || !canAdd(one)) return;
  const seen = places(one).map(at.there);
  const next = seen[(chosen + 1) % seen.length];
  if (!seen[chosen] || !next) return;
  before = value(one, places(one));
  insert(one, chosen, [(seen[chosen][0] + next[0]) / 2, (seen[chosen][1] + next[1]) / 2]);
  hold = null;
  settle();
  draw();
}

function remove(index) {
  const one = shape();
  const all = places(one).filter((_, k) => k !== index);
  if (one.kind !== "polygon" || all.length < 3 || fault(one.kind, all)) return;
  before = value(one, places(one));
  hold = null;
  last = { corner: -1, at: -Infinity };
  chosen = Math.max(0, Math.min(index, all.length - 1));
  move(one, all);
  note(one);
  draw();
}

// -- Drawn anew ------------------------------------------------------------------------------------

/** Begin one more area. */
function another() {
  const mine = shape();
  const next = shapes.findLast((one) => one.box === mine.box && one.parameter === mine.parameter);
  if (next.key !== edited) edit(next.key);
}

/** Take an area away. */
function clear() {
  const one = shape();
  undone.push({ box: one.box, parameter: one.parameter, value: value(one, places(one)) });
  clearTimeout(waiting);
  send({ do: "set", box: one.box, parameter: one.parameter, value: value(one, []) });
  edit(null);
}

function begin() {
  pending = [];
  local = null;
  isNew = shape().index !== null && !shape().places.length;
  before = value(shape(), places(shape()));
  draw();
  svg.focus({ preventScroll: true });
}

function stop() {
  pending = hold = null;
  mistake = "";
  if (!shape()?.places?.length && shape()?.index !== null) edit(null);
  else draw();
}

function tapped(one, at, place) {
  const seen = pending.map(at.there);
  if (one.kind === "polygon" && pending.length > 2 && nearest(seen.slice(0, 1), place) === 0) {
    finish();
    return;
  }
  const here = rounded(one, at.here(place));
  if (!here || pending.length >= MOST) return;
  mistake = "";
  if (one.kind === "rectangle") {
    pending = [here];
    hold = { kind: "anew", from: place };
  } else if (one.kind === "line" && !pending.length) {
    pending = [here];
    hold = { kind: "anew", from: place };
  } else {
    pending.push(here);
    if (pending.length === { line: 2, floor: 4 }[one.kind]) finish();
  }
}

/** A line or a rectangle may be drawn in one go; a tap alone is its beginning. */
function ended(place) {
  const one = shape();
  const from = pending.length ? planeOf(one)?.there(pending[0]) : null;
  if (from && Math.hypot(place[0] - from[0], place[1] - from[1]) > FAR) finish();
  else pending = one.kind === "line" ? pending.slice(0, 1) : [];
}

function finish() {
  const one = shape();
  const all = pending;
  const wrong = fault(one.kind, all);
  if (wrong) {
    pending = [];
    mistake = `${wrong}: draw it once more.`;
    draw();
    return;
  }
  pending = null;
  chosen = 0;
  const target = isNew ? vacant(one) : one;
  move(target, all);
  note(target);
  draw();
}

/** The area that is still to be drawn: another hand may have drawn this one meanwhile. */
function vacant(one) {
  const next = shapes.findLast((other) => other.box === one.box && other.parameter === one.parameter);
  edited = next.key;
  before = value(next, next.places);
  return next;
}

const boxed = ([ax, ay], [bx, by]) => [[ax, ay], [bx, ay], [bx, by], [ax, by]];

// -- Keys ------------------------------------------------------------------------------------------

function typed(event) {
  const one = shape();
  if (!one || event.target === called) return;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") undo();
  else if (event.ctrlKey || event.metaKey || event.altKey) return;
  else if (event.key === "Escape") {
    if (pending) stop();
    else edit(null);
  } else if (event.target !== svg) return;
  else if (event.key === "Enter" && pending) finish();
  else if (way && !pending) nudge(one, way, event.shiftKey ? 5 * STEP : STEP);
  else if (event.key === "Delete" || event.key === "Backspace") remove(chosen);
  else if (event.key === "+" || event.key === "Insert") add();
  else if (event.key === " " || event.key === "Tab") {
    const next = chosen + (event.shiftKey ? -1 : 1);
    if (event.key === "Tab" && (next < 0 || next >= places(one).length)) return; // on to the next control
    chosen = (next + places(one).length) % places(one).length;
    draw();
  } else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Move the chosen corner by so many pixels. */
function nudge(one, [right, down], pixels) {
  const at = planeOf(one);
  const all = places(one);
  const seen = at?.there(all[chosen] ?? all[0]);
  if (!seen) return;
  before = value(one, all);
  moveCorner(one, chosen, rounded(one, at.here([seen[0] + right * pixels, seen[1] + down * pixels])));
  settle();
  draw();
}

// -- Small things ----------------------------------------------------------------------------------

function pointer(event) {
  const { left, top } = stage().getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

const far = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]);

/** Which place a finger means; -1 for none. */
function nearest(seen, finger, reach = REACH) {
  const all = seen.map((place) => (place ? far(place, finger) : Infinity));
  const least = Math.min(...all);
  return least <= reach ? all.indexOf(least) : -1;
}

/** Which edge a finger is on, by its first corner; -1 for none. */
function onEdge(seen, place) {
  const all = seen.map((one, k) => {
    const next = seen[(k + 1) % seen.length];
    return one && next ? away(place, one, next) : Infinity;
  });
  const least = Math.min(...all);
  return least <= EDGE ? all.indexOf(least) : -1;
}

/** A place in as few digits as a hand can set. */
function rounded(one, place) {
  const digits = one.metres ? DIGITS.metres : DIGITS.parts;
  return place && place.map((each) => Number(each.toFixed(digits)));
}

function fill(group, count, build) {
  while (group.children.length > count) group.lastChild.remove();
  while (group.children.length < count) group.append(build());
}

function drawn(element, attributes) {
  const made = document.createElementNS(SVG, element);
  for (const [key, each] of Object.entries(attributes)) made.setAttribute(key, each);
  return made;
}

function button(text, onclick) {
  return make("button", { type: "button", onclick }, text);
}

const clamp = (each, low, high) => Math.min(Math.max(each, low), Math.max(low, high));

svg.addEventListener("pointerdown", pressed);
svg.addEventListener("pointermove", dragged);
for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, letGo);
svg.addEventListener("contextmenu", (event) => shape() && event.preventDefault());
document.addEventListener("keydown", (event) => !locked() && typed(event), { capture: true });
new ResizeObserver(draw).observe(stage());
see.changed(draw);
