// Nothing but the picture, for a projector: it comes back by itself, and the last one stays meanwhile.
// "/picture" shows the main picture, "/picture#painting" that of one outlet, "/view/left" that of a box
// [left]. No skeleton is drawn over it.

const FIRST_PAUSE = 250;
const LAST_PAUSE = 2000;
const SILENCE = 6000;
const BOUNDARY = new TextEncoder().encode("\r\n--frame\r\n");

const canvas = document.getElementById("picture");
let looking = new AbortController();

/** Show pictures for ever; what is awaited when the outlet is changed is given up. */
async function run() {
  let pause = FIRST_PAUSE;
  for (;;) {
    const before = Number(canvas.dataset.pictures);
    await look().catch(() => {});
    pause = Number(canvas.dataset.pictures) > before ? FIRST_PAUSE : Math.min(2 * pause, LAST_PAUSE);
    await new Promise((done) => setTimeout(done, pause));
  }
}

/** Show the pictures of one connection until it ends. */
async function look() {
  looking = new AbortController();
  // A connection that died without a word, as of a pulled cable, is given up.
  let watch = setTimeout(() => looking.abort(), SILENCE);
  try {
    const answer = await fetch(stream(), { signal: looking.signal, cache: "no-store" });
    if (!answer.ok) return;
    const reader = answer.body.getReader();
    let waiting = new Uint8Array();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(() => looking.abort(), SILENCE);
      waiting = joined(waiting, value);
      const parts = [];
      for (let end = boundary(waiting); end >= 0; end = boundary(waiting)) {
        parts.push(waiting.slice(0, end));
        waiting = waiting.slice(end + BOUNDARY.length);
      }
      if (parts.length) await draw(parts.at(-1));
    }
  } finally {
    clearTimeout(watch);
    looking.abort();
  }
}

/** The address of the pictures that are shown here. */
function stream() {
  if (location.pathname.startsWith("/view/")) return `${location.pathname}?stream`;
  const name = decodeURIComponent(location.hash.slice(1));
  return `/picture?bare&of=${encodeURIComponent(name)}`;
}

/** Draw the picture of one part; a broken one is left out, and the one before stays. */
async function draw(part) {
  const start = jpeg(part);
  if (start < 0) return;
  const picture = await createImageBitmap(new Blob([part.slice(start)], { type: "image/jpeg" })).catch(() => null);
  if (picture === null) return;
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
  }
  canvas.getContext("2d", { alpha: false }).drawImage(picture, 0, 0);
  picture.close();
  canvas.dataset.pictures = String(Number(canvas.dataset.pictures) + 1);
}

/** Where the picture of a part begins, behind its head. */
function jpeg(part) {
  for (let at = 0; at < Math.min(part.length - 1, 400); at += 1) {
    if (part[at] === 0xff && part[at + 1] === 0xd8) return at;
  }
  return -1;
}

/** Where the next part begins, or -1. */
function boundary(data) {
  for (let at = data.indexOf(13); at >= 0; at = data.indexOf(13, at + 1)) {
    if (at + BOUNDARY.length > data.length) return -1;
    if (BOUNDARY.every((byte, place) => data[at + place] === byte)) return at;
  }
  return -1;
}

function joined(first, second) {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}

window.addEventListener("hashchange", () => looking.abort());
document.addEventListener("dblclick", fullScreen);
document.addEventListener("keydown", (event) => event.key.toLowerCase() === "f" && fullScreen());
run();
