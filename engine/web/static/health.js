// How late, which devices, what went wrong.

import { find, make, write } from "./dom.js";
import { number } from "./format.js";

const LATE = 100;

/** Show how the show goes. */
export function show(news) {
  const behind = find("behind");
  write(behind.firstElementChild, news.behind === null ? "–" : news.behind.toFixed(1));
  behind.classList.toggle("late", news.behind !== null && news.behind > LATE);
  find("given").hidden = news.given.length === 0;
  write(find("given"), `To be in time: ${news.given.join(", ")}`);
  find("devices").replaceChildren(...news.devices.map(device));
  const troubles = news.troubles.filter((trouble) => trouble.ago < 60);
  find("troubles").replaceChildren(...troubles.slice(0, 3).map(trouble));
}

function device(is) {
  const facts = [];
  if (is.state !== "running") facts.push(is.state);
  if (is.rate) facts.push(`${number(Math.round(is.rate))}/s`);
  if (is.ms) facts.push(`${is.ms.toFixed(1)} ms`);
  if (is.dropped) facts.push(`${is.dropped} dropped`);
  return make("li", { "data-state": is.state }, make("b", {}, is.name), ` ${facts.join("  ")}`);
}

function trouble(is) {
  const times = is.count > 1 ? `, ${is.count} times` : "";
  const when = is.ago < 2 ? "now" : `${Math.round(is.ago)} s ago`;
  const where = [is.place, `${when}${times}`].filter(Boolean).join("  ·  ");
  return make("li", {}, make("b", {}, is.box), ` ${is.text} `, make("small", {}, where));
}
