// reach.js: what is wider than its place, on a small or enlarged screen, scrolls there; keys reach it too.

const SCROLLING = {
  Formula: "[data-testid=stMain] .katex-display",
  Table: "[data-testid=stMain] [data-testid=stTable] > div",
};

/**
 * Make a stop of each formula and each table that scrolls, and of none that does not.
 * @param {Window} window
 */
export function letKeysScroll({ document }) {
  for (const [name, selector] of Object.entries(SCROLLING)) {
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))) {
      const scrolls = part.scrollWidth > part.clientWidth;
      if (scrolls === part.hasAttribute("tabindex")) continue;
      const said = { tabindex: "0", role: "group", "aria-label": `${name}, scrolls sideways` };
      for (const [attribute, value] of Object.entries(said)) {
        if (scrolls) part.setAttribute(attribute, value);
        else part.removeAttribute(attribute);
      }
    }
  }
}
