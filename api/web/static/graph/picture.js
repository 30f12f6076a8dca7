// The picture on the canvas: made from the model, never the other way round.
import { colours, sheet } from "./look.js";
import { arrange, settle } from "./layouts.js";

const LONGEST = 26;
// what a party takes up beside, above and below its middle, name included, and the edge that stays free
const [NAME, ABOVE, BELOW, EDGE] = [66, 34, 64, 24];

function short(text) {
  const letters = [...text];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : text;
}

const THINGS = new Set(["organization", "person"]);

export class Picture {
  constructor(box, model, on) {
    this.model = model;
    this.first = "";
    this.cy = cytoscape({
      container: box, elements: [], style: sheet(colours(), 0), minZoom: 0.08, maxZoom: 3, boxSelectionEnabled: false,
      autounselectify: true, userZoomingEnabled: false, layout: { name: "preset" },
    });
    this.cy.on("tap", "node", (event) => on.choose(event.target.id()));
    this.cy.on("tap", "edge", (event) => on.choose(event.target.id()));
    this.cy.on("dbltap", "node", (event) => on.open(event.target.id()));
    this.cy.on("grab", "node", () => { this.held = this.places(); });
    this.cy.on("dragfree", "node", () => on.moved(this.held));
    // the wheel scrolls the page until one works in the picture
    box.addEventListener("focusin", () => this.cy.userZoomingEnabled(true));
    box.addEventListener("focusout", () => this.cy.userZoomingEnabled(false));
    box.addEventListener("pointerdown", () => box.focus({ preventScroll: true }));
    const again = () => this.repaint();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    new ResizeObserver(() => this.cy.resize()).observe(box);
  }

  repaint() {
    this.cy.style(sheet(colours(), this.cy.nodes().length));
  }

  places() {
    return Object.fromEntries(this.cy.nodes().map((one) => [one.id(), { ...one.position() }]));
  }

  wanted() {
    const { model } = this;
    const found = new Map();
    for (const one of model.nodes()) {
      const pinned = Boolean(model.now.pinned[one.id]);
      const marks = `${pinned ? "◆ " : ""}${one.listed === "yes" ? "▲ " : one.listed === "possibly" ? "？ " : ""}`;
      const classes = [THINGS.has(one.type) ? one.type : "thing", one.listed, pinned ? "pinned" : "", one.id === this.first ? "first" : ""];
      found.set(one.id, { group: "nodes", data: { id: one.id, label: marks + short(one.name) + (one.holding ? `\n${one.holding}` : "") }, classes: classes.join(" ") });
    }
    for (const one of model.groups()) {
      const opened = one.taken ? `\n${one.taken} / ${one.total}` : "";
      const classes = `hub${model.now.pinned[one.id] ? " pinned" : ""}`;
      found.set(one.id, { group: "nodes", data: { id: one.id, label: `${one.short} ×${one.total}${opened}` }, classes });
      const ends = one.out ? { source: one.party, target: one.id } : { source: one.id, target: one.party };
      found.set(`~${one.id}`, { group: "edges", data: { id: `~${one.id}`, label: "", type: one.type, ...ends }, classes: "belongs" });
    }
    for (const one of model.edges()) {
      const owned = one.share !== "";
      const classes = [one.same ? "same" : "", one.former ? "former" : "", owned ? "owned" : "", one.type === "POSSIBLY_SAME" ? "alike" : ""];
      const label = owned ? `${one.words} ${one.share}%` : one.words;
      found.set(one.id, { group: "edges", data: { id: one.id, label, type: one.type, source: one.source, target: one.target }, classes: classes.join(" ") });
    }
    return found;
  }

