// handles.js: where handles stand on the canvas, and what their inputs become where a hand takes them.

/** @import { Handle, Values } from "./types.js" */
/** @import { Point } from "./hand.js" */
/** @import { Inputs } from "./inputs.js" */
/** @import { Pen } from "./pen.js" */

/** @type {(value: number, low: number, high: number) => number} */
const heldIn = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * The place of a handle; one whose value lies outside of its panel waits at the edge.
 *
 * @param {Handle} handle
 * @param {Pen} pen
 * @returns {Point}
 */
export function placeOf(handle, pen) {
  const { panel, left, top, width, height, x, y } = pen.place(handle.panel);
  const across = heldIn(x(pen.number(handle.x)), left, left + width);
  if (!panel.y || handle.y === null) return { x: across, y: top - handle.raised };
  return { x: across, y: heldIn(y(pen.number(handle.y)), top, top + height) };
}

/**
 * All values once a handle is taken to a place, given those from `before` the hand took hold of it.
 *
 * @param {Handle} handle
 * @param {Point} place
 * @param {Pen} pen
 * @param {Inputs} inputs
 * @param {Values} before
 * @returns {Values}
 */
export function valuesAt({ panel, move, inputs: names, base }, { x, y }, pen, inputs, before) {
  const { valueOfX, valueOfY } = pen.place(panel);
  const across = valueOfX(x);
  if (move === "x") return inputs.set(names[0], across - pen.number(base), before);
  const up = valueOfY(y);
  const angle = ((Math.atan2(up, across) * 180) / Math.PI + 360) % 360;
  const [first, second] = move === "polar" ? [angle, Math.hypot(across, up)] : [across, up];
  return inputs.set(names[1], second, inputs.set(names[0], first, before));
}
