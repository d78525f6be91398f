// presenter_keys.js: the keys of presenter mode, as they are listed under "?" and as they are pressed.

/**
 * @typedef {"on" | "back" | "nextFigure" | "figureBefore" | "nextPage" | "pageBefore" | "step" | "figureKey" | "freeze"
 *   | "blank" | "answer" | "bigger" | "smaller" | "usual" | "page" | "help" | "leave"} Wish
 * @typedef {{ keys: string[], shown: string, wish: Wish, words: string, oneFigure?: boolean }} Key
 */

/**
 * Each with what it does; `oneFigure` marks those that the whole page, where it is shown, has its own use for. None is
 * "r" or "c": these are Streamlit's.
 * @type {Key[]}
 */
export const KEYS = [
  {
    keys: ["PageDown"],
    shown: "Page ↓",
    wish: "on",
    words: "Go on: the next step, then the next figure, then the next page. Presentation remotes send it too.",
    oneFigure: true,
  },
  { keys: ["PageUp"], shown: "Page ↑", wish: "back", words: "Go back the same way.", oneFigure: true },
  { keys: ["ArrowDown"], shown: "↓", wish: "nextFigure", words: "Next figure.", oneFigure: true },
  { keys: ["ArrowUp"], shown: "↑", wish: "figureBefore", words: "Previous figure.", oneFigure: true },
  { keys: [..."123456789"], shown: "1 to 9", wish: "step", words: "This step of the story.", oneFigure: true },
  { keys: ["n"], shown: "n", wish: "nextPage", words: "Next page." },
  { keys: ["p"], shown: "p", wish: "pageBefore", words: "Previous page." },
  {
    keys: ["a"],
    shown: "a",
    wish: "answer",
    words: "Reveal what waits for a guess; then show the page's answer, or cover it again.",
  },
  { keys: ["b", "."], shown: "b or .", wish: "blank", words: "Hide the figure, or reveal it." },
  { keys: ["f"], shown: "f", wish: "freeze", words: "Freeze the figure, or let it go on.", oneFigure: true },
  { keys: ["+", "="], shown: "+", wish: "bigger", words: "Larger." },
  { keys: ["-"], shown: "−", wish: "smaller", words: "Smaller." },
  { keys: ["0"], shown: "0", wish: "usual", words: "The usual size." },
  { keys: ["w"], shown: "w", wish: "page", words: "The whole page, or one figure." },
  { keys: ["?"], shown: "?", wish: "help", words: "These keys." },
  { keys: ["Escape"], shown: "Esc", wish: "leave", words: "Leave presenter mode." },
];

/** What the figure itself does with a key while it fills the screen. */
export const FIGURE_KEYS = [
  { keys: [" "], shown: "space", words: "Player: play or pause." },
  {
    keys: ["ArrowLeft", "ArrowRight"],
    shown: "← →",
    words: "Player: one frame back or forward. Other figures: a step.",
  },
  { keys: ["Home", "End"], shown: "Home End", words: "Player: to the start or to the end." },
];

/** And once one of its controls has the focus. */
export const FOCUS_KEYS = [
  { shown: "Tab", words: "From control to control." },
  { shown: "← → ↑ ↓", words: "A slider, a handle, or an example that is followed: a little more or less." },
  { shown: "Enter Esc", words: "An example that is followed: the next of its class, or none." },
];

const TYPED_INTO = "input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable]";
const MOVED =
  "input, select, textarea, [role=slider], [role=radio], [role=tab], [role=listbox], summary, canvas[tabindex]";

/**
 * What a key press asks of presenter mode, null where it is not for it: whoever types, or moves a control that has the
 * focus, keeps these keys.
 * @param {KeyboardEvent} event
 * @param {boolean} oneFigure whether one figure fills the screen
 * @returns {{ wish: Wish, key: string } | null}
 */
export function wishOf(event, oneFigure) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null;
  const target = /** @type {Partial<Element>} */ (event.composedPath()[0] ?? {});
  const inside = (/** @type {string} */ selector) => Boolean(target.closest?.(selector));
  if (inside(TYPED_INTO)) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const own = KEYS.find(({ keys }) => keys.includes(key));
  const ofFigure = FIGURE_KEYS.some(({ keys }) => keys.includes(key));
  if (own?.wish === "leave") return inside("[role=dialog]") ? null : { wish: "leave", key };
  // A control that has the focus has its own use for what moves, and a button for space.
  if (key.length > 1 && inside(MOVED)) return null;
  if (key === " " && inside("button, a, summary, input")) return null;
  if (own) return own.oneFigure && !oneFigure ? null : { wish: own.wish, key };
  return ofFigure && oneFigure ? { wish: "figureKey", key } : null;
}

const SMALLEST = 0.6;
const LARGEST = 2.5;
const STEP = 1.1;
const DESK = { width: 960, height: 540 }; // pixels of a screen on which the last row could read the usual type

/**
 * How many times larger than on a desk things are shown: as a screen of 960 by 540 pixels would show them, so that text
 * of 14 pixels is 2.6 % of the height of any screen.
 * @param {number} width
 * @param {number} height
 * @param {number} taste steps larger, or smaller, that the reader wants it
 */
export function enlargement(width, height, taste = 0) {
  const usual = Math.max(1, Math.min(width / DESK.width, height / DESK.height));
  return Math.round(100 * usual * Math.min(LARGEST, Math.max(SMALLEST, STEP ** taste))) / 100;
}
