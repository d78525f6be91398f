// images.js: the strip. Columns are runs, rows are layers; in each cell the same test examples lie where the layer puts
// them, in the plane of its two principal directions. One scale for all cells and steps.

import { cellAt, layOutCells } from "./cells.js";
import { formatSpread, Sheet } from "./drawing.js";
import { nameExample } from "./examples.js";
import { drawRing, makeSprites } from "./sprites.js";

/**
 * @typedef {import("./drawing.js").Theme} Theme
 * @typedef {import("./player.js").State} State
 * @typedef {import("./recording.js").Examples} Examples
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {{ run: number, layer: number, example: number | null }} Found
 */

const MARGIN = 2;
const WIDEST = 3.5; // times as many pixels across as upward, at most
const TEXT_TOP = 15; // baseline of the first line below the upper edge
const HEAP = 4; // examples nearer to the middle than this part of a picture cannot be told apart
const NEAR = 14; // pixels from the pointer within which an example is meant
const ENLARGED_TIMES = 2;

export class Images {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Recording} recording
   * @param {State} state
   */
  constructor(canvas, recording, state) {
    this.sheet = new Sheet(canvas);
    this.recording = recording;
    this.state = state;
    this.examples = /** @type {Examples} */ (recording.examples);
    this.scratch = new Float32Array(2 * recording.exampleCount);
    /** @type {import("./cells.js").Cells} */
    this.cells = { gap: 0, columnWidth: 0, rows: [], height: 0 };
    this.side = 0; // of a picture
    this.zoomAcross = 1;
    this.zoomUp = 1;
    /** @type {import("./sprites.js").Sprites | null} */
    this.sprites = null;
  }

  get rows() {
    return this.cells.rows;
  }

  get columnWidth() {
    return this.cells.columnWidth;
  }

  /**
   * @param {number} width
   * @param {number} room height that all rows may take
   */
  layout(width, room = Infinity) {
    const { reach } = this.examples;
    this.cells = layOutCells(this.recording, width, room);
    const [{ height }] = this.rows;
    this.side = Math.max(10, Math.min(22, Math.round(Math.min(height / 6.5, this.columnWidth / 9))));
    const [across, up] = [this.columnWidth, height].map((size) => size / 2 - this.side / 2 - MARGIN);
    // Cells are wider than high, and the room is used: a unit has more pixels across than upward, alike in all cells.
    this.zoomUp = up / reach[1];
    this.zoomAcross = Math.min(across / reach[0], WIDEST * this.zoomUp);
    this.sheet.resize(width, this.cells.height);
    this.sprites = null;
  }

  /** @param {number} column */
  columnLeft(column) {
    return column * (this.columnWidth + this.cells.gap);
  }

  /**
   * Write where the examples of a cell stand into `scratch`, in pixels; NaN where they have no place.
   * @param {number} run
   * @param {number} layer
   * @param {number} position
   */
  place(run, layer, position) {
    const { top, height } = this.rows[layer];
    const [acrossReach, upReach] = this.examples.reach;
    const places = this.recording.places(run, position, layer, this.scratch);
    const [x, y] = [this.columnLeft(run) + this.columnWidth / 2, top + height / 2];
    for (let index = 0; index < places.length; index += 2) {
      // What lies beyond the scale is drawn at the edge.
      places[index] = x + this.zoomAcross * Math.min(acrossReach, Math.max(-acrossReach, places[index]));
      places[index + 1] = y - this.zoomUp * Math.min(upReach, Math.max(-upReach, places[index + 1]));
    }
    return places;
  }

  /**
   * @param {number} position
   * @param {Theme} theme
   */
  draw(position, theme) {
    const { sheet, recording } = this;
    if (this.sprites?.theme !== theme) {
      this.sprites = makeSprites(recording, this.examples, theme, this.side, sheet.ratio);
    }
    sheet.clear(theme);
    for (let run = 0; run < recording.runCount; run++) {
      sheet.context.save();
      if (recording.hasEnded(run, Math.ceil(position))) sheet.context.globalAlpha = 0.35;
      this.rows.forEach((_, layer) => this.drawExamples(run, layer, position, theme));
      sheet.context.restore();
      this.rows.forEach((_, layer) => this.drawSpread(run, layer, position, theme));
    }
  }

  /**
   * @param {number} run
   * @param {number} layer
   * @param {number} position
   * @param {Theme} theme
   */
  drawExamples(run, layer, position, theme) {
    const { sheet, recording, state, side } = this;
    const { top, height } = this.rows[layer];
    sheet.context.fillStyle = theme.surface;
    sheet.context.fillRect(this.columnLeft(run), top, this.columnWidth, height);
    const places = this.place(run, layer, position);
    for (let example = 0; example < recording.exampleCount; example++) {
      this.drawExample(example, places[2 * example], places[2 * example + 1], side);
    }
    this.drawHeap(run, layer, places, theme);
    const { example } = state;
    if (example === null) return;
    const [x, y] = [places[2 * example], places[2 * example + 1]];
    if (!Number.isFinite(x)) return;
    drawRing(this.sheet, x, y, this.side, theme);
    this.drawExample(example, x, y, side * ENLARGED_TIMES);
  }

  /**
   * @param {number} example
   * @param {number} x
   * @param {number} y
   * @param {number} size
   */
  drawExample(example, x, y, size) {
    if (!Number.isFinite(x) || !this.sprites) return;
    const { canvas, pixels } = this.sprites;
    this.sheet.context.drawImage(canvas, example * pixels, 0, pixels, pixels, x - size / 2, y - size / 2, size, size);
  }

  /**
   * Say how many examples there are where nobody could see it: in one place, one above the other.
   * @param {number} run
   * @param {number} layer
   * @param {Float32Array} places
   * @param {Theme} theme
   */
  drawHeap(run, layer, places, theme) {
    const { sheet, recording, side } = this;
    const middle = this.columnLeft(run) + this.columnWidth / 2;
    const { top, height } = this.rows[layer];
    const far = (/** @type {number} */ place, /** @type {number} */ index) =>
      Math.abs(place - (index % 2 ? top + height / 2 : middle)) >= side / HEAP;
    if (places.some(far) || !Number.isFinite(places[0])) return;
    const words = `${recording.exampleCount} in one place`;
    if (sheet.context.measureText(words).width > this.columnWidth / 2 - side) return;
    sheet.text(words, middle + side, top + height / 2 + 5, { color: theme.text, alpha: 0.75 });
  }

  /**
   * @param {number} run
   * @param {number} layer
   * @param {number} position
   * @param {Theme} theme
   */
  drawSpread(run, layer, position, theme) {
    const { sheet, recording, state } = this;
    if (state.held) return;
    const spread = recording.spread(run, position, layer);
    if (!Number.isFinite(spread)) return;
    const words = `spread ${formatSpread(spread)}`;
    const fits = sheet.context.measureText(words).width < this.columnWidth - 8;
    const x = this.columnLeft(run) + 5;
    sheet.text(fits ? words : formatSpread(spread), x, this.rows[layer].top + TEXT_TOP, {
      color: theme.text,
      halo: theme.surface,
    });
  }

  /**
   * The cell under the pointer, and the example that is nearest to it there, null if none is near.
   * @param {number} x
   * @param {number} y
   * @param {number} position
   * @returns {Found | null}
   */
  find(x, y, position) {
    const cell = cellAt(this.cells, this.recording.runCount, x, y);
    if (!cell) return null;
    const { run, layer } = cell;
    const places = this.place(run, layer, position);
    let [example, nearest] = [/** @type {number | null} */ (null), NEAR];
    for (let index = 0; index < this.recording.exampleCount; index++) {
      const distance = Math.hypot(places[2 * index] - x, places[2 * index + 1] - y);
      // Of several in one place the last one: it is drawn above the others.
      if (distance <= nearest) [example, nearest] = [index, distance];
    }
    return { run, layer, example };
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} record
   */
  tip(x, y, record) {
    const found = this.find(x, y, record);
    if (!found) return null;
    const { recording } = this;
    const { run, layer, example } = found;
    const lines = [`${recording.runs[run].label}, ${recording.layers[layer]}`];
    if (example !== null) lines.push(nameExample(recording, example));
    lines.push(`spread of a unit over the batch ${formatSpread(recording.spread(run, record, layer))}`);
    lines.push("Click to look into this layer.");
    return lines;
  }
}
