// The patches of a set: which one plays, and a tap to go to another; in a row, and large for a show.

import { find, make } from "./dom.js";
import { ask } from "./link.js";

/** List the patches; a set of one is none. */
export function lay(titles, playing) {
  for (const list of [find("playlist"), find("set")]) {
    list.hidden = titles.length < 2;
    list.replaceChildren(...titles.map((title, index) => make("li", {}, entry(title, index, index === playing))));
  }
}

function entry(title, index, plays) {
  const go = () => ask({ do: "go", patch: index + 1 });
  return make("button", { type: "button", "aria-current": plays ? "true" : null, onclick: go }, `${index + 1}  ${title}`);
}
