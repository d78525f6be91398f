// unit_cells.js: what both pictures of single units share: cells, one axis of y for all of them, and its ticks.

import { cellAt, layOutCells } from "./cells.js";
import { fewTicks, formatTick, linearScale, Sheet } from "./drawing.js";

/**
 * @typedef {import("./drawing.js").Theme} Theme
 * @typedef {import("./player.js").State} State
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {import("./units.js").UnitValues} UnitValues
 */

export const HEAD_LINE = 15; // baseline of a line of text below the upper edge of a cell
const HEAD_ROOM = 19;
const TALL = 76; // cells that have room for such a line
const UNIT_AXIS = 42;
const TICK_SPACE = 8; // pixels between the numbers of two ticks
const UNIT_AXIS_TITLE = "value of the unit after γ and β";

export class UnitCells {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Recording} recording
   * @param {UnitValues} units
   * @param {State} state
   */
  constructor(canvas, recording, units, state) {
    this.sheet = new Sheet(canvas);
    this.recording = recording;
    this.units = units;
    this.state = state;
    this.scratch = new Float32Array(units.exampleCount);
    /** @type {import("./cells.js").Cells} */
    this.cells = { gap: 0, columnWidth: 0, rows: [], height: 0 };
    this.inset = 4; // pixels from the side of a cell to the end of its axis
  }

  get rows() {
    return this.cells.rows;
  }

  /**
   * @param {number} width
   * @param {number} room height that all rows may take
   */
  layout(width, room = Infinity) {
    this.cells = layOutCells(this.recording, width, room - UNIT_AXIS);
    this.sheet.resize(width, this.cells.height + UNIT_AXIS);
  }

  /**
   * What a cell of this height keeps free above for a line of text; 0 where that stands over the picture, or nowhere.
   * @param {number} height
   */
  head(height) {
    return height >= TALL ? HEAD_ROOM : 0;
  }

  /** @param {number} run */
  columnLeft(run) {
    return run * (this.cells.columnWidth + this.cells.gap);
  }

  /**
   * The place of a value; what lies beyond the axis is drawn at its end.
   * @param {number} run
   * @returns {(value: number) => number}
   */
  across(run) {
    const [low, high] = this.units.axis;
    const left = this.columnLeft(run);
    const x = linearScale(low, high, left + this.inset, left + this.cells.columnWidth - this.inset);
    return (value) => x(Math.min(high, Math.max(low, value)));
  }

  /**
   * @param {number} position
   * @param {Theme} theme
   */
  draw(position, theme) {
    const { sheet, recording } = this;
    sheet.clear(theme);
    for (let run = 0; run < recording.runCount; run++) {
      sheet.context.save();
      if (recording.hasEnded(run, Math.ceil(position))) sheet.context.globalAlpha = 0.35;
      for (const { top, height } of this.rows) {
        sheet.context.fillStyle = theme.surface;
        sheet.context.fillRect(this.columnLeft(run), top, this.cells.columnWidth, height);
      }
      this.drawAxis(run, theme);
      this.rows.forEach((_, layer) => this.drawCell(run, layer, position, theme));
      sheet.context.restore();
    }
  }

  /**
   * @param {number} _run
   * @param {number} _layer
   * @param {number} _position
   * @param {Theme} _theme
   */
  drawCell(_run, _layer, _position, _theme) {
    throw new Error("each picture draws its own cells");
  }

  /**
   * @param {number} run
   * @param {Theme} theme
   */
  drawAxis(run, theme) {
    const { sheet, cells } = this;
    const [low, high] = this.units.axis;
    const left = this.columnLeft(run);
    const x = this.across(run);
    let free = -Infinity;
    for (const tick of fewTicks(low, high, cells.columnWidth / 60)) {
      for (const { top, height } of this.rows) {
        sheet.line(x(tick), top, x(tick), top + height, {
          color: theme.text,
          alpha: Math.abs(tick) < 1e-9 ? 0.28 : 0.1,
        });
      }
      const words = formatTick(tick);
      const half = sheet.context.measureText(words).width / 2;
      if (x(tick) - half < Math.max(free, left) || x(tick) + half > left + cells.columnWidth) continue;
      free = x(tick) + half + TICK_SPACE;
      sheet.text(words, x(tick), cells.height + 11, { align: "center", color: theme.text, alpha: 0.75 });
    }
    const fits = sheet.context.measureText(UNIT_AXIS_TITLE).width < cells.columnWidth;
    if (fits) {
      const middle = left + cells.columnWidth / 2;
      sheet.text(UNIT_AXIS_TITLE, middle, cells.height + 30, { align: "center", color: theme.text, alpha: 0.75 });
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  cellAt(x, y) {
    return cellAt(this.cells, this.recording.runCount, x, y);
  }

  /**
   * The values of a unit of a layer for all examples.
   * @param {number} run
   * @param {number} layer
   * @param {number} unit
   * @param {number} position
   */
  valuesOf(run, layer, unit, position) {
    return this.units.values(this.recording, run, position, layer, unit, this.scratch);
  }
}
