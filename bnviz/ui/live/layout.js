// layout.js: where the panels of a figure lie on its canvas, and how values become places there and back.

/** @import { Axis, Panel, Scene } from "./types.js" */

import { linearScale, logScale } from "../player/drawing.js";

const PHONE = 560; // pixels: narrower, panels stand below each other
const LARGEST_SIDE = 400;
const SMALLEST_SHARE = 0.4; // of the usual side, where there is little room
const SHARE_STEP = 0.02;
const LARGEST_ZOOM = 3; // of a figure that fills the screen
const SMALLEST_ZOOM = 0.88; // of the same
const NARROWEST = 360; // pixels of its own that such a figure keeps across
const GAP = 28;
export const RAIL_GUTTER = 34; // for the symbol of a rail
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

/** @type {(axis: Axis) => number} */
const lengthOf = ({ low, high }) => high - low;

/** @type {(row: Panel[]) => number} */
const railHeight = (row) => Math.max(0, ...row.map(({ y, above, below }) => (y ? 0 : above + below)));

/**
 * How wide each panel of a row is, with what stands beside its axes. A unit is as long in all even ones of a row.
 *
 * @type {(row: Panel[], room: number) => number[]}
 */
function sharesOf(row, room) {
  const gutters = PLANE_GUTTER + RIGHT;
  if (row.every(({ even }) => even)) {
    const unit = (room - gutters * row.length) / row.reduce((sum, { x }) => sum + lengthOf(x), 0);
    return row.map(({ x }) => gutters + unit * lengthOf(x));
  }
  const all = row.reduce((sum, { share = 1 }) => sum + share, 0);
  return row.map(({ share = 1 }) => (room * share) / all);
}

/**
 * How much larger than usual a figure is drawn that fills the screen: as far as its height and its panels allow; a
 * little smaller where it would not fit.
 *
 * @type {(rows: Scene["rows"], width: number, columns: boolean, room: number) => number}
 */
export function zoomIn(rows, width, columns, room) {
  if (room === Infinity) return 1;
  // Panels that stand side by side stay so.
  const narrowest = rows.some((row) => row.length > 1) ? PHONE : NARROWEST;
  let zoom = Math.max(1, Math.min(LARGEST_ZOOM, width / narrowest));
  const highAt = (/** @type {number} */ share) => layOutSmaller(rows, width / zoom, columns, share, true).height * zoom;
  while (zoom > 1 && highAt(1) > room) zoom -= SHARE_STEP;
  // Planes may be lower instead; where that is not enough, all is smaller, as far as it can be read.
  while (zoom > SMALLEST_ZOOM && highAt(SMALLEST_SHARE) > room) zoom -= SHARE_STEP;
  return zoom;
}

/**
 * Where there is a `room` that the figure fills, its planes are as wide as they can be, and as high.
 *
 * @param {Scene["rows"]} rows
 * @param {number} width
 * @param {boolean} [columns] on a phone columns stand below each other, not rows; a row alone is in the first
 * @param {number} [room]
 * @returns {{ places: Map<string, Place>, height: number }}
 */
export function layOut(rows, width, columns = false, room = Infinity) {
  const fills = room < Infinity;
  const usual = layOutSmaller(rows, width, columns, 1, fills);
  if (usual.height <= room) return usual;
  const smallest = layOutSmaller(rows, width, columns, SMALLEST_SHARE, fills);
  // What stands beside a plane may be the higher of both: as large as does not matter.
  const high = Math.max(room, smallest.height);
  let found = smallest;
  for (let share = SMALLEST_SHARE + SHARE_STEP; share < 1; share += SHARE_STEP) {
    const larger = layOutSmaller(rows, width, columns, share, fills);
    if (larger.height > high) break;
    found = larger;
  }
  return found;
}

/**
 * @param {Scene["rows"]} rows
 * @param {number} width
 * @param {boolean} columns
 * @param {number} share of its usual height that a plane has
 * @param {boolean} fills whether planes take all the width, and are no squares, unless units are alike
 * @returns {ReturnType<typeof layOut>}
 */
function layOutSmaller(rows, width, columns, share, fills) {
  /** @type {Map<string, Place>} */
  const places = new Map();
  let top = 0;
  const most = Math.max(...rows.map((row) => row.length));
  const down = (/** @type {number} */ column) => rows.flatMap((row) => row.slice(column, column + 1));
  const inOrder = columns ? Array.from({ length: most }, (_, column) => down(column)).flat() : rows.flat();
  const lines = width < PHONE ? inOrder.map((panel) => [panel]) : rows;
  for (const row of lines) {
    const shares = sharesOf(row, width - GAP * (row.length - 1));
    let tallest = 0;
    let left = 0;
    row.forEach((panel, index) => {
      const across = shares[index];
      if (panel.y) {
        const room = across - PLANE_GUTTER - RIGHT;
        const side = share * (panel.even || fills ? room : Math.min(LARGEST_SIDE, room));
        const wide = fills && !panel.even ? room : side;
        const flat = width < PHONE || panel.low ? (panel.flat ?? 1) : 1;
        const high = panel.even ? (side * lengthOf(panel.y)) / lengthOf(panel.x) : side * flat;
        // Beside a rail that is higher, a plane that fills is as high as that.
        const filled =
          fills && !panel.even ? Math.max(high, share * (railHeight(row) - PLANE_TITLE - PLANE_FOOT)) : high;
        places.set(panel.name, place(panel, left + PLANE_GUTTER, top + PLANE_TITLE, wide, filled));
        tallest = Math.max(tallest, PLANE_TITLE + filled + PLANE_FOOT);
      } else {
        places.set(panel.name, place(panel, left + RAIL_GUTTER, top + panel.above, across - RAIL_GUTTER - RIGHT, 0));
        tallest = Math.max(tallest, panel.above + panel.below);
      }
      left += across + GAP;
    });
    top += tallest;
  }
  return { places, height: top };
}
