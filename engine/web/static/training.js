// How far a training is, what it paints by now, and a button that ends it and keeps what was learned.

import { find, make, write } from "./dom.js";
import { ask, connect } from "./link.js";

const AGAIN = 1000;
const HIGH = 40;
const WIDE = 100;

let ended = false;
let stops = false;
let may = false;
let lost = false;

const hear = {
  you: (news) => {
    may = news.may_stop;
  },
  training: (news) => show(news),
  refused: (news) => write(find("notice"), news.text),
};

function show(news) {
  stops = news.stops;
  if (news.state) stand(news.state, news.losses);
  button();
}

function stand(state, losses) {
  ended = state.ended !== "";
  document.title = ended ? `Trained: ${state.title}` : `${percent(state.done)} ${state.title}`;
  write(find("title"), ended ? state.title : `${state.title}: ${percent(state.done)}`);
  find("done").value = state.done;
  write(find("left"), ended ? "–" : time(state.left));
  find("step").replaceChildren(state.steps.toLocaleString("en"), make("small", {}, ended ? "taken" : `of about ${state.of_steps.toLocaleString("en")}`));
  write(find("loss"), state.loss.toFixed(4));
  draw(losses);
  read(state.sample);
  find("ended").hidden = !ended;
  write(find("ended"), state.ended);
}

const percent = (done) => `${Math.floor(100 * done)} %`;

/** A time that is left, in the words of people: it is a guess. */
function time(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** Draw the losses: the highest at the top, none at the bottom. */
function draw(losses) {
  const most = Math.max(...losses.map(([, loss]) => loss), 1e-9);
  const points = losses.map(([done, loss]) => `${(WIDE * done).toFixed(2)},${(HIGH * (1 - (0.95 * loss) / most)).toFixed(2)}`);
  find("curve").firstElementChild.setAttribute("points", points.join(" "));
}

/** Show what a network that writes has written, in the place of a picture. */
function read(sample) {
  document.body.classList.toggle("writes", sample !== null);
  find("sample").hidden = !sample;
  if (sample === null) return;
  find("none").hidden = Boolean(sample);
  write(find("none"), "The first lines come in a few seconds.");
  write(find("sample"), sample);
}

/** Show the stream of previews; it is asked for again where it breaks while the training goes on. */
function look() {
  const image = find("preview");
  image.onload = () => {
    image.hidden = false;
    find("none").hidden = true;
  };
  image.onerror = () => setTimeout(() => !ended && look(), AGAIN);
  image.src = `/preview?t=${Date.now()}`;
}

function button() {
  find("halt").disabled = !may || stops || ended || lost;
  write(find("halt"), ended ? "Ended" : stops ? "Stopping …" : "Stop");
}

find("halt").onclick = () => {
  write(find("notice"), "");
  ask({ do: "stop" });
};

connect(
  (kind, news) => hear[kind]?.(news),
  (connected) => {
    lost = !connected;
    document.body.classList.toggle("lost", lost && !ended);
    if (connected) look();
    write(find("notice"), connected || ended ? "" : "No connection. Trying again …");
    button();
  },
);
