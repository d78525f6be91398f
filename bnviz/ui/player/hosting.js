// hosting.js: a place outside of the app, in a notebook or in a file, for what is drawn there.

import { element } from "./elements.js";

/**
 * What a picture is made from, and keeps in step with: a notebook's model, or the values in a file. Of each there are
 * markup and looks: its page and style sheets.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 * @property {() => void} save_changes
 */

/**
 * A place in `el` with what the model brings, whose styles and names are its own.
 * @param {HTMLElement} el
 * @param {Model} model
 */
export function hostIn(el, model) {
  const host = element("div", "bnviz-host");
  // JupyterLab leaves the keys to what stands in such an element.
  host.dataset.lmSuppressShortcuts = "true";
  const shadow = host.attachShadow({ mode: "open" });
  shadow.innerHTML = `<style>${model.get("looks")}</style>${model.get("markup")}`;
  el.append(host);
  return { host, shadow };
}

/**
 * Let a picture have the colors of what it stands on, now and whenever they change; returns what ends this.
 * @param {HTMLElement} host
 * @param {() => void} refresh draws it again
 */
export function followColors(host, refresh) {
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  const take = () => {
    const ground = groundBelow(host);
    host.dataset.theme = (ground ? isDark(ground) : scheme.matches) ? "dark" : "light";
    if (ground) host.style.setProperty("--st-background-color", `rgb(${ground.join(" ")})`);
    else host.style.removeProperty("--st-background-color");
    refresh();
  };
  take();
  // Notebooks change their theme by an attribute of the page.
  const observer = new MutationObserver(take);
  const attributes = { attributeFilter: ["class", "style", "data-jp-theme-light", "data-theme"] };
  for (const node of [document.documentElement, document.body]) observer.observe(node, attributes);
  scheme.addEventListener("change", take);
  // Some notebooks draw before they give it a place; what it stands on is known from then on.
  const arrival = new ResizeObserver(() => {
    if (!host.isConnected) return;
    arrival.disconnect();
    take();
  });
  if (!host.isConnected) arrival.observe(host);
  return () => {
    observer.disconnect();
    arrival.disconnect();
    scheme.removeEventListener("change", take);
  };
}

/**
 * The color of the nearest thing below that hides what is behind it; null where nothing does.
 * @param {Element} host
 */
function groundBelow(host) {
  const editor = "--vscode-editor-background";
  for (let node = host.parentElement; node; node = node.parentElement) {
    const color = colorOf(getComputedStyle(node).backgroundColor);
    if (color) return color;
  }
  return colorOf(getComputedStyle(document.documentElement).getPropertyValue(editor));
}

/**
 * Red, green and blue of a color of a style sheet; null where one sees through it.
 * @param {string} color
 */
function colorOf(color) {
  const probe = document.createElement("canvas").getContext("2d");
  if (!probe || !color.trim()) return null;
  probe.fillStyle = color;
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue, opacity] = probe.getImageData(0, 0, 1, 1).data;
  return opacity > 127 ? [red, green, blue] : null;
}

/** @param {number[]} color */
function isDark([red, green, blue]) {
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/** The values that a file carries in itself, in the place of a notebook's model. */
export class CarriedModel {
  /** @param {Record<string, unknown>} values */
  constructor(values) {
    this.values = new Map(Object.entries(values));
  }

  /** @param {string} name */
  get(name) {
    return this.values.get(name);
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    this.values.set(name, value);
  }

  on() {}

  off() {}

  save_changes() {}
}
