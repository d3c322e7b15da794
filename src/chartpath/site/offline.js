// The keeper: answers for the site's own files from the browser's store, and fills the store in the background.
// It stands before JupyterLite's own listeners in this file, which serve the notebooks' drive.
(() => {
  const STORE = "chartpath-" + "@VERSION@";
  const FILES = ["@FILES@"];
  const root = new URL("./", self.location).pathname;
  const known = new Set(FILES);
  const PAUSE = 5000; // the first notebook gets the line to itself
  let filling = null;

  const nameOf = (url) => {
    if (url.origin !== self.location.origin || !url.pathname.startsWith(root)) return null;
    let name = decodeURIComponent(url.pathname.slice(root.length));
    if (name === "" || name.endsWith("/")) name += "index.html";
    return known.has(name) ? name : null;
  };
  const address = (name) => new URL(root + name.split("/").map(encodeURIComponent).join("/"), self.location).href;

  async function answer(name) {
    const store = await caches.open(STORE);
    const kept = await store.match(address(name));
    if (kept) return kept;
    const fresh = await fetch(address(name), { cache: "no-cache" }); // never an older build's
    if (fresh.status === 200) await store.put(address(name), fresh.clone());
    return fresh;
  }

  async function fill() {
    if (navigator.connection && navigator.connection.saveData) return; // the learner asked to save data
    await new Promise((done) => setTimeout(done, PAUSE));
    const store = await caches.open(STORE);
    for (const name of FILES) {
      if (await store.match(address(name))) continue;
      const fresh = await fetch(address(name), { cache: "no-cache" });
      if (fresh.status === 200) await store.put(address(name), fresh);
    }
    await store.put(address(".complete"), new Response(String(FILES.length)));
  }

  self.addEventListener("activate", (event) => {
    event.waitUntil(
      caches.keys().then((names) =>
        Promise.all(names.filter((one) => one.startsWith("chartpath-") && one !== STORE).map((one) => caches.delete(one))),
      ),
    );
  });

  self.addEventListener("fetch", (event) => {
    const name = event.request.method === "GET" ? nameOf(new URL(event.request.url)) : null;
    if (filling === null) {
      filling = fill().catch(() => { filling = null; }); // out of reach: tried again with the next request
      event.waitUntil(filling);
    }
    if (name === null) return;
    event.stopImmediatePropagation();
    event.respondWith(answer(name));
  });
})();
