// link_of_page.js: the link that opens this page as it looks now.

import { ASK_SHOWN, nameInLink, shortKey } from "../watch/link.js";

/** @typedef {Record<string, string>} Shown */

// Parts of an address that a link does not take over: what the browser shows is asked anew, and a frame is no page.
const LEFT = ["player", "figure", "open", "embed", "embed_options"];
const HOSTED_IN = /^\/~\/\+/; // where Streamlit's hosting keeps the app of a page
const KINDS = /** @type {const} */ ({ player: ".player", figure: ".live" });

/**
 * What of the page the server does not know, or keeps for this reader alone: parameter → text.
 * @param {Window} window
 * @returns {Shown}
 */
export function shownOnPage({ document, location }) {
  const asked = new URLSearchParams(location.search);
  const folds = [...document.querySelectorAll("[class*='_fold'] > details[open], [class*='_fold'] details[open]")]
    .map((each) => foldOf(each).replace(/_fold$/, ""))
    .filter((key, place, all) => key && all.indexOf(key) === place);
  /** @type {Shown} */
  const shown = {};
  if (folds.length) shown.open = folds.map((key) => shortKey(key, location.pathname)).join("-");
  if (!asked.has("guess") && isGivenAway(document)) shown.guess = "shown";
  for (const kind of /** @type {(keyof typeof KINDS)[]} */ (Object.keys(KINDS))) {
    Object.assign(shown, shownByAll(document, kind, location.pathname));
  }
  return shown;
}

/**
 * The key of the fold that an element belongs to, "" if to none.
 * @param {Element} element
 */
function foldOf(element) {
  const names = [...(element.closest("[class*='st-key-']")?.classList ?? [])];
  const key = names.find((each) => each.startsWith("st-key-") && each.endsWith("_fold"));
  return key ? key.slice("st-key-".length) : "";
}

/**
 * Whether the page asks for a guess and no longer waits for it.
 * @param {Document} document
 */
function isGivenAway(document) {
  const asks = document.querySelector("[class*='_prediction'], [class*='the_question_guess']");
  const waits = document.querySelector("[class*='st-key-story_'] :is([class*='_skip'], [class*='_reveal'])");
  return Boolean(asks) && !waits && !hosts(document).some((host) => host.shadowRoot?.querySelector(".player.held"));
}

/** @param {Document} document */
function hosts(document) {
  const places = document.querySelectorAll("[data-testid=stMain] [data-testid=stBidiComponentIsolated]");
  return [...places].flatMap((place) => [place, ...place.children].filter((each) => each.shadowRoot));
}

/**
 * @param {Document} document
 * @param {keyof typeof KINDS} kind
 * @param {string} path
 * @returns {Shown}
 */
function shownByAll(document, kind, path) {
  /** @type {[string, Shown][]} */
  const all = [];
  for (const host of hosts(document)) {
    const root = host.shadowRoot?.querySelector(KINDS[kind]);
    if (!root) continue;
    const asked = new CustomEvent(ASK_SHOWN, { detail: { shown: {} } });
    root.dispatchEvent(asked);
    all.push([nameInLink(host, kind, path), asked.detail.shown]);
  }
  const named = all.flatMap(([name, shown]) =>
    Object.entries(shown).map(([what, text]) => [all.length > 1 ? `${kind}.${name}.${what}` : `${kind}.${what}`, text]),
  );
  return Object.fromEntries(named);
}

/**
 * @param {{ origin: string, pathname: string, search: string }} location
 * @param {Shown} shown
 */
export function linkTo({ origin, pathname, search }, shown) {
  const query = new URLSearchParams(search);
  for (const name of [...query.keys()]) if (LEFT.includes(name.split(".")[0])) query.delete(name);
  for (const [name, text] of Object.entries(shown)) query.set(name, text);
  const written = query.toString();
  return `${origin}${pathname.replace(HOSTED_IN, "")}${written ? `?${written}` : ""}`;
}
