// Small helps for the keyboard; every page works without them.
"use strict";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = document.querySelector("input[type=search]");
    if (box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  }
});

// what was answered with an error is shown too, in the place where the results stand
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// browsers write on a file field in their own language: it gets the page's words, and stays the field that is used
function dress(input) {
  const [face, button, name] = ["span", "span", "span"].map((one) => document.createElement(one));
  const show = () => {
    name.textContent = input.files.length ? Array.from(input.files, (one) => one.name).join(", ") : input.dataset.none;
  };
  face.className = "face";
  face.setAttribute("aria-hidden", "true");
  button.className = "button";
  button.textContent = input.dataset.choose;
  face.append(button, name);
  input.after(face);
  input.parentElement.classList.add("dressed");
  input.addEventListener("change", show);
  show();
}

document.querySelectorAll("input[type=file][data-choose]").forEach(dress);
document.addEventListener("made", (event) => dress(event.target));
