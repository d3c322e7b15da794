// What ipywidgets leave out of the codebook panel: names for assistive technology, shortcuts from list to list, the
// clipboard, and the view beside the notebook. Without this script every control still works by Tab and arrow keys.
"use strict";
(() => {
  if (window.chartpathCodebook) return;
  window.chartpathCodebook = true;

  const roles = [
    [".cp-codebook", { role: "region" }],
    [".cp-codebook .cp-status .widget-html-content", { role: "status", "aria-live": "polite", "aria-atomic": "true" }],
    [".cp-codebook .cp-told .widget-html-content", { role: "status", "aria-live": "polite" }],
    [":not(.jp-LinkedOutputView *).cp-codebook", { "aria-label": "Codebook" }],
    [".jp-LinkedOutputView .cp-codebook", { "aria-label": "Codebook, beside the notebook" }],
    [".cp-codebook .cp-entry .widget-html-content", { role: "group", "aria-label": "Code in view" }],
    [".cp-codebook .cp-notes .widget-html-content", { role: "group", "aria-label": "Notes" }],
    [".cp-codebook .cp-builder", { role: "group", "aria-label": "Procedure builder" }],
    [".cp-codebook .cp-search input", { autocomplete: "off", spellcheck: "false" }],
  ];

  function dress() {
    for (const [where, attributes] of roles) {
      for (const node of document.querySelectorAll(where)) {
        for (const [name, value] of Object.entries(attributes)) {
          if (node.getAttribute(name) !== value) node.setAttribute(name, value);
        }
      }
    }
    // ipywidgets put blanks into rows at which no line can end, so the end of a title (right? left?) would be cut off;
    // and blanks that indent a row of the tree would not indent its second line.
    for (const row of document.querySelectorAll(".cp-codebook .widget-select option")) {
      const text = row.textContent;
      if (!text.includes("\u00a0")) continue;
      const bare = text.replace(/^\u2003+/, "");
      row.style.paddingLeft = `${text.length - bare.length + 1}em`;
      row.textContent = bare.replaceAll("\u00a0", " ");
    }
    for (const button of document.querySelectorAll(".jp-Notebook .cp-beside[hidden]")) {
      if (window.jupyterapp) button.hidden = false;
    }
  }

  const within = (node, name) => node.closest(".cp-codebook").querySelector(`.${name}`);

  async function copy(panel) {
    const field = panel.querySelector(".cp-line input");
    const told = panel.querySelector(".cp-told .widget-html-content");
    if (!field.value) return;
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = `Copied: ${field.value}`;
    } catch {
      // No clipboard for pages that are not served securely: the line is selected, ready for Ctrl+C.
      field.focus();
      field.select();
      told.textContent = "The line is selected: press Ctrl+C (Cmd+C on a Mac) to copy it.";
    }
  }

  async function beside() {
    const { commands, shell } = window.jupyterapp;
    const notebook = shell.currentWidget;
    const before = new Set(shell.widgets("main"));
    await commands.execute("notebook:create-output-view");
    // JupyterLab opens such a view below the notebook; to its right there is room for both.
    for (const widget of shell.widgets("main")) {
      if (before.has(widget)) continue;
      widget.title.label = "Codebook";
      shell.add(widget, "main", { mode: "split-right", ref: notebook.id });
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".cp-codebook button");
    if (!button) return;
    if (button.classList.contains("cp-copy")) copy(button.closest(".cp-codebook"));
    if (button.classList.contains("cp-beside")) beside();
  });

  // On the window, so before JupyterLab, which would take arrow keys and letters typed in a list for commands to the
  // notebook. Its shortcuts with Ctrl, Cmd or Alt stay.
  window.addEventListener(
    "keydown",
    (event) => {
      const node = event.target;
      if (!node.closest?.(".cp-codebook") || event.ctrlKey || event.metaKey || event.altKey) return;
      const inside = (name) => node.closest(`.${name}`) !== null;
      let done = true;
      if (event.key === "ArrowDown" && inside("cp-search")) within(node, "cp-results").querySelector("select").focus();
      else if (event.key === "Enter" && inside("cp-results")) within(node, "cp-copy").click();
      else if (event.key === "Enter" && inside("cp-tree")) within(node, "cp-open").click();
      else if (event.key === "Escape") {
        const field = within(node, "cp-search").querySelector("input");
        field.focus();
        field.select();
      } else done = false;
      if (done) event.preventDefault();
      if (done || node.matches("select, button")) event.stopPropagation();
    },
    true,
  );

  new MutationObserver(dress).observe(document.body, { childList: true, subtree: true });
  dress();
})();
