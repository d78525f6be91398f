// streamlit.js: what Streamlit calls. The figure itself knows nothing of it.

import { Family } from "./family.js";
import { LiveFigure } from "./figure.js";
import { showLinked, shownByFigure } from "./shown.js";
import { answerShown, takeFromLink } from "../watch/link.js";
import { Places } from "../watch/places.js";
import { fetchFromApp, partOf } from "../watch/stream.js";

/**
 * `send` is the latest way to the server, `sent` the number of the last release, `wish` what a link still asks for.
 * @typedef {(name: string, value: any) => void} Send
 * @typedef {{ figure: LiveFigure, send: Send, sent: number, data: any, source: string | null,
 *   wish: Record<string, string> | null }} Entry
 */

/** @type {Places<Entry>} */
const places = new Places(
  (parent) => {
    const root = partOf(parent, ".live");
    const release = (/** @type {import("./types.js").Values} */ values) => {
      made.sent = Math.max(Date.now(), made.sent + 1);
      made.send("chosen", { values, serial: made.sent });
    };
    /** @type {Entry} */
    const made = {
      figure: new LiveFigure(root, release),
      ...{ send: () => {}, sent: 0, data: null, source: null, wish: takeFromLink(root, "figure") },
    };
    answerShown(root, () => shownByFigure(made.figure, made.data.keeps));
    return made;
  },
  ({ figure }) => figure.destroy(),
);

/**
 * The values that a reader chose go to the server with a number that grows. What comes back names the last number that
 * the server has seen, so that an answer to an earlier release does not move what was released since.
 *
 * @param {{ data: any, parentElement: HTMLElement, setStateValue: Send }} call
 */
export default function mountLive({ data, parentElement, setStateValue }) {
  const { thing: entry, onLeave } = places.at(parentElement);
  Object.assign(entry, { data, send: setStateValue });
  if (data.family && data.family !== entry.source) bring(entry, data.family);
  else if (!data.family || entry.figure.family) show(entry);
  return onLeave();
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
  entry.figure.rest(); // other numbers at the same values
}
