// recording.js: the packed recording (layout: payload.py) as typed arrays with named lookups.

const ARRAY_TYPES = { uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array, float32: Float32Array };
export const MISSING = 65535;
export const TOP_CODE = 65534;

export class Recording {
  constructor(bytes) {
    // Streamlit hands over a view at an odd offset of a larger buffer; wider numbers need an aligned copy.
    const buffer = bytes.slice().buffer;
    const headerLength = new DataView(buffer).getUint32(0, true);
    Object.assign(this, JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headerLength))));
    this.arrays = {};
    this.shapes = {};
    for (const { name, dtype, shape, offset } of this.sections) {
      const length = shape.reduce((product, size) => product * size, 1);
      this.arrays[name] = new ARRAY_TYPES[dtype](buffer, 4 + headerLength + offset, length);
      this.shapes[name] = shape;
    }
    this.steps = this.arrays.steps;
    [this.records, this.runCount, this.layerCount, this.stageCount] = this.shapes.mean;
    this.bins = this.shapes.heights?.[4] ?? 0;
    this.lastRecord = this.records - 1;
    // The axes of one that is still being made reach to its end.
    this.lastStep = this.planned ?? this.steps[this.lastRecord];
  }

  /** Last record of a run: a diverged run has fewer than the others. */
  endOf(run) {
    return Math.max(0, this.arrays.recorded[run] - 1);
  }

  hasEnded(run, record) {
    return record >= this.arrays.recorded[run];
  }

  /** Records and blend weight that belong to a position between two records, held at the run's end. */
  around(run, position) {
    const held = Math.min(position, this.endOf(run));
    const first = Math.floor(held);
    return { first, second: Math.min(first + 1, this.endOf(run)), weight: held - first };
  }

  cell(record, run, layer, stage) {
    return ((record * this.runCount + run) * this.layerCount + layer) * this.stageCount + stage;
  }

  /** A value of mean, sd, peak or zero, blended between records. */
  blended(name, run, position, layer, stage) {
    const { first, second, weight } = this.around(run, position);
    const values = this.arrays[name];
    const start = values[this.cell(first, run, layer, stage)];
    return weight ? start + weight * (values[this.cell(second, run, layer, stage)] - start) : start;
  }

  /** Shares of all values below (side 0) and above (side 1) the range of the histogram. */
  outside(run, position, layer, stage, side) {
    const { first, second, weight } = this.around(run, position);
    const values = this.arrays.outside;
    const start = values[2 * this.cell(first, run, layer, stage) + side];
    return start + weight * (values[2 * this.cell(second, run, layer, stage) + side] - start);
  }

  /** Write the heights of one histogram, 0 to 1 of the frame's fullest bin, into `out`. */
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

  edge(stage, index) {
    return this.arrays.edges[stage * (this.bins + 1) + index];
  }

  /** loss or accuracy; split 0 is the training batch, 1 the test set. */
  score(name, record, run, split) {
    return this.arrays[name][(record * this.runCount + run) * 2 + split];
  }

  /** gamma, beta or a moment of one drawn unit; NaN where the run has none. */
  trajectory(name, run, layer, unit, record) {
    const [, layers, units, records] = this.shapes[name];
    const code = this.arrays[name][((run * layers + layer) * units + unit) * records + record];
    const { lo, hi } = this.scales[name][layer];
    return code === MISSING ? NaN : lo + ((hi - lo) * code) / TOP_CODE;
  }

  hasTrajectory(name, run, layer) {
    return !Number.isNaN(this.trajectory(name, run, layer, 0, 0));
  }

  /** Probability that the network gives to `label` at a grid point, 0 to 255. */
  probability(record, run, label, y, x) {
    const [, , stored, size] = this.shapes.decision;
    const plane = (record * this.runCount + run) * stored;
    const at = (index) => this.arrays.decision[((plane + index) * size + y) * size + x];
    if (label < stored) return at(label);
    let rest = 255;
    for (let index = 0; index < stored; index++) rest -= at(index);
    return Math.max(0, rest);
  }
}
