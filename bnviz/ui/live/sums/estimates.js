// estimates.js: the gradient of an average over random z, estimated from a few draws, in two ways.
// Its twin in Python is bnviz/lessons/two_reparameterizations/rolls.py.

/** @import { Arrays, Values } from "../types.js" */

/** Of each function its value, its slope, and in closed form the gradient of its mean with respect to μ. */
/** @type {Record<string, { value: (z: number, k: number) => number, slope: (z: number, k: number) => number,
 *   gradient: (mean: number, sd: number, k: number) => number }>} */
const AVERAGED = {
  square: { value: (z) => z ** 2, slope: (z) => 2 * z, gradient: (mean) => 2 * mean },
  wave: {
    value: (z, k) => Math.sin(k * z),
    slope: (z, k) => k * Math.cos(k * z),
    gradient: (mean, sd, k) => k * Math.cos(k * mean) * Math.exp(-((k * sd) ** 2) / 2),
  },
};

/** @type {(list: number[]) => number} */
const meanOf = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;

/**
 * Score function f(z)·(z − μ)/σ² and pathwise f′(z) of each draw z = μ + σε; an estimate is their mean over a roll.
 *
 * @param {Values} values μ, σ, how many draws a roll has, and which roll it is, from 1
 * @param {{ function: string, wave: number, reach: number, draws: number[][] }} given ε of all rolls
 * @returns {Arrays}
 */
export function estimates({ mean, sd, samples, throw: roll }, { function: name, wave, reach, draws }) {
  const { value, slope, gradient } = AVERAGED[name];
  const at = (/** @type {number} */ noise) => mean + sd * noise;
  const ways = {
    score: (/** @type {number} */ noise) => (value(at(noise), wave) * noise) / sd,
    pathwise: (/** @type {number} */ noise) => slope(at(noise), wave),
  };
  const rolls = draws.map((row) => row.slice(0, samples));
  /** @type {Arrays} */
  const found = { z: rolls[roll - 1].map(at), gradient: gradient(mean, sd, wave), sd_end: mean + sd };
  const sizes = Object.entries(ways).map(([way, ofDraw]) => {
    const means = rolls.map((row) => meanOf(row.map(ofDraw)));
    const middle = meanOf(means);
    Object.assign(found, {
      [way]: rolls[roll - 1].map(ofDraw),
      [`${way}_estimates`]: means,
      [`${way}_estimate`]: means[roll - 1],
      [`${way}_mean`]: middle,
      [`${way}_spread`]: Math.sqrt(meanOf(means.map((each) => (each - middle) ** 2))),
    });
    return Math.sqrt(meanOf(draws.flat().map((noise) => ofDraw(noise) ** 2)));
  });
  // The picture is as high as the wider of the two asks for: both share one scale.
  return { ...found, reach: reach * Math.max(...sizes) };
}
