// Brings the parts of the page together.

import { find, write } from "./dom.js";
import * as graph from "./graph.js";
import * as health from "./health.js";
import * as knobs from "./knobs.js";
import { ask, connect } from "./link.js";
import * as monitor from "./monitor.js";
import * as outs from "./outs.js";
import * as playlist from "./playlist.js";
import * as see from "./see.js";

const READ = 5000;

let timer = null;

const hear = {
  patch(news) {
    write(find("title"), news.patch.title || "Sensorium");
    document.title = `${news.patch.title || "Sensorium"} – Sensorium`;
    graph.lay(news.patch);
    outs.lay(news.patch);
    knobs.lay(news.knobs);
    see.lay();
    playlist.lay(news.playlist, news.playing);
  },
  values(news) {
    graph.show(news);
    outs.show(news);
    see.show(news);
  },
  knobs: (news) => knobs.show(news.stand),
  health(news) {
    health.show(news);
    outs.health(news);
    graph.health(news);
  },
  range: (news) => outs.range(news),
  traffic: (news) => monitor.show(news),
  refused: (news) => tell(news.text),
};

function tell(text) {
  const line = find("refused");
  write(line, text);
  line.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (line.hidden = true), READ);
}

function changed(connected) {
  document.body.classList.toggle("lost", !connected);
  find("offline").hidden = connected;
  if (connected) monitor.again();
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

find("panic").addEventListener("click", panic);
find("teaching").querySelector("button").addEventListener("click", () => ask({ do: "teach", route: "" }));
for (const button of document.querySelectorAll("nav button")) {
  button.addEventListener("click", () => {
    document.body.dataset.tab = button.dataset.to;
    window.scrollTo(0, 0);
    graph.again();
  });
}
find("wide").addEventListener("click", () => {
  const wide = document.body.classList.toggle("wide");
  find("wide").setAttribute("aria-pressed", String(wide));
  graph.again();
});
window.addEventListener("resize", graph.again);
document.addEventListener("visibilitychange", () => see.lookOn(!document.hidden));
monitor.place();
connect((kind, news) => hear[kind]?.(news), changed);
