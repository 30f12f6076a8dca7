// How the picture looks: the colours of the page's theme, shapes and lines that say the same without colour.

const LITE = 200;

export function lite(count) {
  return count > LITE;
}

/** The colours of the page as it is shown now. */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["ground", "panel", "ink", "soft", "line", "accent", "code", "focus", "block", "review", "flag", "clear",
    "bad-ground", "warn-ground", "good-ground"];
  const found = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  return { ...found, font: getComputedStyle(document.body).fontFamily };
}

/** Chinese is broken anywhere, other words where they end. */
const broken = (one) => (/[\u2e80-\u9fff]/.test(one.data("label")) ? "anywhere" : "whitespace");

/** The style sheet of the picture; above 200 nodes straight lines without words, and names from 14 px on. */
export function sheet(colour, count) {
  const light = lite(count);
  return [
    { selector: "node", style: {
      label: "data(label)", "font-family": colour.font, "font-size": light ? 14 : 12, color: colour.ink,
      "text-wrap": "wrap", "text-max-width": 118, "text-overflow-wrap": broken, "text-valign": "bottom", "text-margin-y": 4,
      "text-background-color": colour.panel, "text-background-opacity": light ? 0 : 0.85, "text-background-padding": 2,
      "min-zoomed-font-size": light ? 14 : 7, width: 34, height: 26, "background-color": colour.code,
      "border-width": 1.6, "border-color": colour.accent, shape: "round-rectangle",
    } },
    { selector: "node.person", style: { shape: "ellipse", "background-color": colour["good-ground"], "border-color": colour.clear } },
    { selector: "node.thing", style: { shape: "hexagon", "background-color": colour["warn-ground"], "border-color": colour.flag } },
    { selector: "node.possibly", style: { "border-style": "dashed", "border-color": colour.flag, "border-width": 2.5 } },
    { selector: "node.yes", style: { "border-color": colour.block, "border-width": 5, "background-color": colour["bad-ground"] } },
    { selector: "node.first", style: { width: 52, height: 40, "font-size": 15, "font-weight": "bold" } },
    { selector: "node.hub", style: {
      shape: "rectangle", width: 96, height: 40, "border-style": "dashed", "border-color": colour.ink, "text-valign": "center", "text-margin-y": 0,
      "background-color": colour.code, "text-background-opacity": 0, "text-max-width": 92, "min-zoomed-font-size": 5,
    } },
    { selector: "edge", style: {
      width: 1.4, "line-color": colour.soft, "target-arrow-color": colour.soft,
      "curve-style": light ? "haystack" : "bezier", "target-arrow-shape": light ? "none" : "triangle", "arrow-scale": 0.9,
      label: light ? "" : "data(label)", "font-family": colour.font, "font-size": 10.5, color: colour.ink, "text-rotation": "autorotate",
      "text-background-color": colour.panel, "text-background-opacity": 0.9, "text-background-padding": 1.5, "min-zoomed-font-size": 8,
    } },
    { selector: "edge.owned", style: { width: 2.2, label: "data(label)" } },
    { selector: "edge.former", style: { "line-style": "dashed", "line-dash-pattern": [1.5, 4] } },
    { selector: "edge.same", style: {
      "line-style": "dashed", "line-dash-pattern": [7, 5], "line-color": colour.review, "target-arrow-color": colour.review,
      color: colour.review, label: "data(label)",
    } },
    { selector: "edge.alike", style: { "target-arrow-shape": "none" } },
    { selector: "edge.belongs", style: { "target-arrow-shape": "none", "line-style": "dashed", "line-color": colour.line, label: "" } },
    { selector: ".chosen", style: { "line-color": colour.focus, "target-arrow-color": colour.focus, width: 3.5 } },
    { selector: "node.chosen", style: {
      width: 40, height: 32, "outline-width": 4, "outline-color": colour.focus, "outline-offset": 4, "outline-style": "solid",
    } },
    { selector: "node.first.chosen", style: { width: 52, height: 40 } },
    { selector: "node.hub.chosen", style: { width: 96, height: 40 } },
    { selector: "core", style: { "active-bg-opacity": 0, "selection-box-opacity": 0 } },
  ];
}
