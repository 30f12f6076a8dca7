// A document's digest is worked out in the browser: the file itself stays on this machine. Without it one types it in.
"use strict";

document.querySelectorAll("[data-document]").forEach((row) => {
  if (!window.crypto || !window.crypto.subtle) {
    return;
  }
  const [name, digest] = row.querySelectorAll("input");
  const file = document.createElement("input");
  file.type = "file";
  file.setAttribute("aria-label", row.querySelector("label").textContent);
  file.addEventListener("change", async () => {
    const chosen = file.files[0];
    if (!chosen) {
      return;
    }
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await chosen.arrayBuffer()));
    name.value = chosen.name.slice(0, 200);
    digest.value = Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  });
  Object.assign(file.dataset, { choose: row.dataset.choose, none: row.dataset.none });
  const pick = document.createElement("div");
  pick.className = "pick";
  pick.append(file);
  row.append(pick);
  file.dispatchEvent(new Event("made", { bubbles: true }));
});
