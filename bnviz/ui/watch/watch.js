// watch.js: how far the work for one place of the page has come, a Stop button, and the word that it has ended.

import { askInTurn, JobStream, partOf, showWaiting } from "./stream.js";

const ASK_AGAIN = 3000; // milliseconds after which a question that nobody has answered is asked once more
/** @type {WeakMap<ParentNode, { bar: Bar, call: number }>} */
const bars = new WeakMap();

/**
 * @typedef {import("./stream.js").Waiting} Waiting
 * @typedef {import("./stream.js").Running} Running
 * @typedef {{ total: number, before: number, unit: string }} Course `before` of `total` steps were there at first.
 * @typedef {Course & { stream: string, watch: string, words: string }} Data
 * @typedef {import("./stream.js").Trigger} Trigger
 */

/**
 * What a place says of its job: how much of it is done, in words and as a share of 1.
 * @param {Waiting | Running} news
 * @param {Course} course
 */
export function describeJob(news, { total, before, unit }) {
  if (news.kind === "waiting") {
    const { ahead } = news;
    const others = ahead === 1 ? "1 other training runs" : `${ahead} other trainings run`;
    return { words: ahead ? `Waiting: ${others} first.` : "Waiting: a long training has its turn.", share: 0 };
  }
  const { step, seconds } = news;
  const done = before + step;
  const left = step > 0.02 * (total - before) ? `, about ${Math.ceil((seconds * (total - done)) / step)} s left` : "";
  return {
    words: `${unit ? "Training" : "Computing"}: ${unit || "step"} ${done} of ${total}${left}`,
    share: Math.min(1, done / total),
  };
}

class Bar {
  /** @param {Element} root */
  constructor(root) {
    this.root = root;
    this.part = (/** @type {string} */ selector) => partOf(root, selector);
    /** @type {() => void} */
    this.leave = () => {};
    /** @type {Trigger} */
    this.trigger = () => {};
    /** @type {Data | undefined} */
    this.data = undefined;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.asking = undefined;
    this.part("button").addEventListener("click", () => this.trigger("stop", this.data?.watch));
  }

  /**
   * Follow the job that `data` names.
   * @param {Data} data
   * @param {Trigger} trigger
   */
  follow(data, trigger) {
    this.trigger = trigger;
    const same = this.data?.watch === data.watch;
    this.data = data;
    this.part(".words").textContent ||= data.words;
    if (same) return;
    this.close();
    showWaiting(this.root, true);
    const since = Date.now();
    const ask = () => askInTurn(() => this.trigger("look", Date.now()), since);
    const end = () => {
      ask();
      this.asking = setInterval(ask, ASK_AGAIN);
    };
    this.leave = JobStream.at(data.stream).join(data.watch, {
      look: ask,
      hear: (news) => {
        if (news.kind === "ended") end();
        else if (news.kind === "more") ask();
        else if (news.kind !== "part") this.show(describeJob(news, this.data ?? data));
      },
    });
  }

  /** @param {{ words: string, share: number }} progress */
  show({ words, share }) {
    this.part(".words").textContent = words;
    const bar = this.part("[role=progressbar]");
    bar.style.setProperty("--share", String(share));
    bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
  }

  close() {
    clearInterval(this.asking);
    this.leave();
    showWaiting(this.root, false);
  }
}

/**
 * Streamlit calls this again whenever data or theme change, on the same parent.
 * @param {import("./stream.js").Call<Data>} given
 */
export default function mount({ data, parentElement, setTriggerValue }) {
  const entry = bars.get(parentElement) ?? { bar: new Bar(partOf(parentElement, ".watch")), call: 0 };
  bars.set(parentElement, entry);
  const call = ++entry.call;
  entry.bar.follow(data, setTriggerValue);
  return () => {
    if (call !== entry.call) return;
    entry.bar.close();
    bars.delete(parentElement);
  };
}
