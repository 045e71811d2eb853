// Where the boxes of a patch stand: in columns on a desk, in rows on a phone.

export const HEAD = 92;
export const NAME = 48;
export const PORT = 34;
const WIDTH = 168;
const WIDEST = 330;
const LETTER = 8.6;
const NAME_LETTER = 11;
const MARGIN = 32;
const VALUE = 104;
const LONGEST = 26;
const MORE = 150;
const BETWEEN_LAYERS = 44;
const BETWEEN = 16;

/** The indexes of the cables that leave by an output. */
export function portsOf(name, patch) {
  return patch.cables.flatMap((cable, index) => (cable.end === name && cable.route ? [index] : []));
}

/** A long address without its beginning: what tells it from others is at its end. */
export function shortened(label) {
  if (label.length <= LONGEST || !label.startsWith("/")) return label;
  const parts = label.split("/").slice(1);
  while (parts.length > 1 && parts.join("/").length > LONGEST - 2) parts.shift();
  return `…/${parts.join("/")}`;
}

/** How wide a box is: its name and what leaves by an output are to be read. */
function width(box, patch) {
  const letters = portsOf(box.name, patch).map((index) => shortened(patch.cables[index].label).length);
  const name = MARGIN + NAME_LETTER * box.label.length;
  return Math.min(WIDEST, Math.max(WIDTH, name, VALUE + LETTER * Math.max(0, ...letters)));
}

function height(box, patch) {
  const count = portsOf(box.name, patch).length;
  return count ? NAME + PORT * count + 8 : HEAD;
}

function layers(patch) {
  const found = new Map();
  for (const box of patch.boxes) {
    if (!found.has(box.column)) found.set(box.column, []);
    found.get(box.column).push(box);
  }
  return [...found].sort(([a], [b]) => a - b).map(([, boxes]) => boxes);
}

/** From left to right, and no wider than it must be nor than there is room; columns stand in the middle. */
export function across(patch, room) {
  const columns = layers(patch).map((boxes) => boxes.map((box) => [box, height(box, patch)]));
  const sums = columns.map((column) => column.reduce((sum, [, tall]) => sum + tall + BETWEEN, -BETWEEN));
  const tallest = Math.max(0, ...sums);
  const at = new Map();
  const widths = columns.map((column) => Math.max(...column.map(([box]) => width(box, patch))));
  const gaps = Math.max(1, columns.length - 1);
  const least = widths.reduce((sum, wide) => sum + wide, 0) + gaps * BETWEEN_LAYERS;
  const spare = Math.max(0, room - least);
  const wider = Math.min(MORE, (0.4 * spare) / Math.max(1, columns.length));
  const between = BETWEEN_LAYERS + Math.min(5 * BETWEEN_LAYERS, (0.6 * spare) / gaps);
  let left = 0;
  columns.forEach((column, number) => {
    let top = (tallest - sums[number]) / 2;
    const wide = widths[number] + wider;
    for (const [box, tall] of column) {
      at.set(box.name, { left, top, width: wide, height: tall });
      top += tall + BETWEEN;
    }
    left += wide + between;
  });
  return { at, width: Math.max(0, left - between), height: tallest };
}

/** From top to bottom, two beside each other; outputs as wide as the page. */
export function down(patch, room) {
  const half = (room - BETWEEN) / 2;
  const at = new Map();
  let top = -BETWEEN_LAYERS;
  for (const boxes of layers(patch)) {
    top += BETWEEN_LAYERS;
    for (const row of inRows(boxes)) {
      const tall = Math.max(...row.map((box) => height(box, patch)));
      row.forEach((box, place) => {
        const width = row.length === 1 ? room : half;
        at.set(box.name, { left: place * (half + BETWEEN), top, width, height: height(box, patch) });
      });
      top += tall + BETWEEN;
    }
    top -= BETWEEN;
  }
  return { at, width: room, height: Math.max(0, top) };
}

function inRows(boxes) {
  const size = boxes.some((box) => box.kind === "output") ? 1 : 2;
  const rows = [];
  for (let first = 0; first < boxes.length; first += size) rows.push(boxes.slice(first, first + size));
  return rows;
}
