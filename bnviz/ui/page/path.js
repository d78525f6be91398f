// path.js: the way from page to page by keys, and the answer that a teacher's link hides.

/** The icon of a footer's link, by the letter that follows it together with Alt. */
const WAYS = { KeyN: "arrow_forward", KeyP: "arrow_back" };

/** What reveals the answer of a page, whoever asks: dispatched on the window. */
export const REVEAL = "bnviz-reveal";

/**
 * Follow the footer's link to the next page (Alt+N) or the one before (Alt+P), and reveal on demand.
 *
 * Keys together with Alt, since a letter alone would act while someone dictates, and the arrows with Alt are the
 * browser's. Letters by their place on the keyboard: with Alt, a Mac writes other characters.
 * @param {Window} window
 */
export function mindPath(window) {
  const { document } = window;
  window.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
    const icon = WAYS[/** @type {keyof typeof WAYS} */ (event.code)];
    if (!icon || !followWay(document, icon)) return;
    event.preventDefault();
  });
  window.addEventListener(REVEAL, () => revealAnswer(document));
}

/**
 * Follow the footer's link with this icon. Returns whether there is one.
 * @param {Document} document
 * @param {string} icon
 */
function followWay(document, icon) {
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll(".st-key-frame_footer a[href]");
  const way = [...links].find((link) => link.textContent.startsWith(icon) || link.textContent.endsWith(icon));
  way?.click();
  return way !== undefined;
}

/**
 * Press the button that reveals the answer of the page. Returns whether there is one.
 * @param {Document} document
 */
export function revealAnswer(document) {
  /** @type {HTMLButtonElement | null} */
  const button = document.querySelector("[class*='st-key-'][class*='_reveal'] button");
  button?.click();
  return button !== null;
}

/**
 * Name the keys on the footer's links, for who is told of keys.
 * @param {Window} window
 */
export function nameWays({ document }) {
  for (const link of document.querySelectorAll(".st-key-frame_footer a[href]:not([aria-keyshortcuts])")) {
    for (const [code, icon] of Object.entries(WAYS)) {
      if (link.textContent.startsWith(icon) || link.textContent.endsWith(icon)) {
        link.setAttribute("aria-keyshortcuts", `Alt+${code.slice(-1)}`);
        link.setAttribute("title", `Alt+${code.slice(-1)}`);
      }
    }
  }
}
