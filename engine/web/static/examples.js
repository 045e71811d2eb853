// What was shown, as a thumbnail: a picture, a figure of bones, bars or traces.

import { make } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 100;

/** Draw one example; of a gesture the way that it went counts most. */
export function picture(one, task) {
  if (task === "gesture" && one.traces.length) return drawn("traces", one.traces.map(line));
  if (one.picture) return photograph(one.picture);
  if (one.figure.length) return drawn("figure", one.figure.map(line));
  if (one.bars.length) return drawn("bars", one.bars.map((value, index) => bar(value, index, one.bars.length)));
  return drawn("traces", one.traces.map(line));
}

function photograph(base64) {
  const canvas = make("canvas.example");
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  createImageBitmap(new Blob([bytes], { type: "image/jpeg" })).then((image) => {
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").drawImage(image, 0, 0);
  });
  return canvas;
}

function drawn(kind, parts) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `example ${kind}`);
  svg.setAttribute("viewBox", `-6 -6 ${SIDE + 12} ${SIDE + 12}`);
  if (kind !== "figure") svg.setAttribute("preserveAspectRatio", "none");
  svg.append(...parts);
  return svg;
}

function line(places) {
  const path = document.createElementNS(SVG, "polyline");
  path.setAttribute("points", places.map(([x, y]) => `${SIDE * x},${SIDE * y}`).join(" "));
  return path;
}

function bar(value, index, count) {
  const box = document.createElementNS(SVG, "rect");
  const width = SIDE / count;
  const height = Math.max(1, (SIDE / 2) * Math.abs(value));
  const is = { x: index * width, y: value > 0 ? SIDE / 2 - height : SIDE / 2, width: 0.8 * width, height };
  for (const [name, one] of Object.entries(is)) box.setAttribute(name, one);
  return box;
}
