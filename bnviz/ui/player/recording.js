// recording.js: the packed recording (layout: payload.py) as typed arrays with named lookups.

/** @import { Numbers } from "../packed.js" */

import { unpack } from "../packed.js";

/**
 * What the header of a packed recording tells besides its arrays.
 * @typedef {object} Header
 * @property {string} id digest of the rest
 * @property {"training" | "layer"} view
 * @property {Run[]} runs
 * @property {Stage[]} stages
 * @property {string[]} layers their names
 * @property {{ drawn: number[], of: number }[]} units of each layer: which are drawn, and of how many
 * @property {Record<string, Range[]>} scales of each quantity that has trajectories, one a layer
 * @property {{ stage: number, bin: number } | null} zero_bin where ReLU's zeros are shown apart
 * @property {{ step: number, factor: number }[]} interventions
 * @property {boolean} autoplay
 * @property {number | null} planned last step of a training that goes on
 * @property {{ x: [number, number], y: [number, number] }} [grid] of two-dimensional data
 * @property {number} [classes] of two-dimensional data
 * @property {Examples} [examples] where some were recorded
 *
 * @typedef {object} Run
 * @property {string} label
 * @property {string} norm
 * @property {string} color
 * @property {string} color_dark
 * @property {number[]} dash
 * @property {string} status
 *
 * @typedef {"pre_norm" | "normalized" | "post_affine" | "post_activation"} Stage
 * @typedef {{ lo: number, hi: number, clipped: boolean }} Range
 * @typedef {{ kind: "image" | "signal" | "point", reach: number[], beyond: boolean }} Examples
 * @typedef {"mean" | "sd" | "peak" | "zero"} Blended
 * @typedef {"loss" | "accuracy"} Score
 */

export const MISSING = 65535;
export const TOP_CODE = 65534;
const TOP_PLACE = 4094;

