// focus.js: a reader who uses the keyboard stays in place when a rerun takes away the control that had the focus.

// What is opened over the page takes its stops out of the order of Tab while the focus is elsewhere, and notes that.
const LEFT_OUT = "[tabindex='-1']:not([data-tabindex])";
const STOPS = `:is(a[href], button, input, select, summary, [tabindex='0']):not(${LEFT_OUT})`;
const HEADINGS = "h1, h2, h3, h4";
const OPENED = "[data-testid=stPopoverBody]";
const NEAR = 40; // stops above the focus that are remembered
const PATIENCE = 600; // milliseconds that the same control has to come back

/**
 * What tells a control that Streamlit makes anew: the key of its widget, its name, its kind.
 * @typedef {{ element: HTMLElement, key: string, label: string, tag: string }} Trace
 */

/**
 * The key of the widget that holds an element. The lab numbers its keys anew whenever its draft is replaced.
 * @param {Element} element
 */
function keyOf(element) {
  const holder = element.closest("[class*='st-key-']");
  const name = holder && [...holder.classList].find((each) => each.startsWith("st-key-"));
  return name ? name.replace(/^st-key-lab\d+_/, "st-key-lab_") : "";
}

/** @param {Element} element */
function labelOf(element) {
  return element.getAttribute("aria-label") ?? (element.closest("label") ?? element).textContent.trim();
}

/** @param {Element} element */
function canTakeFocus(element) {
  if (!element.isConnected || element.matches(":disabled") || element.closest("[inert]")) return false;
  return element.checkVisibility({ visibilityProperty: true });
}

/**
 * @param {HTMLElement} element
 * @returns {Trace}
 */
function traceOf(element) {
  return { element, key: keyOf(element), label: labelOf(element), tag: element.tagName };
}

/**
 * The same control where Streamlit has made it anew: of the same key, or else of the same kind and name.
 * @param {Trace} trace
 * @param {HTMLElement[]} stops
 */
function againOf({ element, key, label, tag }, stops) {
  if (canTakeFocus(element)) return element;
  const alike = stops.filter((stop) => stop.tagName === tag && canTakeFocus(stop));
  const sameKey = key ? alike.filter((stop) => keyOf(stop) === key) : [];
  return sameKey.find((stop) => labelOf(stop) === label) ?? sameKey[0] ?? alike.find((stop) => labelOf(stop) === label);
}

/**
 * Give the focus to the control made anew, or to what stands before it. Returns what to call when the page changes.
 * @param {Window} window
 */
export function keepFocus({ document, location }) {
  /** @type {Trace & { above: Trace[], place: HTMLElement, path: string } | null} */
  let last = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let byHand = false;
  /** @type {() => HTMLElement | null} */
  const page = () => document.querySelector("[data-testid=stMain]");
  /** @type {(place: ParentNode | null, selector: string) => HTMLElement[]} */
  const within = (place, selector) => [...(place?.querySelectorAll(/** @type {"input"} */ (selector)) ?? [])];
  // What opens over the page stands at the end of the document.
  const places = () => [page(), ...within(document, OPENED)].filter((place) => place !== null);
  const stops = () => places().flatMap((place) => within(place, STOPS));
  /** @type {WeakSet<HTMLElement>} */
  const entered = new WeakSet();

  const note = (/** @type {FocusEvent} */ event) => {
    clearTimeout(timer);
    timer = undefined;
    last = null;
    const target = /** @type {HTMLElement} */ (event.target);
    const place = places().find((each) => each.contains(target));
    if (!place || target === page()) return;
    const above = within(place, `${STOPS}, ${HEADINGS}`).filter(
      (each) => each.compareDocumentPosition(target) === Node.DOCUMENT_POSITION_FOLLOWING && !each.closest("[inert]"),
    );
    last = { ...traceOf(target), above: above.slice(-NEAR).map(traceOf), place, path: location.pathname };
  };

  const give = (/** @type {HTMLElement | null} */ element) => {
    if (!element) return;
    if (element.matches(`${HEADINGS}, ${OPENED}`)) element.tabIndex = -1;
    element.focus({ preventScroll: true });
  };

  const lost = () => (last && document.activeElement === document.body && !canTakeFocus(last.element) ? last : null);

  const settle = () => {
    timer = undefined;
    const gone = lost();
    if (!gone) return;
    // Whoever points sees where the page goes on; keys are then the player's.
    if (byHand || gone.path !== location.pathname) return give(page());
    const present = stops();
    for (const trace of gone.above.toReversed()) {
      const found = /^H\d$/.test(trace.tag) ? trace.element : againOf(trace, present);
      if (found && canTakeFocus(found)) return give(found);
    }
    give(gone.place.isConnected ? gone.place : page());
  };

  /** Who opens something by a key goes on in it: its place in the order of Tab is behind the whole page. */
  const enter = () => {
    for (const opened of within(document, OPENED)) {
      if (entered.has(opened)) continue;
      entered.add(opened);
      if (!byHand && document.activeElement?.matches("[data-testid=stPopoverButton]")) give(opened);
    }
  };

  const look = () => {
    enter();
    const gone = lost();
    if (!gone) return;
    const again = gone.path === location.pathname && againOf(gone, stops());
    if (again) give(again);
    else timer ||= setTimeout(settle, PATIENCE);
  };

  document.addEventListener("focusin", note);
  for (const touch of ["pointerdown", "keydown"]) {
    document.addEventListener(
      touch,
      ({ type }) => {
        byHand = type === "pointerdown";
        if (byHand) last = null; // what it focuses comes next
      },
      { capture: true },
    );
  }
  return look;
}
