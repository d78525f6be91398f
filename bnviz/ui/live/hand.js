// hand.js: handles dragged in the picture, by a mouse, a finger or a pen.

const REACH = 26; // pixels around a handle

/** @typedef {{ x: number, y: number }} Point */

/**
 * What a hand acts on.
 *
 * @typedef {object} Grips
 * @property {() => Point[]} places where the handles are, on the canvas
 * @property {(handle: number) => void} take
 * @property {(handle: number, place: Point) => void} move to where the middle of the handle shall be
 * @property {() => void} release
 */

/**
 * Let the handles of a layer above the canvas be dragged. Only they keep a finger from scrolling the page.
 *
 * @param {HTMLElement} layer
 * @param {Grips} grips
 * @param {AbortSignal} signal
 */
export function letDrag(layer, grips, signal) {
  /** @type {{ pointer: number, handle: number, off: Point } | null} */
  let held = null;

  /** @type {(event: PointerEvent) => Point} */
  const inside = (event) => {
    const box = layer.getBoundingClientRect();
    // In presenter mode the page enlarges the figure, which goes on counting in pixels of its own.
    const zoom = box.width / layer.clientWidth || 1;
    return { x: (event.clientX - box.left) / zoom, y: (event.clientY - box.top) / zoom };
  };
  const letGo = (/** @type {PointerEvent} */ event) => {
    if (held?.pointer !== event.pointerId) return;
    held = null;
    grips.release();
  };

  layer.addEventListener(
    "pointerdown",
    (event) => {
      if (held || event.button !== 0) return;
      const at = inside(event);
      const handle = nearest(grips.places(), at);
      if (handle < 0) return;
      const { x, y } = grips.places()[handle];
      held = { pointer: event.pointerId, handle, off: { x: x - at.x, y: y - at.y } };
      /** @type {Element} */ (event.target).setPointerCapture(event.pointerId);
      grips.take(handle);
    },
    { signal },
  );
  layer.addEventListener(
    "pointermove",
    (event) => {
      if (held?.pointer !== event.pointerId) return;
      const at = inside(event);
      grips.move(held.handle, { x: at.x + held.off.x, y: at.y + held.off.y });
    },
    { signal },
  );
  for (const type of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
    layer.addEventListener(type, letGo, { signal });
  }
}

/**
 * The handle nearest to a point, -1 if none is within reach.
 *
 * @param {Point[]} places
 * @param {Point} at
 */
export function nearest(places, at) {
  const far = places.map(({ x, y }) => Math.hypot(x - at.x, y - at.y));
  const closest = far.indexOf(Math.min(...far));
  return far[closest] <= REACH ? closest : -1;
}
