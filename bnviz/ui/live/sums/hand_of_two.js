// hand_of_two.js: one w of two weights in a plain and in a batch-norm neuron, and the walk that begins there.
// Its twin in Python is bnviz/lessons/scale_decoupling/hand.py.

/** @import { Arrays, Values } from "../types.js" */
/** @import { Examples } from "./two_weights.js" */

import { twoWeights } from "./two_weights.js";

const CUT = 100; // a hand that is longer is drawn so long, which is far outside of the picture

/**
 * `guess` is the power of ‖w‖ with which the reader thinks that the gradient goes, null before there is a guess; it
 * begins at the length `from`.
 *
 * @param {Values} values w_angle, w_length, plane_rate, and of how many updates the walk is drawn
 * @param {Examples & { updates: number, from: number, guess: number | null }} given
 * @returns {Arrays}
 */
export function handOfTwo(values, given) {
  const { w_angle: angle, w_length: length, walk: update } = values;
  /** @type {Record<string, any>} */
  const found = twoWeights({ ...values, angle, length, update }, given);
  for (const norm of ["none", "batch"]) {
    const cut = Math.min(1, CUT / found[`now_length_${norm}`]);
    found[`hand_x_${norm}`] = cut * found[`now_x_${norm}`];
    found[`hand_y_${norm}`] = cut * found[`now_y_${norm}`];
    const turned = Math.abs(((found[`now_angle_${norm}`] - angle + 540) % 360) - 180);
    found[`turned_${norm}`] = turned;
  }
  // ∂L/∂w of batch norm at the length `from` is longer by ‖w‖/from than here; from there it goes as the guess says
  // while no walk is in its way
  const guessed = update > 0 ? NaN : (length / given.from) ** (1 + (given.guess ?? 0));
  found.guess_x = guessed * found.down_x_batch;
  found.guess_y = guessed * found.down_y_batch;
  return found;
}
