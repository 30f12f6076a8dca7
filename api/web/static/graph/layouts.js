// Where parties stand: circles around one, layers of owners, or free. What is pinned stays where it is.
import { lite } from "./look.js";

const APART = 128;
const RING = 165;
const MANY = 80;

/** Circles around the party in the middle: each holds as many as have room on it, kinds of relations side by side. */
function circles(cy, first) {
  const middle = first.nonempty() ? first : cy.nodes().first();
  const near = new Set(middle.neighborhood("node").map((one) => one.id()));
  const kind = (one) => `${near.has(one.id()) ? 0 : 1}${one.edgesWith(middle).first().data("type") ?? ""}`;
  const rest = cy.nodes().not(middle).toArray().map((one) => [kind(one), one.id()]).sort((a, b) => (a < b ? -1 : 1)).map(([, id]) => id);
  const places = { [middle.id()]: { x: 0, y: 0 } };
  let turned = 0;
  for (let ring = 1; rest.length; ring += 1) {
    const radius = ring * RING;
    const on = rest.splice(0, Math.max(6, Math.floor((2 * Math.PI * radius) / APART)));
    on.forEach((id, at) => {
      const angle = (2 * Math.PI * at) / on.length + turned - Math.PI / 2;
      places[id] = { x: 1.15 * radius * Math.cos(angle), y: radius * Math.sin(angle) };
    });
    // the next circle is turned by half a place of this one, so that lines from the middle run between its parties
    turned += Math.PI / on.length;
  }
  return { name: "preset", positions: (one) => places[one.id()] };
}

/** Owners above all that they own, however long the chain is; holdings that run in a circle end it. */
function layers(cy) {
  const held = cy.edges('[type = "HOLDS"]').toArray().map((one) => [one.source().id(), one.target().id()]);
  const ids = cy.nodes().toArray().map((one) => one.id());
  const depth = new Map(ids.map((id) => [id, 0]));
  for (let round = 0, moved = true; moved && round < ids.length; round += 1) {
    moved = false;
    for (const [owner, owned] of held) {
      if (depth.get(owned) <= depth.get(owner) && depth.get(owner) + 1 < ids.length) {
        depth.set(owned, depth.get(owner) + 1);
        moved = true;
      }
    }
  }
  const holding = new Set(held.flat());
  // who holds nothing and is held by nobody stands below, not among the owners
  for (const id of ids) if (!holding.has(id)) depth.set(id, ids.length);
  const levels = [...new Set(depth.values())].sort((a, b) => a - b);
  const wide = Math.max(8, Math.ceil(1.4 * Math.sqrt(ids.length)));
  const x = new Map();
  const places = {};
  let y = 0;
  for (const level of levels) {
    const owners = (id) => held.filter(([, owned]) => owned === id).map(([owner]) => x.get(owner)).filter((one) => one !== undefined);
    const mean = (id) => owners(id).reduce((sum, one, _, all) => sum + one / all.length, 0);
    const mine = ids.filter((id) => depth.get(id) === level).map((id) => [mean(id), id]).sort(([one], [other]) => one - other);
    // a long level is broken into rows as long as each other, neighbours above each other
    const rows = Math.ceil(mine.length / wide);
    mine.forEach(([, id], at) => {
      x.set(id, (Math.floor(at / rows) - (Math.ceil(mine.length / rows) - 1) / 2 + (at % rows) * 0.5) * APART);
      places[id] = { x: x.get(id), y: y + (at % rows) * 78 };
    });
    y += (rows - 1) * 78 + 130;
  }
  return { name: "preset", positions: (one) => places[one.id()] };
}

/** Forces: long lines and strong repulsion, so that names have room; many parties are an overview whose names come with the zoom. */
function free(cy) {
  const count = cy.nodes().length;
  const many = count > MANY;
  return {
    name: "fcose", quality: lite(count) ? "draft" : "default", randomize: true, nodeSeparation: APART, idealEdgeLength: many ? 280 : 210,
    nodeRepulsion: many ? 300_000 : 90_000, packComponents: false, numIter: many ? 150 : 1000, nodeDimensionsIncludeLabels: false, tile: true,
  };
}

/** Lay everything out that is not pinned; nothing moves step by step, so there is nothing to slow down. */
export function arrange(cy, kind, first) {
  const pinned = cy.nodes(".pinned");
  const before = new Map(pinned.map((one) => [one.id(), { ...one.position() }]));
  const chosen = kind === "ownership" ? layers(cy) : kind === "free" ? free(cy) : circles(cy, first);
  const whole = kind === "ownership" && cy.edges('[type = "HOLDS"]').empty() ? circles(cy, first) : chosen;
  cy.elements().layout({ ...whole, animate: false, fit: false }).run();
  before.forEach((place, id) => cy.getElementById(id).position(place));
}

/** New parties around the one that was opened: on circles of their own, where nothing stands yet. */
export function settle(cy, fresh, middle) {
  const taken = cy.nodes().not(fresh).map((one) => one.position());
  const centre = middle.nonempty() ? middle.position() : { x: 0, y: 0 };
  const clear = (place) => taken.every((one) => Math.abs(one.x - place.x) > APART * 0.8 || Math.abs(one.y - place.y) > 54);
  let radius = 120;
  let step = 0;
  fresh.forEach((one) => {
    for (;;) {
      const slots = Math.max(6, Math.floor((2 * Math.PI * radius) / APART));
      if (step >= slots) {
        step = 0;
        radius += 78;
        continue;
      }
      const angle = (2 * Math.PI * step) / slots + radius / 300;
      step += 1;
      const place = { x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) };
      if (clear(place)) {
        one.position(place);
        taken.push(place);
        return;
      }
    }
  });
}
