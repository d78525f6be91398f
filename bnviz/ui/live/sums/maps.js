// maps.js: what maps of networks show: how many train, what the chosen cell holds, and where two maps differ.
// Its twin in Python is bnviz/lessons/why_not_affine/maps.py.

/** @import { Arrays, Values } from "../types.js" */

/**
 * A map has one list a seed, with the test accuracy of each cell: rows of `scales` from below, columns of `rates`;
 * null where there is no network yet, −1 where it diverged. Curves have the same order, with a list a network.
 *
 * @typedef {(number | null)[][]} Accuracies
 * @typedef {{ rates: number[], scales: number[], steps: number[], maps: Record<string, Accuracies>,
 *   curves: Record<string, number[][][]> }} Given
 */

/**
 * @param {Values} values threshold, and of the chosen cell its rate and its scale
 * @param {Given} given
 * @returns {Arrays}
 */
export function maps(values, { rates, scales, maps: found, curves }) {
  const size = rates.length * scales.length;
  const at = scales.indexOf(values.scale) * rates.length + rates.indexOf(values.rate);
  /** @type {Arrays} */
  const arrays = { at, cells: size };
  for (const [norm, seeds] of Object.entries(found)) {
    const cells = Array.from({ length: size }, (_, cell) => cellOf(seeds, cell, values.threshold));
    const total = (/** @type {"trained" | "networks"} */ part) => cells.reduce((sum, cell) => sum + cell[part], 0);
    arrays[`accuracy_${norm}`] = cells.map(({ accuracy }) => accuracy);
    arrays[`trains_${norm}`] = cells.map(({ trained, networks }) => Number(2 * trained > networks));
    arrays[`gone_${norm}`] = cells.map(({ gone }) => gone);
    arrays[`there_${norm}`] = cells.map(({ networks }) => networks);
    arrays[`trained_${norm}`] = total("trained");
    arrays[`networks_${norm}`] = total("networks");
    arrays[`here_${norm}`] = cells[at].accuracy;
    (curves[norm]?.[at] ?? []).forEach((curve, seed) => (arrays[`curve_${norm}_${seed}`] = curve));
  }
  return arrays;
}

/**
 * @param {Accuracies} seeds
 * @param {number} cell
 * @param {number} threshold
 */
function cellOf(seeds, cell, threshold) {
  const ended = seeds.flatMap((accuracies) => accuracies[cell] ?? []);
  const kept = ended.filter((accuracy) => accuracy >= 0);
  return {
    networks: ended.length,
    gone: ended.length - kept.length,
    trained: kept.filter((accuracy) => accuracy >= threshold).length,
    accuracy: kept.length ? kept.reduce((sum, each) => sum + each, 0) / kept.length : NaN,
  };
}

/**
 * In how many cells one map trains and the other does not, or was guessed to.
 *
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
export function different(one, other) {
  return Array.from(one).filter((trains, cell) => Boolean(trains) !== Boolean(other[cell])).length;
}
