// spoken.js: what a screen reader is told. Alerts are live by Streamlit's own role; what begins and ends is not.

const CALM = 400; // milliseconds without a change before something is said

/**
 * Say once that a training begins, and once that it has ended. Returns what to call when the page has changed.
 * @param {Window} window
 */
export function tellOfTrainings({ document }) {
  const region = document.createElement("p");
  region.className = "bnviz-spoken";
  region.setAttribute("role", "status");
  document.body.append(region);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let before = false;
  const tell = () => {
    timer = undefined;
    const bar = document.querySelector("[data-testid=stMain] :is([role=progressbar], .bnviz-watch)");
    if (Boolean(bar) === before) return;
    before = Boolean(bar);
    region.textContent = bar ? "Training." : "The training has ended.";
  };
  return () => {
    timer ||= setTimeout(tell, CALM);
  };
}

/**
 * Tell apart the fields of several runs, or of several kicks, that look alike: "Learning rate η, run 2".
 * @param {Window} window
 */
export function nameRepeatedFields({ document }) {
  for (const field of document.querySelectorAll("[class*='st-key-lab']")) {
    const [, kind, number] = field.className.match(/st-key-lab\d+_(run|kick)(\d+)_/) ?? [];
    if (!kind) continue;
    const which = `, ${kind} ${number}`;
    for (const named of field.querySelectorAll("[aria-label]")) {
      const name = named.getAttribute("aria-label") ?? "";
      if (!name.endsWith(which)) named.setAttribute("aria-label", name + which);
    }
  }
}

/**
 * Name what a part of the lab's line opens as that part reads: Streamlit names it by the source of its label.
 * @param {Window} window
 */
export function nameOpenedParts({ document }) {
  for (const opened of document.querySelectorAll("[data-testid=stPopoverBody][aria-label]")) {
    const name = opened.getAttribute("aria-label") ?? "";
    const read = name.replace(/\*\*/g, "").replace(/\\/g, "");
    if (read !== name) opened.setAttribute("aria-label", read);
  }
}

/**
 * Let the player's heading stand one level below what it belongs to: the page where no section is above it.
 * @param {Window} window
 */
export function levelPlayers({ document }) {
  const sections = [...document.querySelectorAll("[data-testid=stMain] h2")];
  for (const place of document.querySelectorAll("[data-testid=stMain] [data-testid=stBidiComponentIsolated]")) {
    const host = [place, ...place.children].find((each) => each.shadowRoot);
    if (!host) continue;
    const title = host.shadowRoot?.querySelector("h3.inside-title");
    /** @type {(section: Element) => boolean} */
    const isAbove = (section) => (section.compareDocumentPosition(host) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
    title?.setAttribute("aria-level", sections.some(isAbove) ? "3" : "2");
  }
}

const LOST = "The connection to the server is lost. This page tries again by itself; reload it if that takes long.";

/**
 * Say in words for readers what Streamlit says in words for those who run it.
 * @param {Window} window
 */
export function rewordLostConnection({ document }) {
  for (const dialog of document.querySelectorAll("[role=dialog]")) {
    const body = dialog.querySelector(":scope > div");
    if (!body || !/Is Streamlit still running|Streamlit server is not|Connection timed out/.test(body.textContent)) {
      continue;
    }
    if (dialog.querySelector(".bnviz-lost")) continue;
    const said = document.createElement("p");
    said.className = `${body.className} bnviz-lost`;
    said.textContent = LOST;
    body.after(said);
    dialog.classList.add("bnviz-reworded");
  }
}
