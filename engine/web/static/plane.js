// Where places lie: on the picture as it stands on the page, and on a floor in metres.

const TOUCHING = 1e-9;
const NOTHING = 1e-6; // twice the surface of what is none
const FLAT = 0.01; // how far off the line of two others a corner of a floor must be

/** The part of an element that a picture fills which is fitted into it, as object-fit: contain does. */
export function fitted(element, [wide, high]) {
  const { clientWidth: width, clientHeight: height } = element;
  const scale = Math.min(width / wide, height / high);
  return { left: (width - wide * scale) / 2, top: (height - high * scale) / 2, width: wide * scale, height: high * scale };
}

/** What turns places of a shape into places on the page and back; null where its floor is none. */
export function plane(shape, placed, rect) {
  const [left, bottom, width, height] = placed;
  const floor = shape.metres ? homography(shape.metres.corners, shape.metres.size) : null;
  if (shape.metres && !floor) return null;
  const back = floor && inverse(floor);
  return {
    /** Where a place is on the page, in pixels; null beyond the horizon of a floor. */
    there(place) {
      const seen = back ? project(back, place) : place;
      if (!seen) return null;
      const [x, y] = [left + seen[0] * width, bottom + seen[1] * height];
      return [rect.left + x * rect.width, rect.top + (1 - y) * rect.height];
    },
    /** Which place that is; null beyond the horizon. */
    here([px, py]) {
      const x = (px - rect.left) / rect.width;
      const y = 1 - (py - rect.top) / rect.height;
      const seen = [(x - left) / width, (y - bottom) / height];
      return floor ? project(floor, seen) : seen;
    },
  };
}

/** The projection of a picture onto a floor, by the corners of a rectangle in it; see floor_plan.py. */
function homography(corners, [wide, deep]) {
  if (corners.length !== 4) return null;
  const metres = [[0, 0], [wide, 0], [wide, deep], [0, deep]];
  const rows = corners.flatMap(([x, y], k) => {
    const [u, v] = metres[k];
    return [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]];
  });
  const solved = solve(rows);
  if (!solved) return null;
  const matrix = [...solved, 1];
  const [x, y] = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / 4);
  const sign = Math.sign(matrix[6] * x + matrix[7] * y + matrix[8]);
  return matrix.map((each) => each * sign); // above 0 on this side of the horizon
}

/** Solve linear equations, each row with its right side as the last number (Gauss, with pivots). */
function solve(rows) {
  const count = rows.length;
  for (let column = 0; column < count; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < count; row += 1) {
      if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    }
    if (Math.abs(rows[pivot][column]) < 1e-12) return null;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let row = 0; row < count; row += 1) {
      if (row === column) continue;
      const times = rows[row][column] / rows[column][column];
      for (let k = column; k <= count; k += 1) rows[row][k] -= times * rows[column][k];
    }
  }
  return rows.map((row, k) => row[count] / row[k]);
}

/** The adjugate of a 3 x 3 matrix: its inverse but for a factor, whose sign is that of the inverse. */
function inverse([a, b, c, d, e, f, g, h, i]) {
  const sign = Math.sign(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g));
  const all = [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d];
  return all.map((each) => each * sign);
}

function project([a, b, c, d, e, f, g, h, i], [x, y]) {
  const depth = g * x + h * y + i;
  return depth > 1e-6 ? [(a * x + b * y + c) / depth, (d * x + e * y + f) / depth] : null;
}

const turned = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
const same = (a, b) => a[0] === b[0] && a[1] === b[1];

/** What is wrong with the places of a shape while it is drawn, or "". The show looks once more itself. */
export function fault(kind, places) {
  if (places.some((one, k) => places.slice(k + 1).some((other) => same(one, other)))) return "Two corners are the same";
  if (kind === "line") return places.length === 2 ? "" : "A line has two ends";
  if (places.length < 3) return "A zone has three corners or more";
  const around = (k) => places[(k + places.length) % places.length];
  if (kind === "floor") {
    if (places.length !== 4) return "A floor has four corners";
    if (places.some((_, k) => flat(around(k), around(k + 1), around(k + 2)))) return "Three of its corners lie on a line";
    const turns = places.map((_, k) => turned(around(k), around(k + 1), around(k + 2)) > 0);
    if (new Set(turns).size > 1) return "No floor looks like this: near left, near right, far right, far left";
  }
  const surface = places.reduce((sum, [x, y], k) => sum + x * around(k + 1)[1] - y * around(k + 1)[0], 0);
  if (Math.abs(surface) < NOTHING) return "Its corners lie on a line";
  const meet = places.some((one, k) => places.some((other, j) => {
    if (j <= k + 1 || (k === 0 && j === places.length - 1)) return false;
    const [a, b, c, d] = [one, around(k + 1), other, around(j + 1)];
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
      || on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b);
  }));
  return meet ? "The zone crosses itself" : "";
}

/** On which side of an edge a place is: 1 left, -1 right, 0 on its line. */
function side(a, b, place) {
  const surface = turned(a, b, place);
  return Math.abs(surface) < TOUCHING ? 0 : Math.sign(surface);
}

/** Whether a place is on an edge. */
const on = (a, b, place) => side(a, b, place) === 0 && (a[0] - place[0]) * (b[0] - place[0]) + (a[1] - place[1]) * (b[1] - place[1]) <= 0;

/** Whether three places lie on a line, as floor_plan.py has it. */
function flat(a, b, c) {
  const longest = Math.max(...[[a, b], [b, c], [c, a]].map(([p, q]) => Math.hypot(p[0] - q[0], p[1] - q[1])));
  return Math.abs(turned(a, b, c)) / longest < FLAT;
}

/** Whether a place is within the corners of a shape, by the even-odd rule. */
export function within([x, y], corners) {
  return corners.reduce((inside, [ax, ay], k) => {
    const [bx, by] = corners[(k + 1) % corners.length];
    return ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay) ? !inside : inside;
  }, false);
}

/** How far a place is from a stretch. */
export function away([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const part = length ? Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length, 0), 1) : 0;
  return Math.hypot(x - ax - part * dx, y - ay - part * dy);
}
