// following.js: one example that is followed by hand through layers and steps, and where it stands, in words.

import { formatNumber } from "./drawing.js";
import { nameExample } from "./examples.js";

/**
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {import("./player.js").State} State
 * @typedef {import("./units.js").UnitValues} UnitValues
 */

const NEIGHBORS = 5;
const ONE_PLACE = 0.01; // parts of the scale: examples that lie closer than this are not told apart

/**
 * What a key of the slider leads to besides those that every slider has: an example, null for none, undefined for keys
 * that are not its own.
 * @param {string} key
 * @param {Recording} recording
 * @param {number | null} followed
 */
export function exampleByKey(key, recording, followed) {
  if (key === "Escape") return null;
  if (key !== "Enter") return undefined;
  const labels = recording.arrays.example_labels;
  const start = followed ?? -1;
  for (let step = 1; step <= labels.length; step++) {
    const example = (start + step) % labels.length;
    if (followed === null || labels[example] === labels[followed]) return example;
  }
  return followed;
}

/**
 * Name the example that is followed, and in full tell what those see who look where it stands.
 * @param {Recording} recording
 * @param {State} state
 * @param {number | null} followed
 * @param {number} record
 * @param {UnitValues | null} units
 */
export function sayFollowed(recording, state, followed, record, units) {
  if (followed === null) return { brief: "none", full: "none" };
  const brief = nameExample(recording, followed);
  // At the start the places alone would tell who will learn.
  if (state.held) return { brief, full: brief };
  const layer = recording.layers[state.layer];
  const each = (/** @type {(run: number) => string} */ say) =>
    recording.runs.map(({ label }, run) => `${label} ${say(run)}`).join("; ");
  if (state.cells === "unit" && units) {
    const unit = units.held(state.layer, state.unit);
    const out = new Float32Array(recording.exampleCount);
    const value = (/** @type {number} */ run) =>
      formatNumber(units.values(recording, run, record, state.layer, unit, out)[followed]);
    return { brief, full: `${brief}. Unit ${units.units[state.layer].numbers[unit]} of ${layer}: ${each(value)}` };
  }
  const kin = (/** @type {number} */ run) => sayNeighbors(recording, run, state.layer, followed, record);
  return { brief, full: `${brief}. Its ${NEIGHBORS} nearest in ${layer}: ${each(kin)}` };
}

/**
 * How many of an example's neighbors in the plane of a layer are of its class.
 * @param {Recording} recording
 * @param {number} run
 * @param {number} layer
 * @param {number} example
 * @param {number} record
 */
function sayNeighbors(recording, run, layer, example, record) {
  const labels = recording.arrays.example_labels;
  const places = recording.places(run, record, layer, new Float32Array(2 * recording.exampleCount));
  const others = Array.from(labels, (_, other) => other).filter((other) => other !== example);
  const distance = (/** @type {number} */ other) =>
    Math.hypot(places[2 * other] - places[2 * example], places[2 * other + 1] - places[2 * example + 1]);
  if (!Number.isFinite(places[2 * example])) return "not known";
  const size = Math.max(...(recording.examples?.reach ?? [1]));
  if (Math.max(...others.map(distance)) < ONE_PLACE * size) return "all in one place";
  const nearest = others.sort((a, b) => distance(a) - distance(b)).slice(0, NEIGHBORS);
  return `${nearest.filter((other) => labels[other] === labels[example]).length} of its class`;
}
