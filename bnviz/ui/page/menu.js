// menu.js: the sidebar of a phone or a tablet, which lies over the page and has to get out of its way.

const DRAWER = "(max-width: 1199.98px)"; // as in page.css
const CLOSED_FOR_READER = "bnviz-menu-closed"; // kept in the browser, as Streamlit keeps whether its sidebar is open

/** Close the menu where it would cover the page: when the page opens, and once the reader has chosen or gone on. */
export function mindMenu({ document, localStorage }) {
  const drawer = matchMedia(DRAWER);
  const sidebar = () => document.querySelector("[data-testid=stSidebar]");
  const button = () => document.querySelector("[data-testid=stSidebarCollapseButton] button"); // there while it is open
  const isOver = () => drawer.matches && button() !== null;
  const holds = (target) => sidebar()?.contains(target) ?? false;
  const close = () => {
    localStorage.setItem(CLOSED_FOR_READER, "yes");
    button()?.click();
  };
  const arrange = () => {
    if (isOver()) close();
    // On a desk it was not the reader who closed it.
    if (!drawer.matches && localStorage.getItem(CLOSED_FOR_READER)) {
      localStorage.removeItem(CLOSED_FOR_READER);
      document.querySelector("[data-testid=stExpandSidebarButton]")?.click();
    }
    document.documentElement.classList.add("bnviz-menu-minded");
  };
  arrange();
  drawer.addEventListener("change", arrange);
  document.addEventListener(
    "click",
    (event) => {
      if (!isOver() || !holds(event.target) || !event.target.closest("a")) return;
      // Streamlit's own listener follows the link first.
      setTimeout(() => {
        close();
        document.querySelector("[data-testid=stMain]").focus({ preventScroll: true });
      });
    },
    { capture: true },
  );
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOver() || !holds(event.target)) return;
    close();
    setTimeout(() => document.querySelector("[data-testid=stExpandSidebarButton]")?.focus());
  });
  const leave = (event) => {
    if (isOver() && event.target.closest?.("[data-testid=stMain], [data-testid=stHeader]")) close();
  };
  document.addEventListener("pointerdown", leave);
  document.addEventListener("focusin", leave);
}
