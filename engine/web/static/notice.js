// One line that tells what is new and leaves by itself; behind it the list of all that was told.

import { find, make, write } from "./dom.js";

const STAYS = 7000;
const RECENT = 60;
const NEW = 8;

let standing = new Map();
let passing = null;
let timer = null;
let seen = new Map();

/** Tell something in passing: "refused" or "trouble". */
export function tell(text, kind = "refused") {
  passing = { kind, text };
  clearTimeout(timer);
  timer = setTimeout(() => {
    passing = null;
    draw();
  }, STAYS);
  draw();
}

/** Tell something for as long as it is so: "offline", "teaching" or "given"; "" ends it. */
export function stand(kind, text) {
  if (text) standing.set(kind, text);
  else standing.delete(kind);
  draw();
}

/** Show the faults of the show: a new one passes by, all are in the list. */
export function troubles(all) {
  const fresh = all.find((one) => one.ago < NEW && isNew(one));
  seen = new Map(all.map((one) => [`${one.box} ${one.text}`, one.ago]));
  if (fresh) tell(`${fresh.box}: ${fresh.text}`, "trouble");
  const recent = all.filter((one) => one.ago < RECENT).length;
  write(find("told"), String(all.length));
  find("told").classList.toggle("recent", recent > 0);
  find("told").setAttribute("aria-label", `What was told: ${all.length}, ${recent} of them in the last minute`);
  const list = all.length ? all.map(entry) : [make("li.none", {}, "Nothing went wrong.")];
  find("troubles").replaceChildren(...list);
}

/** Open or close the list. */
export function unfold(on) {
  find("log").hidden = !on;
  find("told").setAttribute("aria-expanded", String(on));
}

/** Whether the list is open. */
export const unfolded = () => !find("log").hidden;

/** Whether a fault has not been told, or not for a minute. */
function isNew(one) {
  const before = seen.get(`${one.box} ${one.text}`);
  return before === undefined || before > RECENT;
}

function draw() {
  const kinds = ["offline", "teaching", "given"].filter((kind) => standing.has(kind));
  const lost = kinds[0] === "offline";
  const now = passing && !lost ? passing : kinds.length ? { kind: kinds[0], text: standing.get(kinds[0]) } : null;
  const line = find("notice");
  write(line.firstElementChild, now ? now.text : "");
  line.title = now ? now.text : "";
  line.dataset.kind = now ? now.kind : "";
  find("stop").hidden = now?.kind !== "teaching";
}

function entry(is) {
  const times = is.count > 1 ? `, ${is.count} times` : "";
  const when = is.ago < 2 ? "now" : is.ago < 120 ? `${Math.round(is.ago)} s ago` : `${Math.round(is.ago / 60)} min ago`;
  const where = [is.place, `${when}${times}`].filter(Boolean).join("  ·  ");
  const old = is.ago < RECENT ? "li" : "li.old";
  return make(old, {}, make("b", {}, is.box), ` ${is.text} `, make("small", {}, where));
}
