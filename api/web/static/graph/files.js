// What is taken away: pictures are made here, tables and graph files by the server from what is shown.
import { colours } from "./look.js";
import { svg } from "./svg.js";
import { say } from "./words.js";

const EDGE = 24;
const LINE = 26;
const SCALE = 2;

function keep(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function caption(model, title, seen) {
  return [`${title} · ${say("said.as_of", { day: model.now.day || say("now") })}`, seen, say("notice")];
}

async function png(picture, colour, lines) {
  const drawn = await picture.cy.png({ output: "blob-promise", full: true, scale: SCALE, bg: colour.panel, maxWidth: 8000, maxHeight: 8000 });
  const image = await createImageBitmap(drawn);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(image.width + 2 * EDGE * SCALE, 1600);
  canvas.height = image.height + (2 * EDGE + LINE * lines.length) * SCALE;
  const pen = canvas.getContext("2d");
  pen.fillStyle = colour.panel;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, EDGE * SCALE, EDGE * SCALE);
  pen.fillStyle = colour.ink;
  pen.font = `${14 * SCALE}px ${colour.font}`;
  lines.forEach((line, at) => pen.fillText(line, EDGE * SCALE, image.height + (1.7 * EDGE + LINE * at) * SCALE, canvas.width - 2 * EDGE * SCALE));
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}

/** The picture as a file; the ring of the keyboard is not part of it. */
export async function picture(kind, shown, model, title, seen) {
  const ring = shown.cy.elements(".chosen");
  ring.removeClass("chosen");
  const colour = colours();
  const lines = caption(model, title, seen);
  const made = kind === "svg"
    ? new Blob([svg(shown.cy, colour, lines)], { type: "image/svg+xml" })
    : await png(shown, colour, lines);
  ring.addClass("chosen");
  keep(made, `liancheng-graph-${model.now.day || "now"}.${kind}`);
}

/** Tell the form of the files, and that of the case, what is shown just before they are sent. */
export function forms(model, shown) {
  const sent = document.getElementById("graph-export");
  sent.addEventListener("submit", () => {
    const drawn = new Set(model.edges().map((one) => one.id));
    sent.elements.ids.value = model.now.ids.join(",");
    sent.elements.without.value = model.present().map((one) => one.id).filter((id) => !drawn.has(id)).join(",");
    sent.elements.as_of.value = model.now.day;
    sent.elements.former.value = model.now.former ? "on" : "";
    sent.elements.same.value = model.now.filters.same ? "" : "off";
  });
  const saved = document.getElementById("graph-save");
  saved?.addEventListener("submit", () => {
    const nodes = model.now.ids.map((id) => {
      const { x, y } = shown.cy.getElementById(id).position();
      return { id, x: Math.round(x), y: Math.round(y), pinned: Boolean(model.now.pinned[id]) };
    });
    saved.elements.graph.value = JSON.stringify({ nodes, as_of: model.now.day ? `${model.now.day}T12:00:00+08:00` : null });
  });
}
