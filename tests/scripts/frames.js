// frames.js: animation frames that come when the test lets time pass.

export const clock = {
  now: 0,
  last: 0,
  /** @type {Map<number, (now: number) => void>} */
  waiting: new Map(),

  start() {
    this.now = 1000;
    this.waiting.clear();
  },

  /**
   * Let one frame come, so many milliseconds later.
   * @param {number} milliseconds
   */
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
globalThis.cancelAnimationFrame = (request) => {
  clock.waiting.delete(request);
};
