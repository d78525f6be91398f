// browser.js: what every page asks of the browser besides being drawn.

import { leavePage, touchPage } from "../watch/stream.js";
import { offerLink } from "./copy_link.js";
import { keepFocus } from "./focus.js";
import { keepGuesses } from "./guesses.js";
import { mindMenu } from "./menu.js";
import { mindPath } from "./path.js";
import { Presenter } from "./presenter.js";
import { letPrint } from "./print.js";
import { mindReturn } from "./returning.js";
import { letKeysScroll } from "./reach.js";
import { levelPlayers, nameOpenedParts, nameRepeatedFields, rewordLostConnection, tellOfTrainings } from "./spoken.js";

/**
 * Let a page be one entry of the browser's history, however its controls are moved: Back then leads to the page before.
 *
 * Streamlit adds an entry whenever a script changes its page's query, and one for a page that its server has begun to
 * draw, even if the reader has left that page by Back meanwhile. The first becomes a change of the present entry; the
 * second is left out until the reader touches the page again.
 * @param {Window} window
 */
function keepOneEntryAPage({ document, history, location }) {
  const push = history.pushState.bind(history);
  let wentBack = false;
  window.addEventListener("popstate", () => {
    wentBack = true;
    leavePage();
  });
  for (const touch of ["pointerdown", "keydown"]) {
    document.addEventListener(touch, () => (wentBack = false), { capture: true });
  }
  history.pushState = (state, unused, address) => {
    const target = new URL(address ?? "", location.href);
    const samePage = target.pathname === location.pathname;
    // The entry that Back or Forward led to has its query. The page before may still be heard of, without one.
    if (wentBack && !(samePage && target.search)) return;
    if (samePage) history.replaceState(state, unused, address);
    else push(state, unused, address);
  };
}

/**
 * Note when the reader's hand moves, and when a link leads to another page of the app.
 * @param {Window} window
 */
function noteHand({ document, location }) {
  for (const touch of ["pointerdown", "pointerup", "keydown", "input"]) {
    document.addEventListener(touch, touchPage, { capture: true });
  }
  const note = (/** @type {MouseEvent} */ event) => {
    const link = event.target instanceof Element && event.target.closest("a[href]");
    if (!link) return;
    const { origin, pathname } = new URL(/** @type {HTMLAnchorElement} */ (link).href);
    if (origin === location.origin && pathname !== location.pathname) leavePage();
  };
  document.addEventListener("click", note, { capture: true });
}

const LOOK = 500; // milliseconds between two looks at whether the page is empty
const EMPTY = 1500; // that it may be, with nothing running

/**
 * Load a page anew that has stayed empty: whoever moves a control and leaves in the same moment has Streamlit run a
 * part of the page before in place of the next one.
 * @param {Window} window
 */
function fillEmptyPage({ document, location }) {
  let since = Infinity;
  const look = () => {
    const empty =
      document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]") &&
      !document.querySelector("[data-testid=stMain] [data-testid=stElementContainer]");
    since = empty ? Math.min(since, Date.now()) : Infinity;
    if (Date.now() - since > EMPTY) location.reload();
  };
  setInterval(look, LOOK);
}

/** @typedef {Window & { bnvizMinded?: boolean, bnvizPresenter?: Presenter }} Minded */

/** What tells the server that a key has ended presenter mode; Streamlit brings another with each page. */
let leavePresenter = () => {};

/**
 * Look after the page for as long as the tab lives, whatever Streamlit draws anew.
 * @param {Minded} window
 */
function mindPage(window) {
  if (window.bnvizMinded) return;
  window.bnvizMinded = true;
  keepOneEntryAPage(window);
  noteHand(window);
  fillEmptyPage(window);
  mindMenu(window);
  mindReturn(window, () => askForPage());
  offerLink(window);
  mindPath(window);
  const restoreFocus = keepFocus(window);
  const tell = tellOfTrainings(window);
  window.bnvizPresenter = new Presenter(window, () => leavePresenter());
  letPrint(window, window.bnvizPresenter);
  let asked = 0;
  const reword = () => {
    asked = 0;
    window.bnvizPresenter?.look();
    nameRepeatedFields(window);
    nameOpenedParts(window);
    levelPlayers(window);
    rewordLostConnection(window);
    letKeysScroll(window);
  };
  const onChange = () => {
    restoreFocus();
    tell();
    asked ||= requestAnimationFrame(reword);
  };
  new MutationObserver(onChange).observe(window.document.body, { childList: true, subtree: true });
  window.addEventListener("bnviz-waiting", onChange);
  window.addEventListener("resize", onChange);
  onChange();
}

/** Has the whole page run again; a page's own, as long as it is drawn. */
let askForPage = () => {};

/** @type {WeakMap<Node, string>} */
const themes = new WeakMap();

/**
 * Ask for the page again when the theme has changed: charts and formulas are sent in the colors of one theme.
 * @param {HTMLElement | ShadowRoot} place
 * @param {import("../watch/stream.js").Trigger} setTriggerValue
 */
function followTheme(place, setTriggerValue) {
  const style = getComputedStyle(place instanceof ShadowRoot ? place.host : place);
  const background = style.getPropertyValue("--st-background-color");
  const root = document.documentElement.style;
  root.setProperty("--bnviz-focus", style.getPropertyValue("--st-primary-color"));
  root.setProperty("--bnviz-ground", background);
  root.setProperty("--bnviz-ink", style.getPropertyValue("--st-text-color"));
  const before = themes.get(place);
  themes.set(place, background);
  if (before && before !== background) setTriggerValue("theme", background);
}

/**
 * Streamlit calls this again on the same parent whenever the theme or what it is told changes.
 * @param {import("../watch/stream.js").Call<(import("./guesses.js").Gathered & { presenter: boolean }) | null>} given
 */
export default function mount({ data, parentElement, setTriggerValue }) {
  const minded = /** @type {Minded} */ (window);
  askForPage = () => setTriggerValue("return", Date.now());
  leavePresenter = () => setTriggerValue("left", Date.now());
  mindPage(minded);
  minded.bnvizPresenter?.turn(Boolean(data?.presenter));
  keepGuesses(window, data, setTriggerValue);
  followTheme(parentElement, setTriggerValue);
}
