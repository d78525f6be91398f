// layout.js: where the panels of a figure lie on its canvas, and how values become places there and back.

/** @import { Axis, Panel, Scene } from "./types.js" */

import { linearScale, logScale } from "../player/drawing.js";

const PHONE = 560; // pixels: narrower, panels stand below each other
const LARGEST_SIDE = 400;
const GAP = 28;
const RAIL_GUTTER = 34; // for the symbol of a rail
const PLANE_GUTTER = 56; // for the ticks and the name of a vertical axis
const RIGHT = 14;
const PLANE_TITLE = 34;
const PLANE_FOOT = 50;

/**
 * @typedef {object} Place
 * @property {Panel} panel
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {(value: number) => number} x
 * @property {(value: number) => number} y
 * @property {(pixel: number) => number} valueOfX
 * @property {(pixel: number) => number} valueOfY
 */

/** @type {(axis: Axis, from: number, to: number) => (value: number) => number} */
const scaleOf = ({ low, high, log }, from, to) => (log ? logScale : linearScale)(low, high, from, to);

/** @type {(axis: Axis, from: number, to: number) => (pixel: number) => number} */
function inverseOf({ low, high, log }, from, to) {
  const back = linearScale(from, to, log ? Math.log(low) : low, log ? Math.log(high) : high);
  return log ? (pixel) => Math.exp(back(pixel)) : back;
}

/** @type {(panel: Panel, left: number, top: number, width: number, height: number) => Place} */
function place(panel, left, top, width, height) {
  const flat = () => top;
  return {
    ...{ panel, left, top, width, height },
    x: scaleOf(panel.x, left, left + width),
    y: panel.y ? scaleOf(panel.y, top + height, top) : flat,
    valueOfX: inverseOf(panel.x, left, left + width),
    valueOfY: panel.y ? inverseOf(panel.y, top + height, top) : flat,
  };
}

/**
 * @param {Scene["rows"]} rows
 * @param {number} width
 * @returns {{ places: Map<string, Place>, height: number }}
 */
export function layOut(rows, width) {
  /** @type {Map<string, Place>} */
  const places = new Map();
  let top = 0;
  const across = width < PHONE ? rows.flat().map((panel) => [panel]) : rows;
  for (const row of across) {
    const share = (width - GAP * (row.length - 1)) / row.length;
    let tallest = 0;
    row.forEach((panel, index) => {
      const left = index * (share + GAP);
      if (panel.y) {
        const side = Math.min(LARGEST_SIDE, share - PLANE_GUTTER - RIGHT);
        const high = width < PHONE ? side * (panel.flat ?? 1) : side;
        places.set(panel.name, place(panel, left + PLANE_GUTTER, top + PLANE_TITLE, side, high));
        tallest = Math.max(tallest, PLANE_TITLE + high + PLANE_FOOT);
      } else {
        places.set(panel.name, place(panel, left + RAIL_GUTTER, top + panel.above, share - RAIL_GUTTER - RIGHT, 0));
        tallest = Math.max(tallest, panel.above + panel.below);
      }
    });
    top += tallest;
  }
  return { places, height: top };
}
