// menu.js: the sidebar of a phone or a tablet, which lies over the page and has to get out of its way.

const DRAWER = "(max-width: 1199.98px)"; // as in page.css
const CLOSED_FOR_READER = "bnviz-menu-closed"; // kept in the browser, as Streamlit keeps whether its sidebar is open

/**
 * Close the menu where it would cover the page: when the page opens, and once the reader has chosen or gone on.
 * @param {Window} window
 */
export function mindMenu({ document, localStorage }) {
  /** @type {(selector: string) => HTMLElement | null} */
  const part = (selector) => document.querySelector(selector);
  const drawer = matchMedia(DRAWER);
  const sidebar = () => part("[data-testid=stSidebar]");
  const button = () => part("[data-testid=stSidebarCollapseButton] button"); // there while it is open
  const isOver = () => drawer.matches && button() !== null;
  const holds = (/** @type {Element} */ target) => sidebar()?.contains(target) ?? false;
  const close = () => {
    localStorage.setItem(CLOSED_FOR_READER, "yes");
    button()?.click();
  };
  const arrange = () => {
    if (isOver()) close();
    // On a desk it was not the reader who closed it.
    if (!drawer.matches && localStorage.getItem(CLOSED_FOR_READER)) {
      localStorage.removeItem(CLOSED_FOR_READER);
      part("[data-testid=stExpandSidebarButton]")?.click();
    }
    document.documentElement.classList.add("bnviz-menu-minded");
  };
  arrange();
  drawer.addEventListener("change", arrange);
  document.addEventListener(
    "click",
    (event) => {
      const target = /** @type {Element} */ (event.target);
      if (!isOver() || !holds(target) || !target.closest("a")) return;
      // Streamlit's own listener follows the link first.
      setTimeout(() => {
        close();
        part("[data-testid=stMain]")?.focus({ preventScroll: true });
      });
    },
    { capture: true },
  );
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOver() || !holds(/** @type {Element} */ (event.target))) return;
    close();
    setTimeout(() => part("[data-testid=stExpandSidebarButton]")?.focus());
  });
  const leave = (/** @type {Event} */ event) => {
    if (
      isOver() &&
      /** @type {Partial<Element>} */ (event.target).closest?.("[data-testid=stMain], [data-testid=stHeader]")
    ) {
      close();
    }
  };
  document.addEventListener("pointerdown", leave);
  document.addEventListener("focusin", leave);
}
