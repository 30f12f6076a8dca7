// The evidence of what is chosen: where it comes from, since when, how sure, and what can be opened from it.
import { apart, make, say } from "./words.js";

const box = () => document.getElementById("graph-drawer");

function facts(rows) {
  return make("dl", { class: "facts" }, ...rows.map(([name, value]) =>
    make("div", {}, make("dt", {}, apart(name)), make("dd", {}, apart(value)))));
}

function button(text, act, name = "") {
  const made = make("button", { type: "button", class: "quiet" }, text);
  if (name) made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}

function put(title, ...parts) {
  box().replaceChildren(make("h2", {}, apart(title)), ...parts);
  // in the next frame: asked for now, the whole page would be measured twice
  requestAnimationFrame(() => { box().scrollTop = 0; });
}

export function clear() {
  box().replaceChildren(make("p", { class: "small" }, say("drawer.empty")));
}

function dossier(id) {
  return make("a", { href: `/parties/${encodeURIComponent(id)}` }, say("drawer.dossier"));
}

export function edge(model, one) {
  const ends = say("drawer.ends", { source: model.node(one.source).name, target: model.node(one.target).name });
  put(one.share ? `${one.words} ${one.share}%` : one.words, make("p", {}, apart(ends)),
    one.note ? make("p", {}, apart(one.note)) : "", facts(one.evidence));
}

export function group(model, one, steps) {
  const rest = Math.min(one.total - one.taken, steps.page);
  put(say("groups.row", { words: one.words, total: one.total }),
    make("p", {}, apart(model.node(one.party).name)),
    make("p", {}, say("groups.seen", { shown: one.taken, total: one.total })),
    make("div", { class: "line actions" },
      button(say("drawer.next", { count: rest }), () => steps.open(one.id)),
      button(say("drawer.hide"), () => steps.hide(one.id))));
}

export function node(model, one, steps, about) {
  const pinned = Boolean(model.now.pinned[one.id]);
  const rows = one.counts.map((count) => {
    const shown = model.shown(one.id, count.type, count.out);
    const words = say("drawer.count", { words: count.words, shown, total: count.total });
    const open = shown < count.total
      ? button(say("drawer.open"), () => steps.openKind(one.id, count), `${say("drawer.open")} ${words}`) : "";
    return make("li", {}, make("span", {}, words), open);
  });
  const listed = make("p", {}, make("span", { class: one.listed === "yes" ? "tag bad" : one.listed === "possibly" ? "tag warn" : "tag" },
    say(`listed.${one.listed}`)), ` ${one.lists} ${one.sealed}`);
  put(one.name, make("p", { class: "small" }, `${one.kind} `, one.code ? make("code", {}, one.code) : "", " ", dossier(one.id)), listed,
    one.holding ? make("p", {}, apart(one.holding)) : "",
    make("h3", {}, say("drawer.kinds")), make("ul", { class: "rows" }, ...rows),
    make("div", { class: "line actions" },
      button(say("drawer.all"), () => steps.open(one.id)),
      button(say(pinned ? "drawer.unpin" : "drawer.pin"), () => steps.pin(one.id)),
      button(say("drawer.hide"), () => steps.hide(one.id))),
    about ? told(about) : make("p", { class: "small", "data-waits": one.id }, say("working")));
}

function told(about) {
  const parts = about.sections.flatMap((one) => [make("h3", {}, apart(one.title)), facts(one.rows)]);
  return make("div", {}, about.note ? make("p", { class: "note" }, about.note) : "", ...parts);
}

/** What is known of a party has arrived; if another is shown by now it is left alone. */
export function arrived(id, about, failure = "") {
  const place = box().querySelector("[data-waits]");
  if (place && place.dataset.waits === id) place.replaceWith(about ? told(about) : make("p", { class: "note bad" }, failure));
}

export function enter() {
  box().focus();
}
