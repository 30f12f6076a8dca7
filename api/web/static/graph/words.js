// The sentences of the page in the visitor's language, as the server wrote them into it.
const said = new Map(
  [...document.querySelectorAll("#graph-words > li")].map((one) => [one.dataset.code, one.textContent]),
);
const numbers = new Intl.NumberFormat("en");

/** A sentence, its {places} filled in. */
export function say(code, places = {}) {
  const text = said.get(code);
  if (text === undefined) throw new Error(`no words for ${code}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = places[name];
    return value === undefined ? whole : typeof value === "number" ? numbers.format(value) : value;
  });
}

/** An element with attributes and children; texts are texts, whatever they hold. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A text with its own direction, so that none turns its neighbours around. */
export function apart(text) {
  return make("bdi", {}, text);
}

let line = null;
let turn = false;

/** Tell who cannot see the picture what happened; the same sentence twice is two sentences. */
export function announce(text) {
  line ??= document.getElementById("graph-said");
  turn = !turn;
  line.textContent = turn ? text : `${text}\u00a0`;
}
