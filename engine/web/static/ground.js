// The ground of a map, painted once: a dot for each item, names or small pictures where there is room.

const COLOURS = ["#8fb7d9", "#d9a08f", "#9fcf9a", "#c9a6dd", "#d8c77f", "#7fcfc7", "#dd9dbb", "#b3b8c2"];
const PLAIN = "#a39c8f";
const EDGE = 14;
const TEXT = 12;
const SIDES = [34, 58]; // of a picture: as large as there is room for
const MOST_PICTURES = 120;
const MOST_NAMES = 60;
const FEW = 300;
const CONSIDERED = 2000;
const FONT = `${TEXT}px system-ui, "DejaVu Sans", sans-serif`;
const LARGE = '650 17px system-ui, "DejaVu Sans", sans-serif';

export class Ground {
  constructor(changed) {
    this.changed = changed;
    this.folders = [];
    this.layer = document.createElement("canvas");
    this.size = null;
    this.items = null;
  }

  /** Take what lies on it, and the pictures of it, or null. */
  lay(items, pictures) {
    this.items = items;
    this.pictures = pictures;
    const tops = items.names.map((name) => (name.includes("/") ? name.split("/")[0] : ""));
    const kinds = [...new Set(tops)].sort();
    const coloured = kinds.length > 1 && kinds.length <= COLOURS.length;
    this.folders = coloured ? kinds.map((name, k) => [name || "here", COLOURS[k]]) : [];
    this.colours = tops.map((top) => (coloured ? COLOURS[kinds.indexOf(top)] : PLAIN));
    if (this.size) this.fit(...this.size);
  }

  /** Paint it for so many pixels. */
  fit(width, height, scale) {
    this.size = [width, height, scale];
    if (this.items === null) return;
    [this.layer.width, this.layer.height] = [Math.round(width * scale), Math.round(height * scale)];
    const pen = this.layer.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, width, height);
    // Among few no name hides a dot; among many none would be read under them.
    const few = this.items.names.length <= FEW;
    if (few && !this.pictures) this.names(pen);
    this.dots(pen);
    if (this.pictures) this.thumbnails(pen);
    else if (!few) this.names(pen);
    this.changed();
  }

  /** Copy it onto a canvas; returns the pen to go on with, or null where it is not seen. */
  paint(canvas) {
    if (!this.size || !this.layer.width) return null;
    const [, , scale] = this.size;
    if (canvas.width !== this.layer.width || canvas.height !== this.layer.height) {
      [canvas.width, canvas.height] = [this.layer.width, this.layer.height];
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.layer, 0, 0);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    return pen;
  }

  /** Where a place lies in pixels, [x, y]. */
  here([x, y]) {
    const [width, height] = this.size;
    return [EDGE + x * (width - 2 * EDGE), EDGE + (1 - y) * (height - 2 * EDGE)];
  }

  /** Which place lies at a pixel of a canvas of this size, 0 to 1. */
  there([x, y], width, height) {
    const part = (at, whole) => Math.min(1, Math.max(0, (at - EDGE) / Math.max(1, whole - 2 * EDGE)));
    return [part(x, width), 1 - part(y, height)];
  }

  item(item) {
    return this.here([this.items.places[2 * item], this.items.places[2 * item + 1]]);
  }

  /** Write a name, large, within the canvas. */
  label(pen, name, x, y, colour) {
    const [width, height] = this.size;
    pen.font = LARGE;
    pen.textBaseline = "middle";
    pen.textAlign = "center";
    const words = shortened(pen, short(name), width - 24);
    const half = pen.measureText(words).width / 2 + 8;
    const at = [Math.min(Math.max(x, half + 2), width - half - 2), Math.min(Math.max(y, 16), height - 16)];
    pen.fillStyle = "#000c";
    pen.beginPath();
    pen.roundRect(at[0] - half, at[1] - 14, 2 * half, 28, 8);
    pen.fill();
    pen.fillStyle = colour;
    pen.fillText(words, ...at);
  }

  dots(pen) {
    const count = this.items.names.length;
    const [width] = this.size;
    const radius = Math.max(1.6, Math.min(6, width / 14 / Math.max(6, Math.sqrt(count))));
    for (let item = 0; item < count; item += 1) {
      const [x, y] = this.item(item);
      pen.fillStyle = this.colours[item];
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
    }
  }

  names(pen) {
    pen.font = FONT;
    pen.textBaseline = "middle";
    pen.textAlign = "center";
    const taken = new Taken();
    const [width] = this.size;
    let written = 0;
    for (const item of spread(this.items.names.length)) {
      const words = shortened(pen, short(this.items.names[item]), 110);
      const [x, y] = this.item(item);
      const half = pen.measureText(words).width / 2 + 4;
      const middle = Math.min(Math.max(x, half), width - half);
      const top = y - 15 < TEXT ? y + 3 : y - 19;
      if (!taken.take(middle - half, top, 2 * half, TEXT + 6)) continue;
      pen.lineWidth = 5;
      pen.strokeStyle = "#000d";
      pen.strokeText(words, middle, top + TEXT / 2 + 2);
      pen.fillStyle = "#cfc8ba";
      pen.fillText(words, middle, top + TEXT / 2 + 2);
      written += 1;
      if (written >= MOST_NAMES) return;
    }
  }

  thumbnails(pen) {
    const taken = new Taken();
    let asked = 0;
    const [width, height] = this.size;
    const side = Math.min(Math.max(width / 12, SIDES[0]), SIDES[1]);
    for (const item of spread(this.items.names.length)) {
      if (asked >= MOST_PICTURES) return;
      const [x, y] = this.item(item);
      const left = Math.min(Math.max(x - side / 2, 0), width - side);
      const top = Math.min(Math.max(y - side / 2, 0), height - side);
      if (!taken.take(left, top, side, side)) continue;
      asked += 1;
      const image = this.pictures.of(item);
      if (image === null) continue;
      const by = side / Math.max(image.naturalWidth, image.naturalHeight);
      const [wide, high] = [image.naturalWidth * by, image.naturalHeight * by];
      pen.drawImage(image, left + (side - wide) / 2, top + (side - high) / 2, wide, high);
    }
  }
}

/** Rectangles that are taken on the ground. */
class Taken {
  constructor() {
    this.all = [];
  }

  /** Take a rectangle, unless it lies on another; tells whether it did. */
  take(left, top, width, height) {
    const free = this.all.every(([l, t, w, h]) => left >= l + w || l >= left + width || top >= t + h || t >= top + height);
    if (free) this.all.push([left, top, width, height]);
    return free;
  }
}

/** Numbers below a count, in an order that leaves none of a folder out for long. */
function* spread(count) {
  const stride = Math.max(1, Math.floor(count * 0.618));
  const seen = new Set();
  for (let k = 0, at = 0; k < Math.min(count, CONSIDERED); k += 1) {
    while (seen.has(at)) at = (at + 1) % count;
    seen.add(at);
    yield at;
    at = (at + stride) % count;
  }
}

/** A file without its folder and its kind. */
const short = (name) => name.split("/").at(-1).replace(/\.[^.]+$/, "") || name;

/** A name that fits into so many pixels. */
function shortened(pen, words, room) {
  if (pen.measureText(words).width <= room) return words;
  const letters = [...words];
  while (letters.length > 1 && pen.measureText(`${letters.join("")}…`).width > room) letters.pop();
  return `${letters.join("")}…`;
}
