// How late, and how the devices are; their figures stay behind a dot until they are bad.

import { find, make, write } from "./dom.js";
import { number } from "./format.js";
import * as notice from "./notice.js";

const LATE = 100;
const CALM = 5000;

const open = new Set();
let before = new Map();
let badUntil = new Map();
let kinds = new Map();
let labels = new Map();

/** Learn what the boxes of a patch are. */
export function lay(patch) {
  kinds = new Map(patch.boxes.map((box) => [box.name, box.kind]));
  labels = new Map(patch.boxes.map((box) => [box.name, box.label]));
  before = new Map();
}

/** Show how the show goes. */
export function show(news) {
  const behind = find("behind");
  write(behind.firstElementChild, news.behind === null ? "–" : news.behind.toFixed(news.behind < 100 ? 1 : 0));
  behind.classList.toggle("late", news.behind !== null && news.behind > LATE);
  notice.stand("given", news.given.length ? `To be in time: ${news.given.join(", ")}` : "");
  notice.troubles(news.troubles);
  find("devices").replaceChildren(...news.machines.map(machine), ...news.devices.map(device));
  before = new Map(news.devices.map((is) => [is.name, is.dropped]));
}

function device(is) {
  const facts = [];
  const now = performance.now();
  if (loses(is)) badUntil.set(is.name, now + CALM);
  const lost = now < (badUntil.get(is.name) ?? 0);
  const bad = is.state !== "running" || lost;
  if (is.state !== "running") facts.push(is.state);
  if (open.has(is.name) || lost) {
    if (is.rate) facts.push(`${number(Math.round(is.rate))}/s`);
    if (is.ms) facts.push(`${is.ms.toFixed(1)} ms`);
    if (is.dropped) facts.push(`${is.dropped} dropped`);
  }
  const unfold = () => {
    open.delete(is.name) || open.add(is.name);
  };
  const parts = [make("b", {}, labels.get(is.name) ?? is.name), ...facts.map((fact) => make("span", {}, fact))];
  const button = make("button.free", { type: "button", title: "Figures", "aria-expanded": String(open.has(is.name)), onclick: unfold }, ...parts);
  return make("li", { "data-state": is.state, "data-device": is.name, "data-bad": bad }, button);
}

/** Another machine: its name, and behind it what it plays and how far away it is. */
function machine(is) {
  const key = `machine ${is.name}`;
  const state = { plays: "running", joined: "opening", opens: "opening", away: "lost" }[is.standing] ?? "failed";
  const facts = [];
  if (state !== "running") facts.push(is.standing);
  if (is.here) facts.push("its boxes play here");
  if (open.has(key)) {
    if (is.boxes.length) facts.push(is.boxes.join(", "));
    if (state === "running") facts.push(`${is.delay.toFixed(1)} ms away`);
    if (state === "running") facts.push(`clock ${is.offset.toFixed(1)} ± ${is.uncertainty.toFixed(1)} ms`);
    if (is.late) facts.push(`${is.late.toFixed(1)} ms behind`);
    if (is.dropped) facts.push(`${is.dropped} dropped`);
    if (is.cores) facts.push(`${is.cores} cores`);
    facts.push(...is.problems);
  }
  const unfold = () => {
    open.delete(key) || open.add(key);
  };
  const parts = [make("b", {}, is.name), ...facts.map((fact) => make("span", {}, fact))];
  const button = make("button.free", { type: "button", title: "Another machine", "aria-expanded": String(open.has(key)), onclick: unfold }, ...parts);
  return make("li", { "data-state": state, "data-machine": is.name, "data-bad": state !== "running" && is.boxes.length > 0 }, button);
}

/** Whether a device loses more than its due: a model more than it takes, any other one at all. */
function loses(is) {
  const lost = is.dropped - (before.get(is.name) ?? is.dropped);
  return kinds.get(is.name) === "model" ? lost > (is.rate ?? 0) : lost > 0;
}
