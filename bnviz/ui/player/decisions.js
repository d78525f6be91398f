// decisions.js: for two-dimensional data, what each network answers over the plane, with training points.

import { contextOf, formatNumber, formatPercent, linearScale, Sheet } from "./drawing.js";
import { COLUMN_GAP } from "./histograms.js";

const DECISION_MAX = 240;

/**
 * @typedef {import("./drawing.js").Theme} Theme
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {Recording & { grid: NonNullable<Recording["grid"]>, classes: number }} PlaneRecording
 * @typedef {import("./player.js").State} State
 * @typedef {{ canvas: HTMLCanvasElement, painted: string }} Picture
 */

export class Decisions {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Recording} recording
   * @param {State} state
   */
  constructor(canvas, recording, state) {
    this.sheet = new Sheet(canvas);
    this.recording = recording;
    this.state = state;
    const { shapes, grid, classes } = /** @type {PlaneRecording} */ (recording);
    this.grid = grid;
    this.classes = classes;
    this.size = shapes.decision[3];
    this.columnWidth = 0;
    this.side = 0;
    /** @type {Picture[]} */
    this.pictures = recording.runs.map(() => {
      const picture = document.createElement("canvas");
      picture.width = picture.height = this.size;
      return { canvas: picture, painted: "" };
    });
  }

  /** @param {number} width */
  layout(width) {
    const columns = this.state.columns.length;
    this.columnWidth = (width - COLUMN_GAP * (columns - 1)) / columns;
    this.side = Math.min(DECISION_MAX, this.columnWidth);
    this.sheet.resize(width, this.side);
  }

  /** @param {number} column */
  left(column) {
    return column * (this.columnWidth + COLUMN_GAP) + (this.columnWidth - this.side) / 2;
  }

  /**
   * @param {number} position
   * @param {Theme} theme
   */
  draw(position, theme) {
    const { sheet, recording, state } = this;
    sheet.clear(theme);
    state.columns.forEach((run, column) => {
      const record = Math.min(Math.floor(position), recording.endOf(run));
      const left = this.left(column);
      sheet.context.save();
      if (recording.hasEnded(run, Math.ceil(position))) sheet.context.globalAlpha = 0.35;
      this.paint(run, record, theme);
      sheet.context.save();
      sheet.context.globalAlpha *= 0.75;
      sheet.context.drawImage(this.pictures[run].canvas, left, 0, this.side, this.side);
      sheet.context.restore();
      this.drawPoints(left, theme);
      sheet.context.restore();
    });
  }

  /**
   * @param {number} run
   * @param {number} record
   * @param {Theme} theme
   */
  paint(run, record, theme) {
    const picture = this.pictures[run];
    const wanted = `${record} ${theme.dark}`;
    if (picture.painted === wanted) return;
    picture.painted = wanted;
    const { recording, size } = this;
    const context = contextOf(picture.canvas);
    const pixels = context.createImageData(size, size);
    const colors = theme.classes.map(hexToRgb);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        // Rows of a picture run downward, the grid's y upward.
        const pixel = 4 * ((size - 1 - y) * size + x);
        const mixed = [0, 0, 0];
        for (let label = 0; label < this.classes; label++) {
          const weight = recording.probability(record, run, label, y, x) / 255;
          const color = colors[label % colors.length];
          for (let channel = 0; channel < 3; channel++) mixed[channel] += weight * color[channel];
        }
        pixels.data.set([...mixed, 255], pixel);
      }
    }
    context.putImageData(pixels, 0, 0);
  }

  /**
   * @param {number} left
   * @param {Theme} theme
   */
  drawPoints(left, theme) {
    const { recording, sheet } = this;
    const context = sheet.context;
    const { x: across, y: up } = this.grid;
    const x = linearScale(across[0], across[1], left, left + this.side);
    const y = linearScale(up[0], up[1], this.side, 0);
    const { points, point_labels: labels } = recording.arrays;
    context.strokeStyle = theme.background;
    context.lineWidth = 1;
    for (let index = 0; index < labels.length; index++) {
      context.fillStyle = theme.classes[labels[index] % theme.classes.length];
      context.beginPath();
      traceMarker(context, labels[index], x(points[2 * index]), y(points[2 * index + 1]));
      context.fill();
      context.stroke();
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} record
   */
  tip(x, y, record) {
    const { recording, state } = this;
    const column = Math.floor(x / (this.columnWidth + COLUMN_GAP));
    const run = state.columns[column];
    if (run === undefined) return null;
    const across = (x - this.left(column)) / this.side;
    const up = 1 - y / this.side;
    if (across < 0 || across > 1 || up < 0 || up > 1) return null;
    const [row, point] = [up, across].map((share) => Math.min(this.size - 1, Math.floor(share * this.size)));
    const shown = Math.min(record, recording.endOf(run));
    /** @type {(share: number, range: number[]) => string} */
    const place = (share, [low, high]) => formatNumber(low + share * (high - low));
    const lines = [recording.runs[run].label, `x ${place(across, this.grid.x)}, y ${place(up, this.grid.y)}`];
    for (let label = 0; label < this.classes; label++) {
      lines.push(`class ${label}: ${formatPercent(recording.probability(shown, run, label, row, point) / 255)}`);
    }
    return lines;
  }
}

/**
 * Classes differ by shape too: circle, triangle, square, diamond. At size 1 a circle has a radius of 3.5 pixels.
 * @param {CanvasRenderingContext2D} context
 * @param {number} label
 * @param {number} x
 * @param {number} y
 * @param {number} [size]
 */
export function traceMarker(context, label, x, y, size = 1) {
  const corners = { 1: 3, 2: 4, 3: 4 }[label % 4];
  if (!corners) {
    context.arc(x, y, 3.5 * size, 0, 2 * Math.PI);
    return;
  }
  const turn = label % 4 === 2 ? Math.PI / 4 : -Math.PI / 2;
  for (let corner = 0; corner < corners; corner++) {
    const angle = turn + (2 * Math.PI * corner) / corners;
    context[corner ? "lineTo" : "moveTo"](x + 4.5 * size * Math.cos(angle), y + 4.5 * size * Math.sin(angle));
  }
  context.closePath();
}

/** @param {string} hex */
function hexToRgb(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}
