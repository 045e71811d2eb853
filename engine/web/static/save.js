// Saving what was turned into the patch, after a look at the lines that change; and inviting guests.

import { find, make, write } from "./dom.js";
import { ask } from "./link.js";
import { tell } from "./notice.js";
import { may } from "./roles.js";

const QUIET = 4;

const save = make("button.keep", { type: "button", onclick: () => ask({ do: "save" }) }, "Save");
const invite = make("button", { type: "button", onclick: () => ask({ do: "invite", on: true }) }, "Guests");
const window_ = make("dialog.saving", { "aria-label": "Save" });
find("save").append(save, invite);
document.body.append(window_);
document.addEventListener("keydown", (event) => event.key === "Escape" && window_.close());

/** Begin to show a patch, to whoever may save it. */
export function lay() {
  find("save").hidden = !may("save");
}

/** Show how much was turned; what is held against its cable cannot be saved, but can be looked at. */
export function show({ turned, cabled }) {
  save.disabled = turned + cabled === 0;
  write(save, save.disabled ? "Saved" : turned ? `Save ${plural(turned)} \u2026` : "Save \u2026");
}

/** Show what would be saved, to look at. */
export function draft(news) {
  const parts = [make("h2", {}, news.files.length ? `Save ${plural(news.count)}?` : "Nothing can be saved")];
  for (const file of news.files) parts.push(changes(file));
  if (news.left.length) parts.push(make("h3", {}, "Not saved"), make("ul.left", {}, ...news.left.map(left)));
  const go = () => ask({ do: "save", key: news.key });
  const buttons = [close()];
  if (news.files.length) buttons.unshift(make("button.keep", { type: "button", onclick: go }, "Save"));
  open("Save", ...parts, make("div.buttons", {}, ...buttons));
}

/** Tell that it was saved. */
export function saved(news) {
  window_.close();
  const names = news.files.map((file) => (file.new ? `${file.folder}/${file.name}` : file.name));
  tell(`Saved in ${names.join(" and ")}: ${plural(news.count)}`, "saved");
}

/** Tell why nothing was saved. */
export function unsaved(news) {
  const again = button("Look again", () => ask({ do: "save" }));
  open("Save", make("h2", {}, "Not saved"), make("p", {}, news.text), make("div.buttons", {}, again, close()));
}

/** Show the address for guests, and its code; without one they were sent away. */
export function invitation(news) {
  if (!news.address) {
    window_.close();
    tell("The guests were sent away", "saved");
    return;
  }
  const away = button("Send guests away", () => ask({ do: "invite", on: false }));
  open(
    "Guests",
    make("h2", {}, "Guests look on and turn knobs"),
    make("p", {}, "They do not save, change patches, or touch what comes in and goes out."),
    code(news.code),
    make("p.address", {}, news.address),
    make("div.buttons", {}, close(), away),
  );
}

function open(name, ...parts) {
  window_.setAttribute("aria-label", name);
  window_.replaceChildren(...parts);
  if (!window_.open) window_.show(); // not as a modal one, which would keep fingers from Panic
}

function changes(file) {
  const rows = file.changes.flatMap((change, index) => [
    ...(change.table && change.table !== file.changes[index - 1]?.table ? [row("table", "", change.table)] : []),
    ...change.old.map((text, place) => row("old", change.line + place, text)),
    ...change.new.map((text) => row("new", "", text)),
  ]);
  const where = file.new ? `${file.folder}/${file.name}` : file.name;
  const note = file.note ? [make("p.note", {}, file.note)] : [];
  return make("section.file", { "data-file": file.name }, make("h3", {}, where), ...note, make("ol.lines", {}, ...rows));
}

function row(kind, line, text) {
  const sign = { old: "\u2212", new: "+", table: "" }[kind];
  return make(`li.${kind}`, {}, make("small", {}, String(line)), make("i", {}, sign), make("code", {}, text));
}

function left(one) {
  return make("li", {}, make("b", {}, one.name), ` ${one.why}`);
}

function code(rows) {
  const size = rows.length + 2 * QUIET;
  const picture = make("canvas.code", { width: size, height: size, role: "img", "aria-label": "The address as a QR code" });
  const pen = picture.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, size, size);
  pen.fillStyle = "#000";
  rows.forEach((row, y) => [...row].forEach((dark, x) => dark === "1" && pen.fillRect(x + QUIET, y + QUIET, 1, 1)));
  return picture;
}

function button(text, onclick) {
  return make("button", { type: "button", onclick }, text);
}

function close() {
  return make("button.free", { type: "button", onclick: () => window_.close() }, "Close");
}

function plural(number) {
  return number === 1 ? "1 change" : `${number} changes`;
}
