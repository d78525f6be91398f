// histograms.js: the hero. Columns are runs, rows are layers, each cell one histogram that breathes.

import { fewTicks, formatMoment, formatNumber, formatPercent, formatTick, linearScale, Sheet } from "./drawing.js";

const ROW_GAP = 4;
const TEXT_LINE = 19;
// From this width of a column on, numbers carry their names.
const ROOMY = 200;
const AXIS_HEIGHT = 24;
export const COLUMN_GAP = 20;
// The bar of mean ± sd hangs under the baseline.
const UNDER = 8;

/**
 * @typedef {import("./drawing.js").Theme} Theme
 * @typedef {import("./player.js").State} State
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {{ top: number, height: number }} Row
 */

export class Histograms {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Recording} recording
   * @param {State} state
   */
  constructor(canvas, recording, state) {
    this.sheet = new Sheet(canvas);
    this.recording = recording;
    this.state = state;
    /** @type {Row[]} */
    this.rows = [];
    this.columnWidth = 0;
    this.scratch = new Float32Array(recording.bins);
  }

  /** @param {number} width */
  layout(width) {
    const { layerCount } = this.recording;
    const plain = layerCount <= 5 ? 64 : layerCount <= 8 ? 54 : 46;
    const focused = layerCount === 1 ? 170 : plain + 52;
    this.rows = [];
    let top = 0;
    for (let layer = 0; layer < layerCount; layer++) {
      const height = layer === this.state.layer ? focused : plain;
      this.rows.push({ top, height });
      top += height + ROW_GAP;
    }
    const columns = this.state.columns.length;
    this.columnWidth = (width - COLUMN_GAP * (columns - 1)) / columns;
    this.sheet.resize(width, top + AXIS_HEIGHT);
  }

  /** @param {number} column */
  columnLeft(column) {
    return column * (this.columnWidth + COLUMN_GAP);
  }

  /** @param {number} left */
  xScale(left) {
    const { recording, state } = this;
    return linearScale(
      recording.edge(state.stage, 0),
      recording.edge(state.stage, recording.bins),
      left,
      left + this.columnWidth,
    );
  }

  /**
   * @param {number} position
   * @param {Theme} theme
   */
  draw(position, theme) {
    const { sheet, state } = this;
    sheet.clear(theme);
    const focus = this.rows[state.layer];
    sheet.context.fillStyle = theme.surface;
    sheet.context.fillRect(0, focus.top, sheet.width, focus.height + 2);
    state.columns.forEach((run, column) => {
      const left = this.columnLeft(column);
      this.drawColumnGrid(left, theme);
      sheet.context.save();
      if (this.recording.hasEnded(run, Math.ceil(position))) sheet.context.globalAlpha = 0.35;
      this.rows.forEach((row, layer) => this.drawCell(run, layer, row, left, position, theme));
      sheet.context.restore();
    });
  }

  /**
   * @param {number} left
   * @param {Theme} theme
   */
  drawColumnGrid(left, theme) {
    const { sheet, recording, state } = this;
    const x = this.xScale(left);
    const bottom = sheet.height - AXIS_HEIGHT;
    const low = recording.edge(state.stage, 0);
    const high = recording.edge(state.stage, recording.bins);
    const ticks = fewTicks(low, high, this.columnWidth / 70);
    for (const tick of ticks) {
      sheet.line(x(tick), 0, x(tick), bottom, { color: theme.text, alpha: Math.abs(tick) < 1e-9 ? 0.3 : 0.09 });
      const align = x(tick) < left + 10 ? "left" : x(tick) > left + this.columnWidth - 10 ? "right" : "center";
      sheet.text(formatTick(tick), x(tick), bottom + 16, { align, color: theme.text, alpha: 0.75 });
    }
  }

  /**
   * @param {number} run
   * @param {number} layer
   * @param {Row} row
   * @param {number} left
   * @param {number} position
   * @param {Theme} theme
   */
  drawCell(run, layer, { top, height }, left, position, theme) {
    const { sheet, recording, state } = this;
    const context = sheet.context;
    const color = theme.runColor(recording.runs[run]);
    const baseline = top + height - UNDER;
    const room = height - TEXT_LINE - UNDER;
    const heights = recording.heights(run, position, layer, state.stage, this.scratch);

    context.save();
    this.tracePath(heights, left, baseline, room);
    context.save();
    context.globalAlpha *= 0.5;
    context.fillStyle = color;
    context.fill();
    context.restore();
    context.strokeStyle = color;
    context.lineWidth = 1.75;
    context.stroke();
    context.restore();

    this.drawZero(run, layer, left, top, baseline, room, position, color, theme);
    this.drawStart(run, layer, left, baseline, room, theme);
    sheet.line(left, baseline, left + this.columnWidth, baseline, { color: theme.text, alpha: 0.35 });
    this.drawMoments(run, layer, left, top, baseline, position, theme);
    this.drawOutside(run, layer, left, baseline, room, position, color, theme);
  }

  /**
   * @param {Float32Array | number[]} heights
   * @param {number} left
   * @param {number} baseline
   * @param {number} room
   */
  tracePath(heights, left, baseline, room) {
    const { context } = this.sheet;
    const step = this.columnWidth / heights.length;
    context.beginPath();
    context.moveTo(left, baseline);
    for (let bin = 0; bin < heights.length; bin++) {
      context.lineTo(left + (bin + 0.5) * step, baseline - heights[bin] * room);
    }
    context.lineTo(left + this.columnWidth, baseline);
  }

  /**
   * The shape at step 0, as a thin outline to compare with.
   * @param {number} run
   * @param {number} layer
   * @param {number} left
   * @param {number} baseline
   * @param {number} room
   * @param {Theme} theme
   */
  drawStart(run, layer, left, baseline, room, theme) {
    const { sheet, recording, state } = this;
    const { context } = sheet;
    recording.heights(run, 0, layer, state.stage, this.scratch);
    this.tracePath(this.scratch, left, baseline, room);
    context.save();
    context.globalAlpha *= 0.4;
    context.strokeStyle = theme.text;
    context.lineWidth = 1;
    context.stroke();
    context.restore();
  }

  /**
   * The zeros of ReLU: a bar of its own, full height meaning all values.
   * @param {number} run
   * @param {number} layer
   * @param {number} left
   * @param {number} top
   * @param {number} baseline
   * @param {number} room
   * @param {number} position
   * @param {string} color
   * @param {Theme} theme
   */
  drawZero(run, layer, left, top, baseline, room, position, color, theme) {
    const { sheet, recording, state } = this;
    const share = recording.blended("zero", run, position, layer, state.stage);
    if (!(share > 0)) return;
    const { bin } = /** @type {{ bin: number }} */ (recording.zero_bin);
    const binWidth = this.columnWidth / recording.bins;
    const x = left + bin * binWidth;
    const barWidth = Math.max(4, binWidth);
    sheet.context.fillStyle = color;
    sheet.context.fillRect(x, baseline - share * room, barWidth, share * room);
    const edge = (/** @type {number} */ index) => formatTick(Number(recording.edge(state.stage, index).toPrecision(2)));
    const range = ` in ${edge(bin)} to ${edge(bin + 1)}`;
    sheet.text(formatPercent(share) + (this.columnWidth > ROOMY + 60 ? range : ""), x, top + 14, {
      color: theme.text,
      alpha: 0.85,
    });
  }

  /**
   * @param {number} run
   * @param {number} layer
   * @param {number} left
   * @param {number} top
   * @param {number} baseline
   * @param {number} position
   * @param {Theme} theme
   */
  drawMoments(run, layer, left, top, baseline, position, theme) {
    const { sheet, recording, state } = this;
    const mean = recording.blended("mean", run, position, layer, state.stage);
    const sd = recording.blended("sd", run, position, layer, state.stage);
    if (!Number.isFinite(mean)) return;
    const right = left + this.columnWidth;
    const x = this.xScale(left);
    /** @type {(value: number) => number} */
    const clamp = (value) => Math.min(right, Math.max(left, x(value)));
    sheet.line(clamp(mean - sd), baseline + 4, clamp(mean + sd), baseline + 4, {
      color: theme.text,
      alpha: 0.6,
      width: 3,
    });
    if (x(mean) >= left && x(mean) <= right) {
      sheet.line(x(mean), baseline - 4, x(mean), baseline + 8, { color: theme.text, width: 2 });
    }
    const text =
      this.columnWidth > ROOMY
        ? `mean ${formatMoment(mean)}   sd ${formatMoment(sd)}`
        : `${formatMoment(mean)} ± ${formatMoment(sd)}`;
    sheet.text(text, right, top + 14, { align: "right", color: theme.text, alpha: 0.85 });
  }

  /**
   * Mass beyond the range: a bar at the edge, full height meaning all values, and its share.
   * @param {number} run
   * @param {number} layer
   * @param {number} left
   * @param {number} baseline
   * @param {number} room
   * @param {number} position
   * @param {string} color
   * @param {Theme} theme
   */
  drawOutside(run, layer, left, baseline, room, position, color, theme) {
    const { sheet, recording, state } = this;
    const right = left + this.columnWidth;
    for (const side of [0, 1]) {
      const share = recording.outside(run, position, layer, state.stage, side);
      if (!(share > 0.0005)) continue;
      sheet.context.fillStyle = color;
      const height = Math.max(2, share * room);
      sheet.context.fillRect(side ? right - 5 : left, baseline - height, 5, height);
      const label = side ? `${formatPercent(share)} ▸` : `◂ ${formatPercent(share)}`;
      sheet.text(label, side ? right - 9 : left + 9, baseline - 5, {
        align: side ? "right" : "left",
        color: theme.text,
        halo: theme.background,
      });
    }
  }

  /**
   * Run, layer and bin under the pointer.
   * @param {number} x
   * @param {number} y
   */
  find(x, y) {
    const column = Math.floor(x / (this.columnWidth + COLUMN_GAP));
    const run = this.state.columns[column];
    const layer = this.rows.findIndex(({ top, height }) => y >= top && y < top + height + ROW_GAP);
    if (run === undefined || layer < 0) return null;
    const across = (x - this.columnLeft(column)) / this.columnWidth;
    return {
      run,
      layer,
      bin: Math.min(this.recording.bins - 1, Math.max(0, Math.floor(across * this.recording.bins))),
    };
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} record
   */
  tip(x, y, record) {
    const found = this.find(x, y);
    if (!found) return null;
    const { run, layer, bin } = found;
    const { recording, state } = this;
    const { stage } = state;
    const shown = Math.min(record, recording.endOf(run));
    const cell = recording.cell(shown, run, layer, stage);
    const share = (recording.arrays.heights[cell * recording.bins + bin] / 255) * recording.arrays.peak[cell];
    const low = recording.edge(stage, bin);
    const high = recording.edge(stage, bin + 1);
    const lines = [
      `${recording.runs[run].label}, ${recording.layers[layer]}`,
      `${formatPercent(share)} of values from ${formatNumber(low)} to ${formatNumber(high)}`,
    ];
    const zero = recording.arrays.zero[cell];
    if (zero > 0) lines.push(`${formatPercent(zero)} in the bin at 0, drawn as a bar of its own`);
    lines.push(`mean ${formatMoment(recording.arrays.mean[cell])}, sd ${formatMoment(recording.arrays.sd[cell])}`);
    lines.push(
      `below range ${formatPercent(recording.arrays.outside[2 * cell])}, above ${formatPercent(recording.arrays.outside[2 * cell + 1])}`,
    );
    lines.push("Click to look into this layer.");
    return lines;
  }
}
