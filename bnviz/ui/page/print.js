// print.js: a page on paper. Figures are drawn anew, sharp and in light colors, as wide as a sheet, and the page's link
// stands below with its QR code.

import { element } from "../player/elements.js";
import { ROOTS } from "../watch/stream.js";
import { figuresOf } from "./figures.js";
import { linkTo, shownOnPage } from "./link_of_page.js";

const SHEET = 700; // pixels across, of A4 and of letter paper within the margins of print.css
const LIGHT = {
  "--st-background-color": "#ffffff",
  "--st-secondary-background-color": "#f0f2f6",
  "--st-text-color": "#262730",
  "--st-primary-color": "#0b5394",
};

/**
 * The picture of a QR code, asked for at once: what is printed is gathered while the browser waits.
 * @param {string} link
 */
function qrCode(link) {
  for (const root of ROOTS) {
    const request = new XMLHttpRequest();
    request.open("GET", new URL(`${root}bnviz/qr?text=${encodeURIComponent(link)}`, location.href), false);
    try {
      request.send();
    } catch {
      continue;
    }
    if (request.status !== 200 || !request.responseText.includes("<svg")) continue;
    const parsed = new DOMParser().parseFromString(request.responseText, "image/svg+xml");
    return document.importNode(parsed.documentElement, true);
  }
  return null;
}

/** @param {Window} window */
function handout(window) {
  const link = linkTo(window.location, shownOnPage(window));
  const code = qrCode(link);
  return element(
    "div",
    "bnviz-handout",
    element("p", "", `This page, to try it yourself: ${link}`),
    ...(code ? [code] : []),
  );
}

/**
 * Let the page print as a handout, from the menu and by Ctrl+P alike.
 * @param {Window & { bnvizOnPaper?: boolean }} window
 * @param {{ putAway: () => () => void }} presenter
 */
export function letPrint(window, presenter) {
  const { document } = window;
  let restore = () => {};
  window.addEventListener("beforeprint", () => {
    restore();
    const present = presenter.putAway();
    window.bnvizOnPaper = true;
    const roots = new Set(figuresOf(document).flatMap(({ root }) => (root ? [root] : [])));
    for (const root of roots) {
      for (const [name, value] of Object.entries(LIGHT)) root.style.setProperty(name, value);
      root.style.width = `${Math.min(SHEET, root.clientWidth || SHEET)}px`;
      root.dispatchEvent(new Event("bnviz-stage"));
    }
    const made = handout(window);
    document.querySelector("[data-testid=stMainBlockContainer]")?.append(made);
    restore = () => {
      restore = () => {};
      window.bnvizOnPaper = false;
      made.remove();
      for (const root of roots) {
        for (const name of [...Object.keys(LIGHT), "width"]) root.style.removeProperty(name);
        root.dispatchEvent(new Event("bnviz-stage"));
      }
      present();
    };
  });
  window.addEventListener("afterprint", () => restore());
}
