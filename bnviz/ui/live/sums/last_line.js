// last_line.js: z = σ·ε + m of a VAE beside y = γ·x̂ + β of batch norm: the same last line.
// Its twin in Python is bnviz/lessons/two_reparameterizations/last_line.py.

/** @import { Arrays, Values } from "../types.js" */

/**
 * @param {Values} values `roll` and `batch` count from 1; w has the direction `turn`, in degrees, and a `length`
 * @param {{ draws: number[][], batches: number[][][], start: Values }} given
 * @returns {Arrays}
 */
export function lastLine(values, given) {
  const { roll, scale, shift } = values;
  const noise = given.draws[roll - 1];
  const own = unitOver(given, values);
  const line = (/** @type {number} */ value) => scale * value + shift;
  const [noiseBefore, before] = [given.draws[given.start.roll - 1], unitOver(given, given.start).normalized];
  const farthest = (/** @type {number[]} */ now, /** @type {number[]} */ then) =>
    Math.max(...now.map((value, index) => Math.abs(value - then[index])));
  return {
    ...{ roll, scale, shift, noise, ...own, z: noise.map(line), y: own.normalized.map(line) },
    ...{ noise_before: noiseBefore, normalized_before: before },
    ...{ noise_moved: farthest(noise, noiseBefore), normalized_moved: farthest(own.normalized, before) },
    ...{ scale_end: shift + scale, first: 1 },
  };
}

/** x = U·w and x̂ = (x − μ)/σ of one unit over a batch. */
/** @type {(given: { batches: number[][][] }, values: Values) => { x: number[], mean: number, sd: number, normalized: number[] }} */
function unitOver({ batches }, { batch, turn, length }) {
  const angle = (turn * Math.PI) / 180;
  const [across, up] = [length * Math.cos(angle), length * Math.sin(angle)];
  const x = batches[batch - 1].map(([first, second]) => first * across + second * up);
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const sd = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
  return { x, mean, sd, normalized: x.map((value) => (value - mean) / sd) };
}
