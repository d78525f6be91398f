// two_weights.js: the loss of a neuron with two weights, its gradient, and gradient descent on it, plain and with
// batch norm. Its twin in Python is bnviz/lessons/same_functions/plane.py.

/** @import { Arrays, Values } from "../types.js" */
/** @typedef {[number, number]} Weight */

/**
 * What the examples are to the loss: the second moments of the inputs, S = mean(u·uᵀ), their product with the targets,
 * c = mean(t·u), and mean(t²). Inputs and targets have mean 0.
 *
 * @typedef {{ s11: number, s12: number, s22: number, c1: number, c2: number, tt: number }} Examples
 */

/** @typedef {"none" | "batch"} Norm */

const FARTHEST = 1e100; // a walk that goes beyond ends there
/** @type {Norm[]} */
const WALKERS = ["none", "batch"];

/**
 * @param {Norm} norm
 * @param {Examples} examples
 * @param {number} w1
 * @param {number} w2
 */
export function lossAt(norm, { s11, s12, s22, c1, c2, tt }, w1, w2) {
  const variance = s11 * w1 * w1 + 2 * s12 * w1 * w2 + s22 * w2 * w2;
  const along = c1 * w1 + c2 * w2;
  // plain: ½·mean((w·u − t)²); batch norm divides w·u by σ, and mean(y²) is 1
  return norm === "none" ? 0.5 * (variance - 2 * along + tt) : 0.5 * (1 + tt) - along / Math.sqrt(variance);
}

/**
 * @param {Norm} norm
 * @param {Examples} examples
 * @param {Weight} weight
 * @returns {Weight}
 */
export function gradientAt(norm, { s11, s12, s22, c1, c2 }, [w1, w2]) {
  const [sw1, sw2] = [s11 * w1 + s12 * w2, s12 * w1 + s22 * w2];
  // plain: S·w − c
  if (norm === "none") return [sw1 - c1, sw2 - c2];
  // batch norm: (w·c/σ²·S·w − c)/σ
  const variance = w1 * sw1 + w2 * sw2;
  const share = (w1 * c1 + w2 * c2) / variance;
  const sd = Math.sqrt(variance);
  return [(share * sw1 - c1) / sd, (share * sw2 - c2) / sd];
}

/**
 * @param {Norm} norm
 * @param {Examples} examples
 * @param {Weight} start
 * @param {number} rate
 * @param {number} updates
 */
export function walkFrom(norm, examples, start, rate, updates) {
  const path = [start];
  for (let update = 0; update < updates; update++) {
    const [w1, w2] = path[update];
    const [g1, g2] = gradientAt(norm, examples, [w1, w2]);
    // w' = w − η·∂L/∂w
    /** @type {Weight} */
    const next = [w1 - rate * g1, w2 - rate * g2];
    if (!(Math.max(Math.abs(next[0]), Math.abs(next[1])) < FARTHEST)) break;
    path.push(next);
  }
  return path;
}

/** @type {(degrees: number, length: number) => Weight} */
const weightAt = (degrees, length) => [
  length * Math.cos((degrees * Math.PI) / 180),
  length * Math.sin((degrees * Math.PI) / 180),
];
/** @type {(weight: Weight) => number} */
const angleOf = ([w1, w2]) => ((Math.atan2(w2, w1) * 180) / Math.PI + 360) % 360;

/**
 * @param {Values} values angle and length of the start, w_angle and w_length of w, plane_rate, update
 * @param {Examples & { updates: number }} given
 * @returns {Arrays}
 */
export function twoWeights(values, given) {
  const start = weightAt(values.angle, values.length);
  const w = weightAt(values.w_angle, values.w_length);
  /** @type {Arrays} */
  const found = { start_x: start[0], start_y: start[1], w_x: w[0], w_y: w[1], ...values };
  for (const norm of WALKERS) {
    const gradient = gradientAt(norm, given, w);
    const path = walkFrom(norm, given, start, values.plane_rate, given.updates);
    const now = path[Math.min(values.update, path.length - 1)];
    const size = Math.hypot(...gradient);
    const cosine = (w[0] * gradient[0] + w[1] * gradient[1]) / (Math.hypot(...w) * size);
    Object.assign(found, {
      [`loss_${norm}`]: lossAt(norm, given, ...w),
      [`down_x_${norm}`]: -gradient[0],
      [`down_y_${norm}`]: -gradient[1],
      [`gradient_${norm}`]: size,
      [`turn_${norm}`]: size > 0 ? (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI : NaN,
      [`path_x_${norm}`]: path.map(([w1]) => w1),
      [`path_y_${norm}`]: path.map(([, w2]) => w2),
      [`path_angle_${norm}`]: path.map(angleOf),
      [`path_length_${norm}`]: path.map((weight) => Math.hypot(...weight)),
      [`now_x_${norm}`]: now[0],
      [`now_y_${norm}`]: now[1],
      [`now_angle_${norm}`]: angleOf(now),
      [`now_length_${norm}`]: Math.hypot(...now),
      [`now_loss_${norm}`]: lossAt(norm, given, ...now),
    });
  }
  return found;
}

/** The loss over the plane, and over angle and length: what the bands show. */
/** @type {Record<string, (given: Examples, x: number, y: number) => number>} */
export const LOSSES = {
  plane_none: (given, x, y) => lossAt("none", given, x, y),
  plane_batch: (given, x, y) => lossAt("batch", given, x, y),
  polar_none: (given, angle, length) => lossAt("none", given, ...weightAt(angle, length)),
  polar_batch: (given, angle, length) => lossAt("batch", given, ...weightAt(angle, length)),
};
