// shove.js: a unit's inputs moved by hand, and what reaches its output with γx + β and with batch norm.
// Its twin in Python is bnviz/lessons/moving_statistics/shove.py.

/** @import { Arrays, Values } from "../types.js" */

/**
 * The examples: the group of each, its input before and after the shape has changed, and batches by their size. Example
 * 0 is in every batch. `guess` is the number of the answer that the reader gave, null before.
 *
 * @typedef {object} Shoved
 * @property {number[]} group
 * @property {number[]} first
 * @property {number[]} last
 * @property {Record<string, number[][]>} batches
 * @property {number} count of the batches of each size
 * @property {number | null} guess
 */

const SMALLEST = 1e-5; // ε
const STAYS = 0.9; // of a running average at each batch

/** @param {number[]} values */
export function meanAndSpread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, sd: Math.sqrt(variance) };
}

/**
 * @param {Values} values mean, sd and shape of the inputs, size and number of the batch, gamma, beta, evaluating, after
 * @param {Shoved} given
 * @returns {Arrays}
 */
export function shove(values, { group, first, last, batches, count, guess }) {
  const { mean, sd, shape, size, number, gamma, beta, evaluating, after } = values;
  const mixed = first.map((value, index) => (1 - shape) * value + shape * last[index]);
  const raw = meanAndSpread(mixed);
  const x = mixed.map((value) => mean + (sd * (value - raw.mean)) / raw.sd);
  const everyone = x.map((_, index) => index);
  const placesOf = (/** @type {number} */ which) => batches[String(size)]?.[which - 1] ?? everyone;
  // m ← 0.9·m + 0.1·μ from 0, v ← 0.9·v + 0.1·σ² from 1
  const stale = STAYS ** after;
  const running = { mean: (1 - stale) * mean, sd: Math.sqrt(stale + (1 - stale) * sd ** 2) };
  const usedIn = (/** @type {number[]} */ own) => (evaluating ? running : meanAndSpread(own));
  // y = γ·x + β
  const affine = (/** @type {number[]} */ own) => own.map((value) => gamma * value + beta);
  // y = γ·(x − μ)/√(σ² + ε) + β
  const normalized = (/** @type {number[]} */ own) => {
    const used = usedIn(own);
    const scale = Math.sqrt(used.sd ** 2 + SMALLEST);
    return own.map((value) => (gamma * (value - used.mean)) / scale + beta);
  };
  const inputsOf = (/** @type {number} */ which) => placesOf(which).map((place) => x[place]);
  const own = inputsOf(number);
  const [y_affine, y_batch] = [affine(own), normalized(own)];
  const [of_affine, of_batch, used] = [meanAndSpread(y_affine), meanAndSpread(y_batch), usedIn(own)];
  const all = Array.from({ length: count }, (_, index) => inputsOf(index + 1));
  const guessed = [
    { mean: gamma * mean + beta, sd: Math.abs(gamma) * sd },
    { mean: 0, sd: 1 },
    { mean: beta, sd: Math.abs(gamma) },
  ];
  return {
    ...{ x, group, everyone, own_x: own, own: placesOf(number), y_affine, y_batch },
    own_group: placesOf(number).map((place) => group[place]),
    ...{ used_mean: used.mean, used_sd: used.sd, sd_end: mean + sd },
    ...{ affine_mean: of_affine.mean, affine_sd: of_affine.sd, batch_mean: of_batch.mean, batch_sd: of_batch.sd },
    // the same example in every batch of this size
    followed_affine: all.map((each) => affine(each)[0]),
    followed_batch: all.map((each) => normalized(each)[0]),
    guess_mean: guess === null ? NaN : guessed[guess].mean,
    guess_sd: guess === null ? NaN : guessed[guess].sd,
  };
}