  /** Draw what the model holds. `from` is the party that new ones come from; `kind` lays everything out anew. */
  draw({ from = "", kind = "", keep = false } = {}) {
    const wanted = this.wanted();
    const { cy } = this;
    let fresh = cy.collection();
    cy.batch(() => {
      cy.elements().filter((one) => !wanted.has(one.id())).remove();
      const missing = [];
      for (const [id, one] of wanted) {
        const there = cy.getElementById(id);
        if (there.empty()) missing.push(one);
        else {
          // what is set anew is styled anew, even where it is the same
          if (there.data("label") !== one.data.label) there.data("label", one.data.label);
          there.classes(there.hasClass("chosen") ? `${one.classes} chosen` : one.classes);
        }
      }
      missing.sort((a, b) => (a.group === b.group ? 0 : a.group === "nodes" ? -1 : 1));
      fresh = cy.add(missing).nodes();
    });
    const light = cy.nodes().length > 200;
    if (light !== this.light) {
      this.light = light;
      this.repaint();
    }
    const places = keep ? this.model.now.places : {};
    const known = fresh.filter((one) => places[one.id()]);
    if (keep) cy.nodes().forEach((one) => places[one.id()] && one.position(places[one.id()]));
    const lost = fresh.not(known);
    if (kind) {
      arrange(cy, kind, cy.getElementById(this.first));
      this.fit();
    } else if (lost.nonempty()) {
      cy.batch(() => settle(cy, lost, cy.getElementById(from)));
      if (!this.#inside(cy.nodes())) this.fit();
    }
    cy.nodes().forEach((one) => {
      const pinned = Boolean(this.model.now.pinned[one.id()]);
      if (pinned !== one.locked()) one[pinned ? "lock" : "unlock"]();
    });
  }

  /** Whether nodes stand within the window; by their middles, which costs nothing. */
  #inside(nodes) {
    const zoom = this.cy.zoom();
    const { x, y } = this.cy.pan();
    const [width, height] = [this.cy.width(), this.cy.height()];
    return nodes.every((one) => {
      const place = one.position();
      const [left, top] = [place.x * zoom + x, place.y * zoom + y];
      return left >= 0 && top >= 0 && left <= width && top <= height;
    });
  }

  /** Bring everything into view, by where parties stand and the room of a name: exact bounds would measure every line twice. */
  fit() {
    const { cy } = this;
    const places = cy.nodes().map((one) => one.position());
    if (!places.length) return;
    const [xs, ys] = [places.map((one) => one.x), places.map((one) => one.y)];
    const [left, right] = [Math.min(...xs) - NAME, Math.max(...xs) + NAME];
    const [top, bottom] = [Math.min(...ys) - ABOVE, Math.max(...ys) + BELOW];
    const within = Math.min((cy.width() - 2 * EDGE) / (right - left), (cy.height() - 2 * EDGE) / (bottom - top));
    const zoom = Math.min(Math.max(within, cy.minZoom()), 1.4);
    cy.viewport({ zoom, pan: { x: cy.width() / 2 - (zoom * (left + right)) / 2, y: cy.height() / 2 - (zoom * (top + bottom)) / 2 } });
  }

  zoom(factor) {
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: { x: this.cy.width() / 2, y: this.cy.height() / 2 } });
  }

  /** Put the ring around a node or a relation, and bring it into view. */
  choose(id) {
    this.cy.elements(".chosen").removeClass("chosen");
    const one = this.cy.getElementById(id);
    one.addClass("chosen");
    if (one.nonempty() && one.isNode() && !this.#inside(one)) this.cy.center(one);
    return one.nonempty();
  }

  /** The next node from one in a direction: near, and more ahead than aside. */
  next(id, dx, dy) {
    const from = this.cy.getElementById(id);
    if (from.empty() || !from.isNode()) return this.first;
    const here = from.position();
    let best = "";
    let least = Infinity;
    this.cy.nodes().forEach((one) => {
      const x = one.position("x") - here.x;
      const y = one.position("y") - here.y;
      const ahead = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (one.id() !== id && ahead > 0.5 && aside <= ahead * 2.5 && ahead + 2 * aside < least) {
        least = ahead + 2 * aside;
        best = one.id();
      }
    });
    return best;
  }
}
