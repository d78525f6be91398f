// class_link.js: what a teacher may ask of the link of a page, beside what the page shows.

/** Box → the part of a link that it sets, and its value there. */
export const CLASS_PARTS = /** @type {const} */ ({ hides: ["answers", "hidden"], presents: ["presenter", "1"] });

/** @typedef {Record<keyof typeof CLASS_PARTS, boolean>} Wishes */

/**
 * What the address of the page asks for already.
 * @param {string} search
 * @returns {Wishes}
 */
export function classWishes(search) {
  const query = new URLSearchParams(search);
  const asks = (/** @type {keyof Wishes} */ box) => query.get(CLASS_PARTS[box][0]) === CLASS_PARTS[box][1];
  return { hides: asks("hides"), presents: asks("presents") };
}

/**
 * The link with what is wished for, and without what is not. One that hides answers gives none away by what it shows.
 * @param {string} link
 * @param {Wishes} wishes
 */
export function linkForClass(link, wishes) {
  const url = new URL(link);
  for (const [box, [name, value]] of Object.entries(CLASS_PARTS)) {
    if (wishes[/** @type {keyof Wishes} */ (box)]) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  if (wishes.hides) url.searchParams.delete("guess");
  return url.href;
}
