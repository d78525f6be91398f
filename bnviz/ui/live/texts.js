// texts.js: live numbers in sentences and equations.

/** @import { Arrays } from "./types.js" */

import { writeAs } from "./numbers.js";
import { numberAt } from "./pen.js";

/**
 * Fill every element that names a number. In a sum or a product (`data-term`) what is negative stands in brackets.
 *
 * @param {Element} root
 * @param {Arrays} arrays
 */
export function fillNumbers(root, arrays) {
  for (const each of root.querySelectorAll("[data-number]")) {
    const { number: name = "", format = "number", term } = /** @type {HTMLElement} */ (each).dataset;
    const text = writeAs(numberAt(arrays, name), format);
    const words = term !== undefined && text.startsWith("−") ? `(${text})` : text;
    if (each.textContent !== words) each.textContent = words;
  }
}

/**
 * A sentence with its numbers: "loss {loss}, angle {turn:degrees}". What stands in brackets behind the name of a number,
 * "[walk: after {walk:whole} updates]", is said where that is not 0.
 *
 * @param {string} template
 * @param {Arrays} arrays
 */
export function fillSentence(template, arrays) {
  const said = template.replace(/\[(\w+): ([^\]]*)\]/g, (_, name, words) => (numberAt(arrays, name) ? words : ""));
  return said.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name, format) =>
    writeAs(numberAt(arrays, name), format ?? "number"),
  );
}
