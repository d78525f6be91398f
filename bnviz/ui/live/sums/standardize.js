// standardize.js: what batch norm computes for one unit over one mini-batch.
// Its twin in Python is bnviz/lessons/what_it_computes/standardization.py.

/** @import { Arrays, Values } from "../types.js" */

/**
 * @param {Values} values x1, x2, … of the examples, eps, gamma, beta, and the followed `example`, from 1
 * @param {{ size: number, guess?: number }} given the guess of what y does when every x is doubled
 * @returns {Arrays}
 */
export function standardize(values, { size, guess }) {
  const x = Array.from({ length: size }, (_, index) => values[`x${index + 1}`]);
  const constant = x.every((value) => value === x[0]);
  // μ = Σx/B; rounding would leave equal values a tiny variance
  const mean = constant ? x[0] : x.reduce((sum, value) => sum + value, 0) / size;
  // σ² = Σ(x − μ)²/B
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
  // x̂ = (x − μ)/√(σ² + ε)
  const scale = Math.sqrt(variance + values.eps);
  const normalized = x.map((value) => (value - mean) / scale);
  // y = γ·x̂ + β
  const y = normalized.map((value) => values.gamma * value + values.beta);
  const at = values.example - 1;
  // y doubles; stays; is halved; is half as far again from β
  const guesses = [
    (/** @type {number} */ value) => 2 * value,
    (/** @type {number} */ value) => value,
    (/** @type {number} */ value) => value / 2,
    (/** @type {number} */ value) => values.beta + 1.5 * (value - values.beta),
  ];
  return {
    ...{ x, normalized, y, mean, var: variance, sd: Math.sqrt(variance), scale },
    ...{ eps: values.eps, gamma: values.gamma, beta: values.beta, example: values.example },
    ...{ own_x: x[at], own_normalized: normalized[at], own_y: y[at] },
    // where brackets end: one standard deviation from the mean, and where x̂ = 1 is sent
    ...{ sd_end: mean + Math.sqrt(variance), gamma_end: values.beta + values.gamma },
    normalized_sd: Math.sqrt(variance) / scale,
    guess_y: guess === undefined ? [] : y.map(guesses[guess]),
  };
}
