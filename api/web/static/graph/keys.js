// The picture by keyboard. Only while it has the focus; Tab always leads on.

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function listen(box, steps) {
  box.addEventListener("keydown", (event) => {
    const done = handled(event, steps);
    if (done) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  box.addEventListener("focus", () => steps.enter());
}

function handled(event, steps) {
  if (event.altKey) return false;
  const letter = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (letter === "z") return event.shiftKey ? steps.redo() : steps.undo();
    if (letter === "y") return steps.redo();
    return false;
  }
  if (WAYS[event.key]) return steps.move(...WAYS[event.key]);
  switch (letter) {
    case "enter": return steps.open();
    case "delete": case "backspace": return steps.hide();
    case " ": return steps.evidence();
    case "e": return steps.along(event.shiftKey ? -1 : 1);
    case "p": return steps.pin();
    case "+": case "=": return steps.zoom(1.25);
    case "-": return steps.zoom(0.8);
    case "0": return steps.fit();
    case "home": return steps.home();
    case "escape": return steps.back();
    default: return false;
  }
}
