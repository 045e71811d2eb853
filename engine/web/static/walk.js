// A walk through the layers of a network: a page for a class or an audience, and every page walks along.
// The layer is the knob of the box "layers", so that light and sound that hang on its numbers follow.

import { find, make, press, write } from "./dom.js";
import { ask, connect } from "./link.js";

const PACE = 8000;
const AGAIN = 1000;
const TALLEST = 100;
const SMALLEST = 30;
const STORIES = [
  [0.12, "It begins with what is nearest: edges, and patches of colour. Nobody taught it edges; they were of use."],
  [0.34, "Edges come together to textures: stripes, bricks, leaves, hair."],
  [0.56, "Textures become patterns: corners, grids, curves, what is round."],
  [0.78, "Patterns become parts: an eye, a wheel, a window."],
  [0.97, "Parts become things. Few squares are left, and each looks at most of the picture."],
  [1, "All that was found comes together here, and gets a name."],
];

let knob = null;
let place = -1;
let input = "";
let looked = {};
let walking = null;
let at = null;
let here = null; // the layer that the show is at
let asked = []; // those that were pressed since, until the show has been there

const hear = {
  patch: (news) => lay(news),
  knobs: (news) => stand(news.stand),
  values: (news) => show(news),
  refused(news) {
    write(find("notice"), news.text);
    follow();
  },
};

/** Find the network of a patch: the first box that has layers, and what it looks at. */
function lay(news) {
  place = news.knobs.findIndex((one) => one.name === "layer" && uses(news.patch, one.box) === "layers");
  knob = place < 0 ? null : news.knobs[place];
  const cable = knob && news.patch.cables.find((one) => one.end === knob.group && one.kind === "in");
  input = cable?.origin ?? "";
  looked = {};
  at = here = null;
  asked = [];
  write(find("notice"), knob ? "" : 'There is no box "layers" in this patch: play how_it_sees.');
  const layers = knob ? Array.from({ length: knob.high - knob.low + 1 }, (_, n) => knob.low + n) : [];
  find("layers").replaceChildren(...layers.map(step));
  for (const id of ["back", "on", "walk"]) find(id).disabled = !knob;
}

const uses = (patch, box) => patch.boxes.find((one) => one.name === box)?.use;

/** One layer of the drawing of the network; the deeper, the lower. */
function step(layer) {
  const deep = (layer - knob.low) / Math.max(knob.high - knob.low, 1);
  const button = make("button", { type: "button", "data-layer": layer, onclick: () => go(layer) }, String(layer));
  button.style.setProperty("--high", `${TALLEST - (TALLEST - SMALLEST) * deep}%`);
  button.setAttribute("aria-label", `Layer ${layer}`);
  return make("li", {}, button);
}

/** Take at which layer the show is; where that was pressed and left again, the last press counts. */
function stand(all) {
  if (!knob || all[place][0] === here) return;
  here = all[place][0];
  asked = asked.slice(asked.lastIndexOf(here) + 1 || asked.length);
  if (!asked.length) follow();
}

/** Be where the show is. */
function follow() {
  asked = [];
  if (here !== null && here !== at) stay(here);
}

/** Show at which layer the walk is. */
function stay(layer) {
  at = layer;
  for (const button of find("layers").querySelectorAll("button")) {
    if (Number(button.dataset.layer) === layer) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }
  const deep = (layer - knob.low) / Math.max(knob.high - knob.low, 1);
  write(find("story"), STORIES.find(([until]) => deep <= until)[1]);
  find("guess").hidden = layer !== knob.high;
}

function show(news) {
  if (!knob) return;
  look("mosaic", news.private ? "" : news.pictures.find((name) => name.split(".")[0] === knob.box));
  look("input", news.private ? "" : news.pictures.find((name) => name === input || name.split(".")[0] === input.split(".")[0]));
  find("seen").hidden = find("input").hidden;
  const texts = news.texts;
  write(find("caption"), news.private ? "Private: no picture is shown" : (texts[`${knob.box}.caption`] ?? ""));
  const guess = texts[`${knob.box}.guess`];
  if (guess) find("guess").replaceChildren("It takes this for: ", make("b", {}, guess));
}

/** Show the stream of a picture; it is asked for again where it ends. */
function look(id, name) {
  const image = find(id);
  if (looked[id] === name) return;
  looked[id] = name;
  image.hidden = !name;
  image.onerror = () => setTimeout(() => (looked[id] = undefined), AGAIN);
  if (name) image.src = `/picture?bare&of=${encodeURIComponent(name)}&t=${Date.now()}`;
  else image.removeAttribute("src");
}

function go(layer) {
  write(find("notice"), "");
  if (!ask({ do: "set", box: knob.box, parameter: knob.name, value: layer })) return;
  asked.push(layer);
  stay(layer);
}

/** Go so many layers on, round and round. */
function onward(by) {
  if (!knob) return;
  const count = knob.high - knob.low + 1;
  go(knob.low + (((at ?? knob.low) - knob.low + by + count) % count));
}

function walk() {
  if (walking === null) walking = setInterval(() => onward(1), PACE);
  else {
    clearInterval(walking);
    walking = null;
  }
  press(find("walk"), walking !== null);
}

function fill() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}

const keys = { ArrowLeft: () => onward(-1), ArrowRight: () => onward(1), " ": walk, f: fill };
document.addEventListener("keydown", (event) => {
  const does = keys[event.key] ?? keys[event.key.toLowerCase()];
  if (!does || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  event.preventDefault();
  does();
});
find("back").onclick = () => onward(-1);
find("on").onclick = () => onward(1);
find("walk").onclick = walk;
find("fill").onclick = fill;

connect(
  (kind, news) => hear[kind]?.(news),
  (connected) => {
    document.body.classList.toggle("lost", !connected);
    write(find("notice"), connected ? "" : "No connection. Trying again …");
  },
);
