// elements.js: the small pieces of the page that are made for each run, stage and layer.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {(Node | string)[]} children
 */
export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/** @param {{ dash: number[] }} run */
export function buildSwatch({ dash }) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("viewBox", "0 0 30 6");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(namespace, "line");
  for (const [name, value] of Object.entries({ x1: 0, y1: 3, x2: 30, y2: 3, "stroke-dasharray": dash.join(" ") })) {
    line.setAttribute(name, String(value));
  }
  svg.append(line);
  return svg;
}

/**
 * @param {string} name
 * @param {number | string} value
 * @param {string} words
 * @param {(Node | string)[]} before
 */
export function buildOption(name, value, words, ...before) {
  const input = element("input", "");
  Object.assign(input, { type: "radio", name, value: String(value) });
  return element("label", "", input, element("span", "", ...before, words));
}
