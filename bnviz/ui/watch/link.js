// link.js: what a link says of what the browser alone knows: the step of a player, the step of a live figure.
//
// Such a part of a link has two names or three: `player.step`, or `player.told.step` where a page has several players.

/** @typedef {Record<string, string>} Shown what a part of the page shows: name → text */

/** Asks a part of the page what it shows; it answers by setting `detail.shown`. */
export const ASK_SHOWN = "bnviz-shown";

/**
 * Let a part of the page answer what it shows.
 * @param {Element} root
 * @param {() => Shown} shown
 */
export function answerShown(root, shown) {
  root.addEventListener(ASK_SHOWN, (event) => {
    /** @type {CustomEvent} */ (event).detail.shown = shown();
  });
}

/**
 * The name of a component in links: its key on the page, without the name of the page and without what it is.
 * @param {Element} host
 * @param {string} kind
 * @param {string} [path]
 */
export function nameInLink(host, kind, path = location.pathname) {
  const holder = host.closest("[class*='st-key-']");
  const key = [...(holder?.classList ?? [])].find((each) => each.startsWith("st-key-"))?.slice("st-key-".length) ?? "";
  return shortKey(key, path).replace(new RegExp(`_${kind}$`), "");
}

/**
 * A key without the name of its page: a link says that already.
 * @param {string} key
 * @param {string} path
 */
export function shortKey(key, path) {
  const page = path.split("/").pop() || "the_question";
  return key.startsWith(`${page}_`) ? key.slice(page.length + 1) : key;
}

/**
 * What the page's link asks a component to show, null if nothing. Each part of a link is given once: whatever comes
 * later is not what the link was made of.
 * @param {Element} root
 * @param {"player" | "figure"} kind
 * @returns {Shown | null}
 */
export function takeFromLink(root, kind) {
  const linked = /** @type {Window & { bnvizTaken?: Set<string> }} */ (window);
  linked.bnvizTaken ??= new Set();
  const host = /** @type {Partial<ShadowRoot>} */ (root.getRootNode()).host ?? root;
  const name = nameInLink(host, kind);
  /** @type {Shown} */
  const shown = {};
  for (const [parameter, text] of new URLSearchParams(location.search)) {
    const parts = parameter.split(".");
    const mine = parts[0] === kind && (parts.length === 2 || (parts.length === 3 && parts[1] === name));
    const once = `${location.pathname}?${parameter}`;
    if (!mine || linked.bnvizTaken.has(once)) continue;
    linked.bnvizTaken.add(once);
    shown[parts[parts.length - 1]] = text;
  }
  return Object.keys(shown).length ? shown : null;
}
