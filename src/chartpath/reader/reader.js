// The record as a reader: its documents become tabs, a field finds words in all of them, a phrase is copied as evidence.
// Without this script the documents stand open one below another, as they do on paper.
"use strict";
(() => {
  const tidy = (text) => text.replace(/\s+/g, " ").trim();
  // A straight quotation mark inside the phrase would end it.
  const quote = (text) => (text.includes('"') ? `“${text}”` : `"${text}"`);
  const kept = [];
  let serial = 0;

  function paint(name, ranges) {
    if (!globalThis.Highlight) return;
    CSS.highlights.set(name, new Highlight(...ranges));
  }

  function ranges(pre, words) {
    // One text over all nodes, so that a hit may run across a mark.
    const nodes = [];
    const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
    let text = "";
    while (walker.nextNode()) {
      nodes.push([text.length, walker.currentNode]);
      text += walker.currentNode.data;
    }
    const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const at = (place) => {
      const [start, node] = nodes.findLast(([start]) => start <= place);
      return [node, place - start];
    };
    return [...text.matchAll(new RegExp(escaped.join("\\s+"), "gi"))].map((hit) => {
      const range = document.createRange();
      range.setStart(...at(hit.index));
      const [node, offset] = at(hit.index + hit[0].length - 1);
      range.setEnd(node, offset + 1);
      return range;
    });
  }

  function tabs(reader, documents) {
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", "Documents of the record");
    const buttons = documents.map((one, number) => {
      const id = `cr-${++serial}-${Date.now()}`;
      const heading = one.querySelector("summary");
      const [title, ...rest] = heading.textContent.split(" · ");
      const button = document.createElement("button");
      button.type = "button";
      button.id = `${id}-tab`;
      button.append(title);
      if (rest.length) {
        const small = document.createElement("small");
        small.textContent = rest.join(" · ");
        button.append(" ", small);
      }
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", id);
      button.addEventListener("click", () => show(number));
      heading.hidden = true;
      // A <details> has a role of its own; its text moves into a panel.
      const panel = document.createElement("div");
      panel.id = id;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", button.id);
      panel.append(...[...one.childNodes].filter((node) => node !== heading));
      one.replaceWith(panel);
      documents[number] = panel;
      list.append(button);
      return button;
    });
    function show(number, focus) {
      buttons.forEach((button, other) => {
        button.setAttribute("aria-selected", String(other === number));
        button.tabIndex = other === number ? 0 : -1;
        documents[other].hidden = other !== number;
      });
      if (focus) buttons[number].focus();
    }
    list.moved = (event) => {
      const now = buttons.indexOf(event.target.closest("[role=tab]"));
      const last = buttons.length - 1;
      const to = { ArrowRight: now === last ? 0 : now + 1, ArrowLeft: now === 0 ? last : now - 1, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      show(to, true);
    };
    documents[0].before(list);
    show(0);
    return show;
  }

  function dress(reader) {
    reader.dataset.ready = "yes";
    // Two readers of one record need two names.
    const name = reader.getAttribute("aria-label");
    const same = [...document.querySelectorAll(".cr-reader[data-name]")].filter((other) => other.dataset.name === name);
    reader.dataset.name = name;
    if (same.length) reader.setAttribute("aria-label", `${name} (${same.length + 1})`);
    const pages = [...reader.querySelectorAll("details")].filter((one) => one.querySelector("pre"));
    const show = pages.length > 1 ? tabs(reader, pages) : () => {};
    const texts = [...reader.querySelectorAll("pre")];
    const tools = reader.querySelector(".cr-tools");
    const [field, told] = [tools.querySelector("input"), tools.querySelector(".cr-told")];
    let found = [];
    let now = -1;
    tools.hidden = false;
    texts.forEach((pre) => (pre.tabIndex = 0));

    function step(by) {
      if (!found.length) return;
      now = (now + by + found.length) % found.length;
      const [page, range] = found[now];
      show(page);
      paint("cr-found", found.map(([, one]) => one));
      paint("cr-now", [range]);
      range.startContainer.parentElement.scrollIntoView({ block: "nearest" });
      told.textContent = `${now + 1} of ${found.length}: ${tidy(range.toString())}`;
    }
    function find() {
      const words = field.value.split(/\s+/).filter(Boolean);
      found = words.length ? texts.flatMap((pre, page) => ranges(pre, words).map((range) => [page, range])) : [];
      now = -1;
      paint("cr-found", []);
      paint("cr-now", []);
      told.textContent = words.length && !found.length ? "Not in this record." : "";
      step(1);
    }
    async function take() {
      const chosen = document.getSelection();
      const own = chosen.rangeCount && !chosen.isCollapsed && texts.some((pre) => pre.contains(chosen.anchorNode) && pre.contains(chosen.focusNode));
      const range = own ? chosen.getRangeAt(0).cloneRange() : found[now]?.[1];
      if (!range) {
        told.textContent = "Select a phrase in the record, or find it, and then copy it.";
        return;
      }
      const phrase = quote(tidy(range.toString()));
      kept.push(range);
      paint("cr-kept", kept);
      try {
        await navigator.clipboard.writeText(phrase);
        told.textContent = `Copied: ${phrase}`;
      } catch {
        told.textContent = `No clipboard here. Type it behind the code: ${phrase}`;
      }
    }
    field.addEventListener("input", find);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        step(event.shiftKey ? -1 : 1);
      }
    });
    // A button that took the focus on a click would take the selection away.
    tools.querySelector(".cr-quote").addEventListener("mousedown", (event) => event.preventDefault());
    tools.querySelector(".cr-quote").addEventListener("click", take);
    tools.querySelector(".cr-back").addEventListener("click", () => step(-1));
    tools.querySelector(".cr-on").addEventListener("click", () => step(1));
  }

  // On the window, so before JupyterLab, which would take plain keys for commands to the notebook.
  if (!window.chartpathReader) {
    window.chartpathReader = true;
    window.addEventListener(
      "keydown",
      (event) => {
        const node = event.target;
        if (!node.closest?.(".cr-reader") || event.ctrlKey || event.metaKey || event.altKey) return;
        node.closest("[role=tablist]")?.moved(event);
        if (node.matches("button, pre, summary")) event.stopPropagation();
      },
      true,
    );
  }

  document.querySelectorAll(".cr-reader:not([data-ready])").forEach(dress);
})();
