// What can be done, by mouse, keyboard, drawer and tables alike. Each step can be undone.
import * as drawer from "./drawer.js";
import { ask } from "./ask.js";
import { groupKey } from "./model.js";
import { announce, say } from "./words.js";

export class Steps {
  constructor(model, picture, { token, page, hub, render }) {
    Object.assign(this, { model, picture, token, page, hub, render });
    this.chosen = "";
    this.centre = "";
    this.about = new Map();
    this.waits = Promise.resolve();
  }

  fields(more = {}) {
    const { now, room } = this.model;
    return { ids: now.ids.join(","), as_of: now.day, former: now.former ? "on" : "", nodes: String(room), ...more };
  }

  /** One after the other: the second step builds on what the first brought. */
  queue(work) {
    const box = this.picture.cy.container();
    box.setAttribute("aria-busy", "true");
    const done = this.waits.then(work).catch((error) => this.failed(error)).finally(() => box.setAttribute("aria-busy", "false"));
    this.waits = done;
    return true;
  }

  failed(error) {
    const note = document.getElementById("graph-note");
    note.hidden = false;
    note.textContent = say("failed", { reason: error.message });
    announce(note.textContent);
  }

  // choosing

  choose(id, { quiet = false } = {}) {
    if (!this.picture.choose(id)) return false;
    this.chosen = id;
    const { model } = this;
    const [node, edge, group] = [model.node(id), model.edge(id), model.groups().find((one) => one.id === id)];
    if (group) drawer.group(model, group, this);
    else if (edge) drawer.edge(model, edge);
    else if (node) this.#node(node);
    if (!quiet) announce(this.#told(node, edge, group));
    return true;
  }

  #told(node, edge, group) {
    const { model } = this;
    if (group) return say("said.group", { words: group.words, total: group.total, shown: group.taken });
    if (edge) {
      return say("said.edge", { source: model.node(edge.source).name, words: edge.words, target: model.node(edge.target).name, confidence: edge.confidence });
    }
    if (!node) return "";
    const shown = node.counts.reduce((sum, one) => sum + Math.min(model.shown(node.id, one.type, one.out), one.total), 0);
    const said = say("said.node", { name: node.name, kind: node.kind, listed: say(`listed.${node.listed}`), shown, total: node.total });
    return model.now.pinned[node.id] ? `${said}, ${say("said.pinned")}` : said;
  }

