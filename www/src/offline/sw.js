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
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== scope.location.origin) return;
  // The module of public keys is not among the files: it is kept from its first use.
  const load = async (/** @type {Cache} */ cache) => {
    const response = await fetch(request);
    if (response.ok && /\/assets\/public-key-/.test(url.pathname)) await cache.put(request, response.clone());
    return response;
  };
  event.respondWith(
    caches
      .open(CACHE)
      .then(async (cache) => (await cache.match(request, { ignoreSearch: true })) ?? load(cache)),
  );
});
