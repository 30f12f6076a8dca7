// The graph page: the picture, its controls, its evidence and its tables, kept in step with one model.
import { ask } from "./ask.js";
import { forms, picture as keep } from "./files.js";
import { listen } from "./keys.js";
import { Model } from "./model.js";
import { Picture } from "./picture.js";
import { Steps } from "./steps.js";
import { tables } from "./tables.js";
import { announce, make, say } from "./words.js";

const DAY = 86_400_000;
const EARLIEST = "2000-01-01";
const place = document.getElementById("graph");
const field = (id) => document.getElementById(id);
const given = place.dataset;
const today = given.today;
const dayOf = (value) => (value && value < today ? value : "");

const model = new Model({
  day: dayOf(field("g-day").value), former: field("g-former").checked, same: !field("g-same").checked, room: Number(field("g-room").value),
});

for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
for (const one of document.querySelectorAll(".unscripted")) one.hidden = true;

const picture = new Picture(field("graph-canvas"), model, {
  choose: (id) => steps.choose(id), open: (id) => steps.open(id), moved: (places) => steps.moved(places),
});
const steps = new Steps(model, picture, { token: given.csrf, page: Number(given.step), hub: Number(given.hub), render });

function seen() {
  const shown = model.edges().length;
  const all = model.present().length;
  const said = say("seen", { shown, total: model.total(), nodes: model.now.ids.length, room: model.room });
  return shown < all ? `${said} ${say("filtered", { count: all - shown })}` : said;
}

function render({ drawn = false, told = false, ...drawing } = {}) {
  if (!drawn) picture.draw(drawing);
  if (!told) tables(model, steps);
  field("graph-seen").textContent = seen();
  field("graph-note").hidden = true;
  document.querySelector("[data-do=undo]").disabled = !model.past.length;
  document.querySelector("[data-do=redo]").disabled = !model.future.length;
  controls();
}

function controls() {
  const { now } = model;
  field("g-day").value = now.day || today;
  field("g-former").checked = now.former;
  field("g-same").checked = !now.filters.same;
  field("g-confidence").value = now.filters.confidence;
  field("g-from").value = now.filters.from;
  field("g-till").value = now.filters.till;
  slide();
  types();
}

function slide() {
  const slider = field("g-slide");
  const starts = model.present().map((one) => one.from).filter(Boolean);
  const first = [...starts, dayOf(model.now.day) || today, slider.dataset.first ?? today].sort()[0];
  slider.dataset.first = first < EARLIEST ? EARLIEST : first;
  slider.max = Math.round((Date.parse(today) - Date.parse(slider.dataset.first)) / DAY);
  slider.disabled = slider.max === "0";
  slider.value = Math.round((Date.parse(model.now.day || today) - Date.parse(slider.dataset.first)) / DAY);
  slider.setAttribute("aria-valuetext", model.now.day || today);
}

function slid() {
  const slider = field("g-slide");
  return new Date(Date.parse(slider.dataset.first) + Number(slider.value) * DAY).toISOString().slice(0, 10);
}

function types() {
  const box = field("g-types");
  const hidden = model.now.filters.types;
  const focused = document.activeElement?.dataset?.type;
  const rows = model.types().map((one) => {
    const input = make("input", { type: "checkbox", "data-type": one.type });
    input.checked = !hidden.includes(one.type);
    input.addEventListener("change", () => {
      const others = model.now.filters.types.filter((type) => type !== one.type);
      steps.filter({ types: input.checked ? others : [...others, one.type] });
    });
    return make("label", {}, input, ` ${say("groups.row", { words: one.words, total: one.count })}`);
  });
  box.replaceChildren(box.querySelector("legend"), ...rows);
  if (focused) box.querySelector(`[data-type="${focused}"]`)?.focus();
}

function listenToControls() {
  field("g-day").addEventListener("change", (event) => steps.clock(dayOf(event.target.value), model.now.former));
  field("g-slide").addEventListener("input", (event) => {
    field("g-day").value = slid();
    event.target.setAttribute("aria-valuetext", slid());
  });
  field("g-slide").addEventListener("change", () => steps.clock(dayOf(slid()), model.now.former));
  field("g-former").addEventListener("change", (event) => steps.clock(model.now.day, event.target.checked));
  field("g-same").addEventListener("change", (event) => steps.filter({ same: !event.target.checked }));
  field("g-confidence").addEventListener("change", (event) => steps.filter({ confidence: event.target.value }));
  field("g-from").addEventListener("change", (event) => steps.filter({ from: event.target.value }));
  field("g-till").addEventListener("change", (event) => steps.filter({ till: event.target.value }));
  field("g-room").addEventListener("change", (event) => {
    model.room = Number(event.target.value);
    render();
  });
  field("g-view")?.addEventListener("change", () => field("graph-form").submit());
  field("g-layout").addEventListener("change", (event) => steps.again(event.target.value));
  field("graph-form").addEventListener("submit", (event) => event.preventDefault());
  const acts = {
    undo: () => steps.undo(), redo: () => steps.redo(), in: () => steps.zoom(1.25), out: () => steps.zoom(0.8), fit: () => steps.fit(),
    again: () => steps.again(field("g-layout").value),
  };
  for (const one of document.querySelectorAll("[data-do]")) one.addEventListener("click", () => acts[one.dataset.do]());
  for (const one of document.querySelectorAll("[data-file]")) {
    one.addEventListener("click", () => keep(one.dataset.file, picture, model, document.querySelector("h1").textContent, seen()));
  }
  field("graph-drawer").addEventListener("keydown", (event) => {
    if (event.key === "Escape") field("graph-canvas").focus();
  });
}

async function begin() {
  const kind = { ego: "ego", ownership: "ownership", paths: "free" }[given.view];
  field("g-layout").value = kind;
  const answer = await ask(given.csrf, { ...steps.fields(), party: given.party, ids: given.ids, view: given.view });
  model.learn(answer);
  model.take(answer);
  picture.first = answer.party;
  // the tables of the beginning are on the page already: only the buttons that lead into the picture are missing
  render({ kind, told: true });
  requestIdleCallback(() => tables(model, steps), { timeout: 1000 });
  steps.choose(picture.first, { quiet: true });
  announce(say("ready", { nodes: model.now.ids.length, shown: model.edges().length }));
  if (answer.left) steps.full(answer.left);
  if (answer.cut) field("graph-cut").hidden = false;
}

listenToControls();
listen(field("graph-canvas"), steps);
forms(model, picture);
steps.queue(begin);
// for whoever looks at the page with the browser's own tools, and for the tests
place.graph = { model, picture, steps };
