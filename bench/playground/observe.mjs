// What runs in the measured page, before its own scripts: it observes the browser's own entries, and changes nothing.

/** Sets `measured`, with functions that later steps of a measurement call. */
export const OBSERVE = `{
  const measured = { shift: 0, paint: 0, largest: 0, largestOf: "" };
  globalThis.measured = measured;
  const observe = (type, callback) =>
    new PerformanceObserver((list) => list.getEntries().forEach(callback)).observe({ type, buffered: true });
  observe("layout-shift", ({ value, hadRecentInput }) => { if (!hadRecentInput) measured.shift += value; });
  observe("paint", ({ name, startTime }) => { if (name === "first-contentful-paint") measured.paint = startTime; });
  observe("largest-contentful-paint", ({ startTime, element }) => {
    measured.largest = startTime;
    measured.largestOf = element?.outerHTML.slice(0, 80) ?? "";
  });

  /** Calls back when what is in the document now is painted. */
  const painted = (callback) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = callback;
      port2.postMessage(undefined);
    });
  const mark = (name) => performance.mark("measured-" + name);

  /** Marks the next key, the paint of another verdict, and the paint of all there is to say. */
  measured.watchKey = () => {
    measured.done = new Promise((resolve) => {
      const verdict = document.querySelector("#mode-inspect .verdict");
      const kicker = () => verdict.querySelector(".kicker")?.textContent;
      const before = kicker();
      let isTyped = false;
      let step = 0;
      addEventListener("keydown", () => { isTyped = true; mark("key"); }, { capture: true, once: true });
      const look = () => {
        if (!isTyped || kicker() === before) return;
        if (step === 0) {
          step = 1;
          painted(() => { mark("verdict"); step = 2; look(); });
        } else if (step === 2 && verdict.dataset.busy === "false") {
          step = 3;
          observer.disconnect();
          painted(() => { mark("all"); resolve(); });
        }
      };
      const observer = new MutationObserver(look);
      observer.observe(verdict, { subtree: true, childList: true, attributes: true, characterData: true });
    });
  };

  /** Marks when an archive is opened, when its list can be used, and when all of its deliveries are checked. */
  measured.watchOpening = (amount) => {
    measured.done = new Promise((resolve) => {
      let step = 0;
      addEventListener("change", () => { step = 1; mark("open"); }, { capture: true, once: true });
      const list = document.querySelector("#mode-inspect .archive");
      const look = () => {
        if (step === 1 && list.querySelector("li") !== null && !list.hidden) {
          step = 2;
          painted(() => { mark("list"); step = 3; look(); });
        }
        if (step !== 3) return;
        const texts = [...list.querySelectorAll(".segments button")].map(({ textContent }) => textContent);
        const number = (title) => Number(texts.find((text) => text.startsWith(title))?.replace(/\\D/g, "") ?? 0);
        if (number("Rejected") + number("Not checked") + number("Accepted") < amount) return;
        step = 4;
        observer.disconnect();
        mark("checked");
        resolve();
      };
      const observer = new MutationObserver(look);
      observer.observe(list, { subtree: true, childList: true, attributes: true, characterData: true });
    });
  };
}`;
