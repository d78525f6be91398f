// focus.js: a reader who uses the keyboard stays in place when a rerun takes away the control that had the focus.

const STOPS = ":is(a[href], button, input, select, summary, [tabindex='0']):not([tabindex='-1'])";
const HEADINGS = "h1, h2, h3, h4";
const NEAR = 40; // stops above the focus that are remembered
const PATIENCE = 600; // milliseconds that the same control has to come back

/** The key of the widget that holds an element. The lab numbers its keys anew whenever its draft is replaced. */
function keyOf(element) {
  const holder = element.closest("[class*='st-key-']");
  const name = holder && [...holder.classList].find((each) => each.startsWith("st-key-"));
  return name ? name.replace(/^st-key-lab\d+_/, "st-key-lab_") : "";
}

function labelOf(element) {
  return element.getAttribute("aria-label") ?? (element.closest("label") ?? element).textContent.trim();
}

function canTakeFocus(element) {
  if (!element.isConnected || element.matches(":disabled") || element.closest("[inert]")) return false;
  return element.checkVisibility({ visibilityProperty: true });
}

function traceOf(element) {
  return { element, key: keyOf(element), label: labelOf(element), tag: element.tagName };
}

/** The same control where Streamlit has made it anew: of the same key, or else of the same kind and name. */
function againOf({ element, key, label, tag }, stops) {
  if (canTakeFocus(element)) return element;
  const alike = stops.filter((stop) => stop.tagName === tag && canTakeFocus(stop));
  const sameKey = key ? alike.filter((stop) => keyOf(stop) === key) : [];
  return sameKey.find((stop) => labelOf(stop) === label) ?? sameKey[0] ?? alike.find((stop) => labelOf(stop) === label);
}

/** Give the focus to the control made anew, or to what stands before it. Returns what to call when the page changes. */
export function keepFocus({ document, location }) {
  let last = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let byHand = false;
  const page = () => document.querySelector("[data-testid=stMain]");
  const stops = () => [...(page()?.querySelectorAll(STOPS) ?? [])];

  const note = ({ target }) => {
    clearTimeout(timer);
    timer = undefined;
    last = null;
    if (!page()?.contains(target) || target === page()) return;
    const above = [...page().querySelectorAll(`${STOPS}, ${HEADINGS}`)].filter(
      (each) => each.compareDocumentPosition(target) === Node.DOCUMENT_POSITION_FOLLOWING && !each.closest("[inert]"),
    );
    last = { ...traceOf(target), above: above.slice(-NEAR).map(traceOf), path: location.pathname };
  };

  const give = (element) => {
    if (element.matches(HEADINGS)) element.tabIndex = -1;
    element.focus({ preventScroll: true });
  };

  const isLost = () => last && document.activeElement === document.body && !canTakeFocus(last.element);

  const settle = () => {
    timer = undefined;
    if (!isLost()) return;
    // Whoever points sees where the page goes on; keys are then the player's.
    if (byHand || last.path !== location.pathname) return give(page());
    const present = stops();
    for (const trace of last.above.toReversed()) {
      const found = /^H\d$/.test(trace.tag) ? trace.element : againOf(trace, present);
      if (found && canTakeFocus(found)) return give(found);
    }
    give(page());
  };

  const look = () => {
    if (!isLost()) return;
    const again = last.path === location.pathname && againOf(last, stops());
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
