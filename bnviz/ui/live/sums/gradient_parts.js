// gradient_parts.js: what the backward pass of batch norm takes away from a gradient, first its mean, then its tilt.
// Its twin in Python is bnviz/lessons/what_it_computes/standardization.py.

/** @import { Arrays, Values } from "../types.js" */

/** @type {(value: number) => number} */
const share = (value) => Math.min(1, Math.max(0, value));

/**
 * @param {Values} values how far it is `taken`: up to 1 the mean, up to 2 what goes along x̂
 * @param {{ normalized: number[], upstream: number[], example: number, reach: number }} given
 * @returns {Arrays}
 */
export function gradientParts({ taken }, { normalized, upstream, example, reach }) {
  const size = normalized.length;
  const average = (/** @type {number[]} */ list) => list.reduce((sum, value) => sum + value, 0) / size;
  // −mean(dy) is the path through μ, −x̂·mean(dy·x̂) the path through σ²
  const mean = average(upstream);
  const along = average(upstream.map((value, index) => value * normalized[index]));
  const arrows = upstream.map(
    (value, index) => value - share(taken) * mean - share(taken - 1) * along * normalized[index],
  );
  // The mean of the arrows as they are now, and the straight line that is nearest to them.
  const level = average(arrows);
  const square = average(normalized.map((value) => value ** 2));
  const tilt = square > 0 ? average(arrows.map((value, index) => value * normalized[index])) / square : 0;
  const at = example - 1;
  return {
    ...{ taken, normalized, arrows, level, tilt, example },
    ...{ line_left: level - reach * tilt, line_right: level + reach * tilt },
    ...{ own_normalized: normalized[at], own_upstream: upstream[at], own_arrow: arrows[at] },
  };
}
