// browser.js: what every page asks of the browser besides being drawn.

/**
 * Let a page be one entry of the browser's history, however its controls are moved: Back then leads to the page before.
 *
 * Streamlit adds an entry whenever a script changes its page's query, and one for a page that its server has begun to
 * draw, even if the reader has left that page by Back meanwhile. The first becomes a change of the present entry; the
 * second is left out until the reader touches the page again.
 */
function keepOneEntryAPage({ document, history, location }) {
  if (history.keepsOneEntryAPage) return; // as long as the tab lives
  history.keepsOneEntryAPage = true;
  const push = history.pushState.bind(history);
  let wentBack = false;
  window.addEventListener("popstate", () => (wentBack = true));
  for (const touch of ["pointerdown", "keydown"]) {
    document.addEventListener(touch, () => (wentBack = false), { capture: true });
  }
  history.pushState = (state, unused, address) => {
    const samePage = new URL(address ?? "", location.href).pathname === location.pathname;
    if (samePage) history.replaceState(state, unused, address);
    else if (!wentBack) push(state, unused, address);
  };
}

export default function mount() {
  keepOneEntryAPage(window);
}
