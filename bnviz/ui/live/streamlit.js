// streamlit.js: what Streamlit calls. The figure itself knows nothing of it.

import { Family } from "./family.js";
import { LiveFigure } from "./figure.js";
import { showLinked, shownByFigure } from "./shown.js";
import { answerShown, takeFromLink } from "../watch/link.js";
import { fetchFromApp } from "../watch/stream.js";

/**
 * @typedef {{ figure: LiveFigure, call: number, sent: number, data: any, source: string | null,
 *   wish: Record<string, string> | null }} Entry
 */

const UNTIL_GONE = 1000; // milliseconds without a call after which a figure that was cleaned up is gone

// Streamlit calls this again whenever data or theme change, on the same parent, without cleaning up first.
/** @type {WeakMap<HTMLElement, Entry>} */
const entries = new WeakMap();

/**
 * The values that a reader chose go to the server with a number that grows. What comes back names the last number that
 * the server has seen, so that an answer to an earlier release does not move what was released since.
 *
 * @param {{ data: any, parentElement: HTMLElement, setStateValue: (name: string, value: any) => void }} call
 */
export default function mountLive({ data, parentElement, setStateValue }) {
  let entry = entries.get(parentElement);
  if (!entry) {
    const root = /** @type {HTMLElement} */ (parentElement.querySelector(".live"));
    /** @type {Entry} */
    const made = {
      figure: new LiveFigure(root, (values) => {
        made.sent = Math.max(Date.now(), made.sent + 1);
        setStateValue("chosen", { values, serial: made.sent });
      }),
      ...{ call: 0, sent: 0, data, source: null, wish: takeFromLink(root, "figure") },
    };
    answerShown(root, () => shownByFigure(made.figure, made.data.keeps));
    entry = made;
    entries.set(parentElement, entry);
  }
  const call = ++entry.call;
  entry.data = data;
  if (data.family && data.family !== entry.source) bring(entry, data.family);
  else if (!data.family || entry.figure.family) show(entry);
  return () => {
    // On a slow machine Streamlit also cleans up just before it calls again, on the same parent: taken down at once, the
    // figure would be made anew under the hand, which would lose its slider.
    setTimeout(() => {
      if (call !== entry?.call) return;
      entry.figure.destroy();
      entries.delete(parentElement);
    }, UNTIL_GONE);
  };
}

/** @param {Entry} entry */
function show(entry) {
  const { figure, data, sent, wish } = entry;
  figure.show(data.scene, data.serial >= sent ? data.values : figure.values, data.held);
  if (!wish || data.held) return;
  entry.wish = null;
  showLinked(figure, wish, data.keeps);
}

/**
 * Fetch the results that a figure looks up, and show it with them.
 *
 * @param {Entry} entry
 * @param {string} address
 */
async function bring(entry, address) {
  entry.source = address;
  const answer = await fetchFromApp(address);
  const bytes = answer && new Uint8Array(await answer.arrayBuffer());
  if (!bytes || entry.source !== address) return;
  entry.figure.family = new Family(bytes);
  show(entry);
}
