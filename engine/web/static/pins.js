// Which knobs are pinned. The show holds that for all its pages while it plays, each browser keeps it
// for the next show: whoever comes first then brings it back.

import { ask } from "./link.js";
import { may } from "./roles.js";

const KEPT = "sensorium.pinned.";

let title = "";
let names = [];

/** Take what the show says of a patch; null where nobody has told it yet. */
export function lay(patch, said) {
  title = patch;
  names = said ?? kept();
  if (said === null && names.length && may("pin")) ask({ do: "pin", knobs: names });
  else if (said !== null) keep();
}

/** The names of what is pinned, in the order in which that was done. */
export const pinned = () => names;

/** Pin a knob, or take it down again. */
export function toggle(name) {
  const wanted = names.includes(name) ? names.filter((one) => one !== name) : [...names, name];
  ask({ do: "pin", knobs: wanted });
}

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT + title) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

function keep() {
  if (names.length) localStorage.setItem(KEPT + title, JSON.stringify(names));
  else localStorage.removeItem(KEPT + title);
}
