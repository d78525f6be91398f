// figures.js: what of a page can fill the screen: its players, live figures, charts and tables, as they stand on it.

const MAIN = "[data-testid=stMain]";
const EXPANDER = "[data-testid=stExpander]";
const CONTAINER = "[data-testid=stElementContainer]";
const DRAWN = ["stBidiComponentIsolated", "stVegaLiteChart", "stTable", "stDataFrame"]
  .map((name) => `${MAIN} [data-testid=${name}]`)
  .join(", ");

/**
 * A figure: the element of the page that holds it, and where it is a player or a live figure the root of that. A player
 * shows several things one after the other; `view` is one of them.
 * @typedef {{ element: HTMLElement, root: HTMLElement | null, view: string, title: string }} Figure
 */

/**
 * What a component has drawn in a document of its own.
 * @param {Element} place
 * @returns {HTMLElement | null}
 */
function rootIn(place) {
  const host = [place, ...place.querySelectorAll("*")].find((each) => each.shadowRoot);
  return host?.shadowRoot?.querySelector(".player, .live") ?? null;
}

/** @param {HTMLElement | null} root */
function viewsOf(root) {
  if (!root?.classList.contains("player")) return [""];
  if (root.classList.contains("layer-view")) return ["lines"];
  const plane = /** @type {HTMLElement | null} */ (root.querySelector(".plane"));
  return plane && !plane.hidden ? ["cells", "plane", "lines"] : ["cells", "lines"];
}

/** @param {Element} element */
function titleOf(element) {
  const fold = element.closest(EXPANDER)?.querySelector("summary p");
  return (fold ?? element.ownerDocument.querySelector(`${MAIN} h1`))?.textContent?.trim() ?? "";
}

/**
 * The figures of a page in reading order.
 * @param {Document} document
 * @returns {Figure[]}
 */
export function figuresOf(document) {
  return [...document.querySelectorAll(/** @type {"div"} */ (DRAWN))].flatMap((place) => {
    const element = /** @type {HTMLElement | null} */ (place.closest(CONTAINER));
    const isPart = place.matches("[data-testid^=stBidi]");
    const root = isPart ? rootIn(place) : null;
    if (!element || (isPart && !root) || !element.checkVisibility()) return [];
    const title = titleOf(element);
    return viewsOf(root).map((view) => ({ element, root, view, title }));
  });
}

/**
 * The words that belong to a page's hero: the scene with the guess, and what came of it.
 * @param {Document} document
 * @returns {HTMLElement[]}
 */
export function wordsOf(document) {
  const places =
    "[class*=st-key-story_]:not(.st-key-story_answer), .st-key-the_question_guess, .st-key-the_question_words";
  return [...document.querySelectorAll(/** @type {"div"} */ (places))];
}

/**
 * The button by which a reader says that no guess is wanted, while it is there: of the guess that the figure is about,
 * which is the page's, or that of its fold.
 * @param {Document} document
 * @param {Figure | null} figure
 * @returns {HTMLElement | null}
 */
export function skipOf(document, figure) {
  const { root, element } = figure ?? {};
  if (root?.classList.contains("held") && root.classList.contains("player")) return root.querySelector(".skip");
  const fold = element?.closest(EXPANDER);
  const button = /** @type {"button"} */ ('[class*="_skip"] button');
  return fold ? fold.querySelector(button) : document.querySelector(`${MAIN} [class*="st-key-story_"] ${button}`);
}

/**
 * Choose a step of a figure's story.
 * @param {HTMLElement | null} root
 * @param {(chosen: number, count: number) => number} choose takes the place of the one that is shown, -1 for none
 * @returns {boolean} whether there is such a step
 */
export function takeStep(root, choose) {
  const buttons = [...(root?.querySelectorAll(/** @type {"button"} */ (".step-button")) ?? [])];
  const chosen = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
  const button = buttons[choose(chosen, buttons.length)];
  if (!button || button.closest("[inert]")) return false;
  button.click();
  return true;
}