  #node(node) {
    const key = `${this.model.clock}|${node.id}`;
    drawer.node(this.model, node, this, this.about.get(key));
    if (this.about.has(key)) return;
    clearTimeout(this.asking);
    // whoever walks over many parties with the keyboard does not ask about each
    this.asking = setTimeout(async () => {
      try {
        const about = await ask(this.token, { about: node.id, as_of: this.model.now.day });
        this.about.set(key, about);
        drawer.arrived(node.id, about);
      } catch (error) {
        drawer.arrived(node.id, null, say("failed", { reason: error.message }));
      }
    }, 120);
  }

  /** Choose from a table, and go to the picture. */
  show(id) {
    this.picture.cy.container().focus({ preventScroll: true });
    this.picture.cy.container().scrollIntoView({ block: "nearest" });
    this.choose(id);
  }

  enter() {
    if (!this.chosen || this.picture.cy.getElementById(this.chosen).empty()) this.home();
  }

  home() {
    return this.choose(this.picture.first) || this.choose(this.model.now.ids[0] ?? "");
  }

  move(dx, dy) {
    const from = this.model.edge(this.chosen) ? this.centre : this.chosen;
    const next = this.picture.next(from, dx, dy);
    if (next) this.choose(next);
    return true;
  }

  /** Go through the relations of the node that was chosen last. */
  along(step) {
    if (!this.model.edge(this.chosen)) this.centre = this.chosen;
    const mine = this.picture.cy.getElementById(this.centre).connectedEdges().filter((one) => this.model.edge(one.id())).map((one) => one.id());
    if (!mine.length) {
      announce(say("said.lone"));
      return true;
    }
    const at = mine.indexOf(this.chosen);
    return this.choose(mine[(at < 0 ? (step > 0 ? 0 : mine.length - 1) : at + step + mine.length) % mine.length]);
  }

  back() {
    if (this.model.edge(this.chosen)) return this.choose(this.centre);
    return false;
  }

  evidence() {
    drawer.enter();
    return true;
  }

  // changing

  apply(act, drawing = {}) {
    this.model.change(this.picture.places(), act);
    this.render(drawing);
  }

  open(id = this.chosen) {
    const group = this.model.groups().find((one) => one.id === id);
    if (group) return this.#load(group.party, { type: group.type, out: String(group.out), skip: String(group.taken) }, id);
    return this.model.node(id) ? this.#load(id) : true;
  }

  /** Open one type of a party's relations; a hub becomes one node first. */
  openKind(id, { type, out, total }) {
    const key = groupKey(id, type, out);
    if (total > this.hub && !this.model.now.groups[key]) {
      return this.queue(() => {
        const count = this.model.node(id).counts.find((one) => one.type === type && one.out === out);
        const made = { party: id, type, out, taken: 0, short: count.words, words: count.words };
        this.apply((now) => { now.groups[key] = made; }, { from: id });
        this.choose(key);
      });
    }
    const taken = this.model.now.groups[key]?.taken ?? 0;
    return this.#load(id, { type, out: String(out), skip: String(taken) });
  }

  #load(party, more = {}, chosen = party) {
    return this.queue(async () => {
      const answer = await ask(this.token, this.fields({ expand: party, ...more }));
      const known = new Set(this.model.now.ids);
      const added = answer.nodes.filter((one) => !known.has(one.id)).length;
      const groups = answer.groups.filter((one) => {
        const there = this.model.now.groups[groupKey(one.party, one.type, one.out)];
        return more.type ? true : !there;
      });
      const grown = groups.some((one) => (this.model.now.groups[groupKey(one.party, one.type, one.out)]?.taken ?? -1) !== one.taken);
      this.model.learn(answer);
      if (added || grown) this.apply(() => this.model.take({ ...answer, groups }), { from: party });
      this.choose(this.picture.cy.getElementById(chosen).nonempty() ? chosen : party, { quiet: true });
      const said = added ? say("said.added", { count: added }) : say("said.nothing");
      announce(answer.left ? say("said.full", { room: this.model.room, count: answer.left }) : said);
      if (answer.left) this.full(answer.left);
      if (answer.cut) document.getElementById("graph-cut").hidden = false;
    });
  }

  full(count) {
    const note = document.getElementById("graph-note");
    note.hidden = false;
    note.textContent = say("said.full", { room: this.model.room, count });
  }

  hide(id = this.chosen) {
    return this.queue(() => {
      const name = this.model.node(id)?.name ?? this.model.groups().find((one) => one.id === id)?.words;
      if (name === undefined || (this.model.now.ids.length === 1 && this.model.node(id))) return;
      const near = this.picture.cy.getElementById(id).neighborhood("node").first();
      const next = near.nonempty() ? near.id() : "";
      this.apply(() => this.model.hide(id));
      this.choose(next, { quiet: true }) || this.home();
      announce(say("said.hidden", { name }));
    });
  }

  pin(id = this.chosen) {
    if (this.picture.cy.getElementById(id).empty() || !this.picture.cy.getElementById(id).isNode()) return true;
    return this.queue(() => {
      this.apply((now) => {
        if (now.pinned[id]) delete now.pinned[id];
        else now.pinned[id] = true;
      });
      this.choose(id);
    });
  }

  /** A node was dragged; before it stood at `places`. */
  moved(places) {
    this.model.change(places, () => {});
    this.render({ drawn: true });
  }

  undo() {
    return this.queue(() => this.#back(this.model.undo(this.picture.places()), "said.undone"));
  }

  redo() {
    return this.queue(() => this.#back(this.model.redo(this.picture.places()), "said.redone"));
  }

  #back(done, words) {
    if (!done) return;
    this.render({ keep: true });
    if (!this.choose(this.chosen, { quiet: true })) this.home();
    announce(say(words));
  }

  again(kind) {
    return this.queue(() => this.apply(() => {}, { kind }));
  }

  /** Another date, or former relations too: the same parties, what connected them then. */
  clock(day, former) {
    return this.queue(async () => {
      if (day === this.model.now.day && former === this.model.now.former) return;
      const answer = await ask(this.token, { ...this.fields(), as_of: day, former: former ? "on" : "" });
      this.apply((now) => {
        now.day = day;
        now.former = former;
        this.model.learn(answer);
      });
      this.choose(this.chosen, { quiet: true });
      announce(say("said.as_of", { day: day || say("now") }));
    });
  }

  filter(change) {
    return this.queue(() => {
      this.apply((now) => Object.assign(now.filters, change));
      this.choose(this.chosen, { quiet: true });
    });
  }

  zoom(factor) {
    this.picture.zoom(factor);
    return true;
  }

  fit() {
    this.picture.fit();
    return true;
  }
}
