// Brings the parts of the page together.

import { find, press, write } from "./dom.js";
import * as full from "./full.js";
import * as graph from "./graph.js";
import * as health from "./health.js";
import { letGoAll } from "./hold.js";
import * as knobs from "./knobs.js";
import { ask, connect } from "./link.js";
import * as lock from "./lock.js";
import * as map from "./map.js";
import * as masters from "./masters.js";
import * as monitor from "./monitor.js";
import * as notice from "./notice.js";
import * as outs from "./outs.js";
import * as pins from "./pins.js";
import * as playlist from "./playlist.js";
import * as roles from "./roles.js";
import * as save from "./save.js";
import * as see from "./see.js";
import * as shapes from "./shapes.js";
import * as sounds from "./sounds.js";
import * as teach from "./teach.js";
import * as tuner from "./tuner.js";
import * as words from "./words.js";

const hear = {
  you: (news) => roles.lay(news),
  patch(news) {
    write(find("title"), news.patch.title || "Sensorium");
    document.title = `${news.patch.title || "Sensorium"} – Sensorium`;
    health.lay(news.patch);
    graph.lay(news.patch);
    outs.lay(news.patch);
    pins.lay(news.patch.title, news.pins);
    knobs.lay(news);
    save.lay();
    see.lay(news.patch);
    shapes.lay(news);
    sounds.lay();
    tuner.lay(news.patch);
    words.lay(news);
    playlist.lay(news.playlist, news.playing);
  },
  values(news) {
    graph.show(news);
    outs.show(news);
    see.show(news);
    sounds.show(news);
    tuner.show(news);
    words.show(news);
    masters.show(news);
    map.lit(news);
  },
  knobs(news) {
    knobs.show(news.stand);
    save.show(news);
  },
  shapes: (news) => shapes.show(news),
  lessons: (news) => teach.show(news),
  examples: (news) => teach.shown(news),
  maps: (news) => map.show(news),
  pins(news) {
    pins.lay(news.title, news.pins);
    knobs.layPins();
  },
  health(news) {
    health.show(news);
    outs.health(news);
    graph.health(news);
  },
  range: (news) => outs.range(news),
  traffic: (news) => monitor.show(news),
  refused(news) {
    notice.tell(news.text);
    words.refused(news.text);
  },
  draft: (news) => save.draft(news),
  saved: (news) => save.saved(news),
  unsaved: (news) => save.unsaved(news),
  invitation: (news) => save.invitation(news),
};

const keys = {
  b: masters.blackout,
  " ": masters.freeze,
  f: full.toggle,
  Escape: () => full.leave() || (notice.unfolded() ? notice.unfold(false) : larger(false)),
};

function changed(connected) {
  document.body.classList.toggle("lost", !connected);
  notice.stand("offline", connected ? "" : "No connection. Trying again …");
  if (connected) monitor.again();
  else letGoAll();
}

function panic() {
  const heard = ask({ do: "panic" });
  const button = find("panic");
  write(button, heard ? "Silent" : "Not heard");
  button.classList.add("pressed");
  setTimeout(() => {
    write(button, "Panic");
    button.classList.remove("pressed");
  }, 900);
}

function go(tab) {
  letGoAll();
  document.body.dataset.tab = tab;
  for (const button of document.querySelectorAll("nav button")) press(button, button.dataset.to === tab);
  window.scrollTo(0, 0);
  graph.again();
  monitor.look(tab === "monitor");
}

function larger(on) {
  document.body.classList.toggle("wide", on);
  press(find("wide"), on);
  graph.again();
}

/** Do what a key is for, unless it is for what has the focus, or the page is locked. */
function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const busy = event.target.closest("input[type=text], select, textarea");
  if (busy || (name === " " && event.target.closest("button, summary, input"))) return;
  const chooses = !event.target.closest("button, summary") && !event.repeat && !lock.locked();
  if (name === "l") letGoAll();
  if (name === "l") lock.hold();
  else if (!event.repeat && !lock.locked() && teach.key(name)) event.preventDefault();
  else if (chooses && words.key(name)) event.preventDefault();
  else if (keys[name] && !event.repeat && (name === "Escape" || !lock.locked())) keys[name]();
  else return;
  if (name === " ") event.preventDefault();
}

// A locked page cannot let go any more.
find("lock").addEventListener("pointerdown", letGoAll);
lock.begin((text) => notice.tell(text, "note"));
find("panic").addEventListener("click", panic);
find("stop").addEventListener("click", () => ask({ do: "teach", route: "" }));
find("told").addEventListener("click", () => notice.unfold(!notice.unfolded()));
find("notice").addEventListener("click", (event) => event.target.closest("button") ?? notice.unfold(true));
find("wide").addEventListener("click", () => larger(!document.body.classList.contains("wide")));
for (const button of document.querySelectorAll("nav button")) {
  button.addEventListener("click", () => go(button.dataset.to));
}
document.addEventListener("keydown", key);
document.addEventListener("keyup", (event) => {
  if (event.key.toLowerCase() === "l") lock.letGo();
  teach.keyUp(event.key);
});
window.addEventListener("resize", graph.again);
document.addEventListener("visibilitychange", () => see.lookOn(!document.hidden));
monitor.place();
connect((kind, news) => hear[kind]?.(news), changed);
