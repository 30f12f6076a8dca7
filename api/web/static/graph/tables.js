// The twin of the picture: the same parties and relations as tables, with the same choices.
import { apart, make, say } from "./words.js";

const MANY = 40;

function party(one) {
  return make("a", { href: `/parties/${encodeURIComponent(one.id)}` }, apart(one.name));
}

function chooser(id, name, steps) {
  const made = make("button", { type: "button", class: "quiet", "aria-label": `${say("col.show")} ${name}`, title: say("col.show") }, "◎");
  made.addEventListener("click", () => steps.show(id));
  return made;
}

function listed(one) {
  if (one.listed === "no") return [say("listed.no"), one.sealed ? ` ${one.sealed}` : ""];
  return [make("span", { class: one.listed === "yes" ? "tag bad" : "tag warn" }, say(`listed.${one.listed}`)), ` ${one.lists} ${one.sealed}`];
}

const kept = new Map();

/** Put rows into a table: `wanted` are an id, what the row says, and how it is made. What says the same stays. */
function fill(table, wanted) {
  const body = document.querySelector(`#${table} tbody`);
  const before = kept.get(table) ?? new Map();
  const now = new Map(wanted.map(([id, said, build]) => {
    const there = before.get(id);
    return [id, there?.said === said ? there : { said, row: build() }];
  }));
  kept.set(table, now);
  const rows = new Set([...now.values()].map((one) => one.row));
  for (const row of [...body.children]) if (!rows.has(row)) row.remove();
  let at = body.firstElementChild;
  for (const row of rows) {
    if (row === at) at = at.nextElementSibling;
    else body.insertBefore(row, at);
  }
}

const head = (...parts) => make("th", { scope: "row" }, ...parts);
const cell = (...parts) => make("td", {}, ...parts);
const styled = (name, ...parts) => make("td", { class: name }, ...parts);

export function tables(model, steps) {
  const nodes = model.nodes();
  const edges = model.edges();
  const groups = model.groups();
  const name = (id) => model.node(id).name;
  fill("twin-nodes", nodes.map((one) => [one.id, JSON.stringify(one), () => make("tr", {},
    head(party(one), chooser(one.id, one.name, steps)), cell(one.kind, one.holding ? ` · ${one.holding}` : ""), cell(...listed(one)), cell(one.code ? make("code", {}, one.code) : ""),
    cell(one.counts.map((count) => say("groups.row", { words: count.words, total: count.total })).join(" · ")))]));
  fill("twin-edges", edges.map((one) => [one.id, JSON.stringify([one, name(one.source), name(one.target)]), () => make("tr", {},
    head(party(model.node(one.source))), cell(one.words, chooser(one.id, one.words, steps)), cell(party(model.node(one.target))),
    cell(apart(one.note)), styled("date", one.since), styled("date", one.until), cell(one.confidence), styled("small", apart(one.origin)))]));
  fill("twin-groups", groups.map((one) => [one.id, JSON.stringify([one, name(one.party)]), () => make("tr", {},
    head(party(model.node(one.party)), chooser(one.id, one.words, steps)), cell(say("groups.row", { words: one.words, total: one.total })),
    cell(say("groups.seen", { shown: one.taken, total: one.total })))]));
  // long tables are measured only when one scrolls to them
  for (const one of document.querySelectorAll(".graph-twin")) one.classList.toggle("many", nodes.length > MANY);
  document.getElementById("twin-groups-part").hidden = groups.length === 0;
  document.querySelector("[data-count=nodes]").textContent = nodes.length;
  document.querySelector("[data-count=edges]").textContent = edges.length;
}
