/** The service worker: caches the page's own files for offline use, and nothing else. */
const CACHE = "hookseal-__VERSION__";
const FILES = __FILES__;
const scope = /** @type {any} */ (self);

scope.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      // The browser's HTTP cache has the hashed files, which the page has just loaded. The page itself has no hash in its
      // name, so a cached one may be outdated.
      .then((cache) =>
        cache.addAll(FILES.map((name) => (name === "./" ? new Request(name, { cache: "reload" }) : name))),
      )
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith("hookseal-") && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => scope.clients.claim()),
  );
});

scope.addEventListener("fetch", (/** @type {any} */ event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== scope.location.origin) return;
  event.respondWith(
    caches
      .open(CACHE)
      .then((cache) => cache.match(event.request, { ignoreSearch: true }))
      .then((cached) => cached ?? fetch(event.request)),
  );
});