export class Recording {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    const unpacked = unpack(bytes);
    /** @type {Header} */
    const header = unpacked.header;
    this.id = header.id;
    this.view = header.view;
    this.runs = header.runs;
    this.stages = header.stages;
    this.layers = header.layers;
    this.units = header.units;
    this.scales = header.scales;
    this.zero_bin = header.zero_bin;
    this.interventions = header.interventions;
    this.autoplay = header.autoplay;
    this.grid = header.grid;
    this.classes = header.classes;
    this.examples = header.examples;
    this.arrays = unpacked.arrays;
    this.shapes = unpacked.shapes;
    if (this.examples) this.arrays.plane = placesOf(this.arrays.plane, Math.max(...this.examples.reach));
    this.steps = this.arrays.steps;
    const [records, runCount, layerCount, stageCount] = this.shapes.mean;
    this.records = records;
    this.runCount = runCount;
    this.layerCount = layerCount;
    this.stageCount = stageCount;
    this.bins = this.shapes.heights?.[4] ?? 0;
    this.lastRecord = this.records - 1;
    // The axes of one that is still being made reach to its end.
    this.lastStep = header.planned ?? this.steps[this.lastRecord];
  }

  /**
   * Last record of a run: a diverged run has fewer than the others.
   * @param {number} run
   */
  endOf(run) {
    return Math.max(0, this.arrays.recorded[run] - 1);
  }

  /**
   * @param {number} run
   * @param {number} record
   */
  hasEnded(run, record) {
    return record >= this.arrays.recorded[run];
  }

  /**
   * Records and blend weight that belong to a position between two records, held at the run's end.
   * @param {number} run
   * @param {number} position
   */
  around(run, position) {
    const held = Math.min(position, this.endOf(run));
    const first = Math.floor(held);
    return { first, second: Math.min(first + 1, this.endOf(run)), weight: held - first };
  }

  /**
   * @param {number} record
   * @param {number} run
   * @param {number} layer
   * @param {number} stage
   */
  cell(record, run, layer, stage) {
    return ((record * this.runCount + run) * this.layerCount + layer) * this.stageCount + stage;
  }

  /**
   * A value of mean, sd, peak or zero, blended between records.
   * @param {Blended} name
   * @param {number} run
   * @param {number} position
   * @param {number} layer
   * @param {number} stage
   */
  blended(name, run, position, layer, stage) {
    const { first, second, weight } = this.around(run, position);
    const values = this.arrays[name];
    const start = values[this.cell(first, run, layer, stage)];
    return weight ? start + weight * (values[this.cell(second, run, layer, stage)] - start) : start;
  }

  /**
   * How far a unit in the middle of its layer spreads over the batch, before any normalization.
   * @param {number} run
   * @param {number} position
   * @param {number} layer
   */
  spread(run, position, layer) {
    const { first, second, weight } = this.around(run, position);
    const at = (/** @type {number} */ record) =>
      this.arrays.spread[(record * this.runCount + run) * this.layerCount + layer];
    return weight ? at(first) + weight * (at(second) - at(first)) : at(first);
  }

  /** Number of the examples that are shown as images, 0 in recordings without. */
  get exampleCount() {
    return this.arrays.example_labels?.length ?? 0;
  }

  /**
   * Write the places of all examples in a layer's plane into `out`, x and y in turn; NaN where they have none.
   * @param {number} run
   * @param {number} position
   * @param {number} layer
   * @param {Float32Array} out
   */
  places(run, position, layer, out) {
    const { first, second, weight } = this.around(run, position);
    const { plane } = this.arrays;
    const size = 2 * this.exampleCount;
    const start = ((first * this.runCount + run) * this.layerCount + layer) * size;
    const end = ((second * this.runCount + run) * this.layerCount + layer) * size;
    for (let index = 0; index < size; index++) {
      const place = plane[start + index];
      out[index] = weight ? place + weight * (plane[end + index] - place) : place;
    }
    return out;
  }

  /**
   * Shares of all values below (side 0) and above (side 1) the range of the histogram.
   * @param {number} run
   * @param {number} position
   * @param {number} layer
   * @param {number} stage
   * @param {number} side
   */
  outside(run, position, layer, stage, side) {
    const { first, second, weight } = this.around(run, position);
    const values = this.arrays.outside;
    const start = values[2 * this.cell(first, run, layer, stage) + side];
    return start + weight * (values[2 * this.cell(second, run, layer, stage) + side] - start);
  }

  /**
   * Write the heights of one histogram, 0 to 1 of the frame's fullest bin, into `out`.
   * @param {number} run
   * @param {number} position
   * @param {number} layer
   * @param {number} stage
   * @param {Float32Array | number[]} out
   */
  heights(run, position, layer, stage, out) {
    const { first, second, weight } = this.around(run, position);
    const values = this.arrays.heights;
    const start = this.cell(first, run, layer, stage) * this.bins;
    const end = this.cell(second, run, layer, stage) * this.bins;
    for (let bin = 0; bin < this.bins; bin++) {
      const height = values[start + bin];
      out[bin] = (height + weight * (values[end + bin] - height)) / 255;
    }
    return out;
  }

  /**
   * @param {number} stage
   * @param {number} index
   */
  edge(stage, index) {
    return this.arrays.edges[stage * (this.bins + 1) + index];
  }

  /**
   * loss or accuracy; split 0 is the training batch, 1 the test set.
   * @param {Score} name
   * @param {number} record
   * @param {number} run
   * @param {number} split
   */
  score(name, record, run, split) {
    return this.arrays[name][(record * this.runCount + run) * 2 + split];
  }

  /**
   * gamma, beta or a moment of one drawn unit; NaN where the run has none.
   * @param {string} name
   * @param {number} run
   * @param {number} layer
   * @param {number} unit
   * @param {number} record
   */
  trajectory(name, run, layer, unit, record) {
    const [, layers, units, records] = this.shapes[name];
    const code = this.arrays[name][((run * layers + layer) * units + unit) * records + record];
    const { lo, hi } = this.scales[name][layer];
    return code === MISSING ? NaN : lo + ((hi - lo) * code) / TOP_CODE;
  }

  /**
   * @param {string} name
   * @param {number} run
   * @param {number} layer
   */
  hasTrajectory(name, run, layer) {
    return !Number.isNaN(this.trajectory(name, run, layer, 0, 0));
  }

  /**
   * Probability that the network gives to `label` at a grid point, 0 to 255.
   * @param {number} record
   * @param {number} run
   * @param {number} label
   * @param {number} y
   * @param {number} x
   */
  probability(record, run, label, y, x) {
    const [, , stored, size] = this.shapes.decision;
    const plane = (record * this.runCount + run) * stored;
    const at = (/** @type {number} */ index) => this.arrays.decision[((plane + index) * size + y) * size + x];
    if (label < stored) return at(label);
    let rest = 255;
    for (let index = 0; index < stored; index++) rest -= at(index);
    return Math.max(0, rest);
  }
}

/**
 * Codes as places in the plane, so that parts with scales of their own can be put together.
 * @param {Numbers} codes
 * @param {number} most
 */
function placesOf(codes, most) {
  const places = new Float32Array(codes.length);
  codes.forEach((code, index) => {
    places[index] = code === MISSING ? NaN : ((2 * code) / TOP_PLACE - 1) * most;
  });
  return places;
}

/**
 * The last record that is not after a step.
 * @param {ArrayLike<number>} steps
 * @param {number} step
 */
export function recordUpTo(steps, step) {
  return Math.max(
    0,
    Array.from(steps).findLastIndex((recorded) => recorded <= step),
  );
}
