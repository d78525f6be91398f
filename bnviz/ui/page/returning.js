// returning.js: what a page does when its server is there again after it was lost.

const LONGEST_RETURN = 15000; // milliseconds that the controls wait for the page's first run

/**
 * Ask for the whole page when the connection is there again: a server that was started anew knows no part of it, and
 * Streamlit drops what is asked of a part that it does not know. Until the page has run, its controls wait.
 * @param {Window} window
 * @param {() => void} askForPage
 */
export function mindReturn({ document }, askForPage) {
  const root = document.documentElement;
  let lost = false;
  let ran = false;
  const release = () => root.classList.remove("bnviz-returning");
  const look = () => {
    const app = document.querySelector("[data-testid=stApp]");
    if (!app) return;
    const connected = app.getAttribute("data-test-connection-state") === "CONNECTED";
    const running = app.getAttribute("data-test-script-state") === "running";
    if (!connected) {
      lost = true;
      return;
    }
    if (lost) {
      lost = ran = false;
      root.classList.add("bnviz-returning");
      setTimeout(release, LONGEST_RETURN);
      askForPage();
    } else if (running) {
      ran = true;
    } else if (ran && app.getAttribute("data-test-script-state") === "notRunning") {
      release();
    }
  };
  const attributeFilter = ["data-test-connection-state", "data-test-script-state"];
  new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, attributeFilter });
}
