// What ipywidgets leave out: roles and names for assistive technology, the first view making way for the next,
// and following the handout's link. Without this script the page still shows its first view.
"use strict";

const roles = [
  [".op-choices", { role: "group", "aria-label": "Occupations, up to four" }],
  [".op-status .widget-html-content", { role: "status", "aria-live": "polite", "aria-atomic": "true" }],
  [".op-area input", { autocomplete: "off", spellcheck: "false" }],
];

function dress() {
  // Voila takes the page's parts out of <main> into a shell of its own; they go back, and its empty panels rest.
  const cells = document.getElementById("rendered_cells");
  if (!cells.closest("main")) document.querySelector("main").append(cells);
  for (const [where, attributes] of roles) {
    for (const node of document.querySelectorAll(where)) {
      for (const [name, value] of Object.entries(attributes)) {
        if (node.getAttribute(name) !== value) node.setAttribute(name, value);
      }
    }
  }
  const area = document.querySelector(".op-area input");
  if (area && !area.dataset.ready) {
    area.dataset.ready = "yes";
    // A list of suggestions fits what stands in the field: typing must begin afresh.
    area.addEventListener("focus", () => area.select());
    document.getElementById("waiting")?.remove();
  }
  if (document.querySelector(".op-results .op-page")) document.getElementById("first")?.remove();
  const file = document.querySelector("a.op-file:not([data-taken])");
  if (file) {
    file.dataset.taken = "yes";
    file.click();
  }
}

new MutationObserver(dress).observe(document.body, { childList: true, subtree: true });
