// The picture as SVG: shapes and lines only, with what it shows and when.

const SPACE = "http://www.w3.org/2000/svg";

function element(name, attributes, text = "") {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

const round = (value) => Math.round(value * 10) / 10;

function outline(one, colour) {
  const { x, y } = one.position();
  const w = one.width() / 2;
  const h = one.height() / 2;
  const look = { fill: one.style("background-color"), stroke: one.style("border-color"), "stroke-width": parseFloat(one.style("border-width")) };
  if (one.style("border-style") === "dashed") look["stroke-dasharray"] = "5 3";
  const shape = one.style("shape");
  if (shape === "ellipse") return element("ellipse", { cx: round(x), cy: round(y), rx: w, ry: h, ...look });
  if (shape === "hexagon") {
    const points = [[-w / 2, -h], [w / 2, -h], [w, 0], [w / 2, h], [-w / 2, h], [-w, 0]];
    return element("polygon", { points: points.map(([dx, dy]) => `${round(x + dx)},${round(y + dy)}`).join(" "), ...look });
  }
  return element("rect", { x: round(x - w), y: round(y - h), width: 2 * w, height: 2 * h, rx: shape === "rectangle" ? 0 : 4, ...look });
}

/** A name in lines of at most so many letters. */
function lines(text, most) {
  return text.split("\n").flatMap((part) => {
    const letters = [...part];
    const found = [];
    while (letters.length) found.push(letters.splice(0, most).join(""));
    return found;
  });
}

function words(x, y, text, size, colour, most = 13) {
  const group = element("text", { "text-anchor": "middle", "font-size": size, fill: colour.ink, "paint-order": "stroke", stroke: colour.panel, "stroke-width": 3 });
  lines(text, most).forEach((line, at) => group.append(element("tspan", { x: round(x), y: round(y + at * size * 1.2) }, line)));
  return group;
}

/** The whole picture as a document; `caption` are the lines below it. */
export function svg(cy, colour, caption) {
  const box = cy.elements().boundingBox();
  const edge = 30;
  const width = Math.max(box.w + 2 * edge, 760);
  const height = box.h + 2 * edge + 20 * caption.length;
  const root = element("svg", { xmlns: SPACE, viewBox: [box.x1 - edge, box.y1 - edge, width, height].map(round).join(" "), width: round(width), height: round(height), "font-family": colour.font });
  root.append(element("title", {}, caption[0]));
  root.append(element("rect", { x: round(box.x1 - edge), y: round(box.y1 - edge), width: round(width), height: round(height), fill: colour.panel }));
  cy.edges().forEach((one) => {
    const from = one.sourceEndpoint();
    const to = one.targetEndpoint();
    const bend = one.controlPoints()?.[0];
    const line = one.style("line-color");
    const d = bend ? `M${round(from.x)} ${round(from.y)}Q${round(bend.x)} ${round(bend.y)} ${round(to.x)} ${round(to.y)}` : `M${round(from.x)} ${round(from.y)}L${round(to.x)} ${round(to.y)}`;
    const path = element("path", { d, fill: "none", stroke: line, "stroke-width": parseFloat(one.style("width")) });
    if (one.style("line-style") === "dashed") path.setAttribute("stroke-dasharray", one.hasClass("former") ? "1.5 4" : "7 5");
    root.append(path);
    if (one.style("target-arrow-shape") === "triangle") {
      const before = bend ?? from;
      const angle = Math.atan2(to.y - before.y, to.x - before.x);
      const wing = (turn) => `${round(to.x - 9 * Math.cos(angle + turn))},${round(to.y - 9 * Math.sin(angle + turn))}`;
      root.append(element("polygon", { points: `${round(to.x)},${round(to.y)} ${wing(0.4)} ${wing(-0.4)}`, fill: line }));
    }
    const middle = one.midpoint();
    if (one.data("label") && one.style("label")) root.append(words(middle.x, middle.y, one.data("label"), 10.5, colour, 30));
  });
  cy.nodes().forEach((one) => {
    const { x, y } = one.position();
    const hub = one.hasClass("hub");
    root.append(outline(one, colour), words(x, hub ? y : y + one.height() / 2 + 15, one.data("label"), 12, colour));
  });
  caption.forEach((line, at) => root.append(
    element("text", { x: round(box.x1), y: round(box.y1 - edge + height - 20 * (caption.length - at) + 10), "font-size": 13, fill: colour.ink }, line)));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(root)}\n`;
}
