// page.js: what the scripts expect of a browser, and a clock for animation frames. Imported before any of them.

import { FakeCanvas } from "./canvas.js";

globalThis.window = { devicePixelRatio: 1, location: { href: "http://host/app/" } };
globalThis.document = { body: {}, documentElement: {}, createElement: () => new FakeCanvas() };
globalThis.getComputedStyle = (root) => ({ fontFamily: "sans", getPropertyValue: (name) => root[name] ?? "" });

export const clock = {
  now: 0,
  waiting: new Map(),
  last: 0,

  start() {
    this.now = 1000;
    this.waiting.clear();
  },

  pass(milliseconds) {
    this.now += milliseconds;
    const due = [...this.waiting.values()];
    this.waiting.clear();
    for (const callback of due) callback(this.now);
  },
};
Object.defineProperty(globalThis, "performance", { value: { now: () => clock.now } });
globalThis.requestAnimationFrame = (callback) => {
  clock.waiting.set(++clock.last, callback);
  return clock.last;
};
globalThis.cancelAnimationFrame = (request) => clock.waiting.delete(request);
