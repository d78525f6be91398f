// family.js: results that Python computed for each value of one or two controls (packed by family.py).

/** @import { Arrays, Values } from "./types.js" */

import { unpack } from "../packed.js";

/** @typedef {{ name: string, values: number[] }} Control */
/** @typedef {{ first: number, second: number, weight: number }} Between */

export class Family {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    const { header, arrays, shapes } = unpack(bytes);
    /** @type {Control[]} */
    this.controls = header.controls;
    /** @type {Set<string>} */
    this.continuous = new Set(header.continuous);
    this.sections = arrays;
    this.shapes = shapes;
  }

  /**
   * Every array at these values of the controls: between computed ones, where the quantity is continuous, on the
   * straight line between its neighbors; else as computed at the nearest.
   *
   * @param {Values} values
   * @returns {{ arrays: Arrays, computedAt: Values, exact: boolean }}
   */
  at(values) {
    const places = this.controls.map(({ name, values: computed }) => between(computed, values[name]));
    const nearest = places.map(({ first, second, weight }) => (weight < 0.5 ? first : second));
    /** @type {Arrays} */
    const arrays = {};
    for (const name of Object.keys(this.sections)) {
      arrays[name] = this.continuous.has(name) ? this.blended(name, places) : this.cell(name, nearest);
    }
    const computedAt = Object.fromEntries(
      this.controls.map((control, index) => [control.name, control.values[nearest[index]]]),
    );
    return { arrays, computedAt, exact: places.every(({ weight }) => weight === 0) };
  }

  /** @type {(name: string, places: number[]) => ArrayLike<number>} */
  cell(name, places) {
    const shape = this.shapes[name];
    const size = shape.slice(places.length).reduce((product, each) => product * each, 1);
    const index = places.reduce((sum, place, axis) => sum * shape[axis] + place, 0);
    return this.sections[name].subarray(index * size, (index + 1) * size);
  }

  /** @type {(name: string, places: Between[], chosen?: number[]) => ArrayLike<number>} */
  blended(name, places, chosen = []) {
    if (chosen.length === places.length) return this.cell(name, chosen);
    const { first, second, weight } = places[chosen.length];
    const start = this.blended(name, places, [...chosen, first]);
    if (weight === 0) return start;
    const end = this.blended(name, places, [...chosen, second]);
    return Float64Array.from(start, (value, index) => value + weight * (end[index] - value));
  }
}

/**
 * The neighbors of a value among ascending ones, and how far it is on the way from the first to the second.
 *
 * @param {number[]} computed
 * @param {number} value
 * @returns {Between}
 */
function between(computed, value) {
  const last = computed.length - 1;
  const above = computed.findIndex((each) => each >= value);
  if (above === 0 || computed[above] === value) return { first: above, second: above, weight: 0 };
  if (above === -1) return { first: last, second: last, weight: 0 };
  const [low, high] = [computed[above - 1], computed[above]];
  return { first: above - 1, second: above, weight: (value - low) / (high - low) };
}
