// kinks.js: where sixteen ReLU units bend while the cloud of their inputs moves.
// Its twin in Python is bnviz/lessons/moving_statistics/kinks.py.

/** @import { Arrays, Values } from "../types.js" */

import { meanAndSpread } from "./shove.js";

/** @typedef {{ cloud: [number, number][], weights: [number, number][], beta: number[] }} FirstLayer */

/**
 * @param {Values} values cloud_x and cloud_y of the middle, and cloud_radius, two standard deviations
 * @param {FirstLayer} given
 * @returns {Arrays}
 */
export function kinks(values, { cloud, weights, beta }) {
  const { cloud_x: x, cloud_y: y, cloud_radius: radius } = values;
  const moved = cloud.map(([across, up]) => [x + (radius / 2) * across, y + (radius / 2) * up]);
  /** @type {Arrays} */
  const found = { point_x: moved.map(([across]) => across), point_y: moved.map(([, up]) => up) };
  Object.assign(found, { weight_x: weights.map(([across]) => across), weight_y: weights.map(([, up]) => up) });
  found.edge = x + radius;
  for (const [norm, seen] of /** @type {[string, number[][]][]} */ ([
    ["affine", cloud],
    ["batch", moved],
  ])) {
    // y = (w·x − μ)/σ + β is 0 where w·x = μ − σ·β
    const at = weights.map((weight, unit) => {
      const { mean, sd } = meanAndSpread(seen.map((point) => along(weight, point)));
      return mean - sd * beta[unit];
    });
    const above = weights.map((weight, unit) => moved.filter((point) => along(weight, point) > at[unit]).length);
    Object.assign(found, {
      [`at_${norm}`]: at,
      // 1 where the unit bends within the cloud
      [`bends_${norm}`]: above.map((count) => Number(count > 0 && count < moved.length)),
      [`dead_${norm}`]: above.filter((count) => count === 0).length,
      [`straight_${norm}`]: above.filter((count) => count === moved.length).length,
      [`idle_${norm}`]: above.filter((count) => count === 0 || count === moved.length).length,
    });
  }
  return found;
}

/** @type {(weight: number[], point: number[]) => number} */
const along = ([w1, w2], [x1, x2]) => w1 * x1 + w2 * x2;
