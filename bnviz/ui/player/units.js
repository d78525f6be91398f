// units.js: what single units have for the examples (layout: unit_values.py), with named lookups.

import { unpack } from "../packed.js";

/**
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {"gamma" | "beta" | "mu" | "sigma" | "output_mean" | "output_sd"} Moment
 * @typedef {"mean" | "var" | "gamma" | "beta"} SymbolName
 */

const TOP_VALUE = 254;
const NO_VALUE = 255;

export class UnitValues {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    const { header, arrays, shapes } = unpack(bytes);
    /** @type {{ numbers: number[], of: number }[]} one a layer */
    this.units = header.units;
    /** @type {[number, number]} */
    this.axis = header.axis;
    /** @type {boolean} */
    this.beyond = header.beyond;
    /** @type {Record<SymbolName, [string, string]>} */
    this.symbols = header.symbols;
    this.arrays = arrays;
    const [, runCount, layerCount, most, exampleCount] = shapes.values;
    this.runCount = runCount;
    this.layerCount = layerCount;
    this.most = most; // units of a layer
    this.exampleCount = exampleCount;
  }

  /**
   * The place in its layer of the unit that is chosen, as far as the layer has so many.
   * @param {number} layer
   * @param {number} chosen
   */
  held(layer, chosen) {
    return Math.min(chosen, this.units[layer].numbers.length - 1);
  }

  /**
   * Write y of all examples into `out`, NaN where a run has none.
   * @param {Recording} recording
   * @param {number} run
   * @param {number} position
   * @param {number} layer
   * @param {number} unit its place among those of its layer
   * @param {Float32Array} out
   */
  values(recording, run, position, layer, unit, out) {
    const { first, second, weight } = recording.around(run, position);
    const { values, ranges } = this.arrays;
    const range = 2 * ((run * this.layerCount + layer) * this.most + unit);
    const [low, size] = [ranges[range], (ranges[range + 1] - ranges[range]) / TOP_VALUE];
    const [start, end] = [first, second].map((record) => this.cell(record, run, layer, unit) * this.exampleCount);
    for (let example = 0; example < this.exampleCount; example++) {
      const code = values[start + example];
      const blended = weight ? code + weight * (values[end + example] - code) : code;
      out[example] = code === NO_VALUE ? NaN : low + size * blended;
    }
    return out;
  }

  /**
   * A statistic of a unit, blended between records; NaN where a run has none.
   * @param {Moment} name
   * @param {Recording} recording
   * @param {number} run
   * @param {number} position
   * @param {number} layer
   * @param {number} unit
   */
  moment(name, recording, run, position, layer, unit) {
    const { first, second, weight } = recording.around(run, position);
    const [start, end] = [first, second].map((record) => this.arrays[name][this.cell(record, run, layer, unit)]);
    return weight ? start + weight * (end - start) : start;
  }

  /**
   * @param {number} record
   * @param {number} run
   * @param {number} layer
   * @param {number} unit
   */
  cell(record, run, layer, unit) {
    return ((record * this.runCount + run) * this.layerCount + layer) * this.most + unit;
  }
}
