// What the picture shows: the parties in it, hubs and how far they are opened, what is pinned, the date, the filters.
// Every change can be undone; what the server said is kept by date, so that undoing asks nothing.

const MOST_UNDONE = 100;

export const groupKey = (party, type, out) => `${party}|${type}|${out}`;

export class Model {
  constructor({ day, former, same, room }) {
    this.now = {
      ids: [], groups: {}, pinned: {}, places: {}, day, former,
      filters: { same, confidence: "any", from: "", till: "", types: [] },
    };
    this.room = room;
    this.past = [];
    this.future = [];
    this.kept = new Map();
  }

  // what the server said

  get clock() {
    return `${this.now.day}|${this.now.former}`;
  }

  get said() {
    if (!this.kept.has(this.clock)) this.kept.set(this.clock, { nodes: new Map(), edges: new Map() });
    return this.kept.get(this.clock);
  }

  learn(answer) {
    const { nodes, edges } = this.said;
    for (const node of answer.nodes) nodes.set(node.id, node);
    for (const edge of answer.relations) edges.set(edge.id, edge);
  }

  // changes

  change(places, act) {
    this.now.places = places;
    this.past.push(structuredClone(this.now));
    if (this.past.length > MOST_UNDONE) this.past.shift();
    this.future = [];
    act(this.now);
  }

  undo(places) {
    return this.#swap(this.past, this.future, places);
  }

  redo(places) {
    return this.#swap(this.future, this.past, places);
  }

  #swap(from, to, places) {
    if (!from.length) return false;
    this.now.places = places;
    to.push(structuredClone(this.now));
    this.now = from.pop();
    return true;
  }

  take(answer) {
    const here = new Set(this.now.ids);
    for (const node of answer.nodes) if (!here.has(node.id)) this.now.ids.push(node.id);
    for (const one of answer.groups) {
      this.now.groups[groupKey(one.party, one.type, one.out)] = {
        party: one.party, type: one.type, out: one.out, taken: one.taken, short: one.short, words: one.words,
      };
    }
  }

  hide(id) {
    if (this.now.groups[id]) delete this.now.groups[id];
    this.now.ids = this.now.ids.filter((one) => one !== id);
    delete this.now.pinned[id];
    for (const [key, one] of Object.entries(this.now.groups)) if (one.party === id) delete this.now.groups[key];
  }

  // what follows from it

  node(id) {
    return this.said.nodes.get(id);
  }

  edge(id) {
    return this.said.edges.get(id);
  }

  nodes() {
    return this.now.ids.map((id) => this.node(id)).filter(Boolean);
  }

  /** Relations with both ends in the picture, whatever is filtered. */
  present() {
    const here = new Set(this.now.ids);
    return [...this.said.edges.values()].filter((one) => here.has(one.source) && here.has(one.target));
  }

  /** Relations that are drawn. */
  edges() {
    return this.present().filter((one) => this.#passes(one));
  }

  #passes(one) {
    const { same, confidence, from, till, types } = this.now.filters;
    if (!same && one.same) return false;
    if (confidence === "code" && one.by !== "code") return false;
    if (confidence === "name" && one.by === "code") return false;
    if (from && (!one.from || one.from < from)) return false;
    if (till && one.from > till) return false;
    return !types.includes(one.type);
  }

  /** How many relations of a type and direction of a party are in the picture. */
  shown(id, type, out) {
    const mine = this.present().filter((one) => one.type === type);
    if (type === "POSSIBLY_SAME") return mine.filter((one) => one.source === id || one.target === id).length;
    return mine.filter((one) => (out ? one.source : one.target) === id).length;
  }

  /** Hubs whose relations are not all opened. */
  groups() {
    const found = [];
    const here = new Set(this.now.ids);
    for (const [key, one] of Object.entries(this.now.groups)) {
      const count = this.node(one.party)?.counts.find((c) => c.type === one.type && c.out === one.out);
      const filtered = this.now.filters.types.includes(one.type) || (!this.now.filters.same && one.type === "POSSIBLY_SAME");
      if (here.has(one.party) && count && one.taken < count.total && !filtered) {
        found.push({ ...one, id: key, total: count.total });
      }
    }
    return found;
  }

  /** How many relations touch the parties of the picture: each once, also where both its ends are in it. */
  total() {
    const ends = this.nodes().reduce((sum, one) => sum + one.total, 0);
    return Math.max(ends - this.present().length, 0);
  }

  /** Types of what is in the picture, with their numbers. */
  types() {
    const found = new Map();
    for (const one of this.present()) {
      const known = found.get(one.type) ?? { type: one.type, words: one.words, count: 0 };
      known.count += 1;
      found.set(one.type, known);
    }
    return [...found.values()].sort((a, b) => b.count - a.count);
  }
}
