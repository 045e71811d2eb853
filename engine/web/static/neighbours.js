// What is near on a map. Places are x and y of each item in turn, 0 to 1, y from the bottom.

/** The item nearest to a place; the one that it is now stays until another is nearer by `stick`. */
export function nearest(places, x, y, now, stick, reach) {
  const far = (item) => Math.hypot(places[2 * item] - x, places[2 * item + 1] - y);
  let best = null;
  let least = Infinity;
  for (let item = 0; 2 * item < places.length; item += 1) {
    const apart = far(item);
    if (apart < least) [best, least] = [item, apart];
  }
  if (now !== null && far(now) <= least + stick) [best, least] = [now, far(now)];
  return least <= reach ? best : null;
}

/** The item that lies next to one in a direction, [right, up]; itself where there is none. */
export function step(places, from, [right, up]) {
  let best = from;
  let least = Infinity;
  for (let item = 0; 2 * item < places.length; item += 1) {
    const [dx, dy] = [places[2 * item] - places[2 * from], places[2 * item + 1] - places[2 * from + 1]];
    const along = dx * right + dy * up;
    const aside = Math.abs(dx * up + dy * right);
    const cost = Math.hypot(along, aside) + (aside > along ? 2 * aside : 0);
    if (along > 1e-6 && cost < least) [best, least] = [item, cost];
  }
  return best;
}
