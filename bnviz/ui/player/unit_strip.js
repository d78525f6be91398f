// unit_strip.js: the strip as a line: the examples along the value of one unit in each layer, and what it makes of them.

import { formatMoment, formatNumber, formatSpread } from "./drawing.js";
import { nameExample } from "./examples.js";
import { drawRing, makeSprites } from "./sprites.js";
import { HEAD_LINE, UnitCells } from "./unit_cells.js";

/**
 * @typedef {import("./drawing.js").Theme} Theme
 * @typedef {import("./recording.js").Examples} Examples
 * @typedef {import("./units.js").Moment} Moment
 * @typedef {import("./units.js").SymbolName} SymbolName
 * @typedef {{ words: string, name?: SymbolName }[]} Words a text in pieces, each in the color of its symbol
 */

const FEET = 22; // below the examples: a bracket for mean and spread, and one for β and γ
const CLOSE = 14; // pixels from the pointer within which an example is meant
const LARGER = 2; // times, of an example that is pointed at
const SPACE = 12; // between two pieces of a text

export class UnitStrip extends UnitCells {
  /** @type {import("./sprites.js").Sprites | null} */
  sprites = null;
  side = 0;
  /** @type {number[]} each example's place from above, examples of one class together */
  ranks = [];

  /**
   * @param {number} width
   * @param {number} room
   */
  layout(width, room = Infinity) {
    super.layout(width, room);
    const [{ height }] = this.rows;
    this.side = Math.max(10, Math.min(20, Math.round(Math.min(height / 6.5, this.cells.columnWidth / 9))));
    this.inset = this.side / 2 + 2;
    this.ranks = ranksByClass(this.recording.arrays.example_labels);
    this.sprites = null;
  }

  /**
   * @param {number} position
   * @param {Theme} theme
   */
  draw(position, theme) {
    const examples = /** @type {Examples} */ (this.recording.examples);
    if (this.sprites?.theme !== theme) {
      this.sprites = makeSprites(this.recording, examples, theme, this.side, this.sheet.ratio);
    }
    super.draw(position, theme);
  }

  /**
   * @param {number} run
   * @param {number} layer
   * @param {number} position
   * @param {Theme} theme
   */
  drawCell(run, layer, position, theme) {
    const { state, units, recording } = this;
    const unit = units.held(layer, state.unit);
    const values = this.valuesOf(run, layer, unit, position);
    const { example } = state;
    const x = this.across(run);
    values.forEach((value, index) => {
      if (index !== example) this.drawSprite(index, x(value), this.height(layer, index), this.side);
    });
    this.drawFeet(run, layer, unit, position, theme);
    if (example !== null) this.drawPicked(example, x(values[example]), this.height(layer, example), theme);
    const moment = (/** @type {Moment} */ name) => units.moment(name, recording, run, position, layer, unit);
    this.writeMoments(run, layer, unit, moment, theme);
  }

  /**
   * @param {number} layer
   * @param {number} example
   */
  height(layer, example) {
    const { top, height } = this.rows[layer];
    const head = this.head(height) || 1;
    const room = height - head - FEET - this.side;
    return top + head + this.side / 2 + (room * this.ranks[example]) / Math.max(1, this.ranks.length - 1);
  }

  /**
   * @param {number} example
   * @param {number} x
   * @param {number} y
   * @param {number} size
   */
  drawSprite(example, x, y, size) {
    if (!Number.isFinite(x) || !this.sprites) return;
    const { canvas, pixels } = this.sprites;
    this.sheet.context.drawImage(canvas, example * pixels, 0, pixels, pixels, x - size / 2, y - size / 2, size, size);
  }

  /**
   * The example that is pointed at, larger, on a disk.
   * @param {number} example
   * @param {number} x
   * @param {number} y
   * @param {Theme} theme
   */
  drawPicked(example, x, y, theme) {
    if (!Number.isFinite(x)) return;
    drawRing(this.sheet, x, y, this.side, theme);
    this.drawSprite(example, x, y, this.side * LARGER);
  }

  /**
   * Mean ± sd of the unit over the batch, and below it β ± |γ|, each as a bracket with a tick in its middle.
   * @param {number} run
   * @param {number} layer
   * @param {number} unit
   * @param {number} position
   * @param {Theme} theme
   */
  drawFeet(run, layer, unit, position, theme) {
    const { sheet, units, recording } = this;
    const { top, height } = this.rows[layer];
    const x = this.across(run);
    const bottom = top + height;
    sheet.line(x(units.axis[0]), bottom - FEET + 1, x(units.axis[1]), bottom - FEET + 1, {
      color: theme.text,
      alpha: 0.3,
    });
    for (const { middle, half, at, inks } of FEET_OF) {
      const [center, reach] = [middle, half].map((name) => units.moment(name, recording, run, position, layer, unit));
      if (!Number.isFinite(center)) continue;
      const y = bottom - at;
      if (Number.isFinite(reach)) {
        const color = this.ink(inks[1], theme);
        const ends = [center - Math.abs(reach), center + Math.abs(reach)].map(x);
        sheet.line(ends[0], y, ends[1], y, { color, width: 3 });
        for (const end of ends) sheet.line(end, y - 4, end, y + 4, { color, width: 2 });
      }
      sheet.line(x(center), y - 6, x(center), y + 6, { color: this.ink(inks[0], theme), width: 3 });
    }
  }

  /**
   * @param {SymbolName} name
   * @param {Theme} theme
   */
  ink(name, theme) {
    return this.units.symbols[name][theme.dark ? 1 : 0];
  }

  /**
   * @param {number} run
   * @param {number} layer
   * @param {number} unit
   * @param {(name: Moment) => number} moment
   * @param {Theme} theme
   */
  writeMoments(run, layer, unit, moment, theme) {
    const { sheet, state, cells } = this;
    const mean = moment("output_mean");
    const [gamma, beta] = [moment("gamma"), moment("beta")];
    /** @type {Words} */
    const pieces = [{ words: `unit ${this.units.units[layer].numbers[unit]}` }];
    if (!state.held && Number.isFinite(mean)) {
      pieces.push({ words: `mean ${formatMoment(mean)}`, name: "mean" });
      pieces.push({ words: `sd ${formatSpread(moment("output_sd"))}`, name: "var" });
    }
    if (!state.held && Number.isFinite(beta)) pieces.push({ words: `β ${formatMoment(beta)}`, name: "beta" });
    if (!state.held && Number.isFinite(gamma)) pieces.push({ words: `γ ${formatMoment(gamma)}`, name: "gamma" });
    let x = this.columnLeft(run) + 5;
    for (const { words, name } of pieces) {
      const { width } = sheet.context.measureText(words);
      if (x + width > this.columnLeft(run) + cells.columnWidth) return;
      const color = name ? this.ink(name, theme) : theme.text;
      sheet.text(words, x, this.rows[layer].top + HEAD_LINE, { color, halo: theme.surface });
      x += width + SPACE;
    }
  }

  /**
   * The cell at a place, and the example nearest to it there, null if none is near.
   * @param {number} x
   * @param {number} y
   * @param {number} position
   */
  find(x, y, position) {
    const cell = this.cellAt(x, y);
    if (!cell) return null;
    const { run, layer } = cell;
    const unit = this.units.held(layer, this.state.unit);
    const place = this.across(run);
    let [example, nearest] = [/** @type {number | null} */ (null), CLOSE];
    this.valuesOf(run, layer, unit, position).forEach((value, index) => {
      const distance = Math.hypot(place(value) - x, this.height(layer, index) - y);
      if (distance <= nearest) [example, nearest] = [index, distance];
    });
    return { ...cell, unit, example };
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} record
   */
  tip(x, y, record) {
    const found = this.find(x, y, record);
    if (!found) return null;
    const { recording, units } = this;
    const { run, layer, unit, example } = found;
    const moment = (/** @type {Moment} */ name) => units.moment(name, recording, run, record, layer, unit);
    const lines = [
      `${recording.runs[run].label}, ${recording.layers[layer]}, unit ${units.units[layer].numbers[unit]}`,
    ];
    if (example !== null) {
      const value = this.valuesOf(run, layer, unit, record)[example];
      lines.push(`${nameExample(recording, example)}: ${formatNumber(value)}`);
    }
    lines.push(`over the batch: mean ${formatMoment(moment("output_mean"))}, sd ${formatSpread(moment("output_sd"))}`);
    lines.push(`before normalization: μ ${formatMoment(moment("mu"))}, σ ${formatSpread(moment("sigma"))}`);
    lines.push("Click to look into this layer.");
    return lines;
  }
}

/** @type {{ middle: Moment, half: Moment, at: number, inks: [SymbolName, SymbolName] }[]} `at`: pixels above the end */
const FEET_OF = [
  { middle: "output_mean", half: "output_sd", at: 15, inks: ["mean", "var"] },
  { middle: "beta", half: "gamma", at: 5, inks: ["beta", "gamma"] },
];

/**
 * Each example's rank where those of a class stand together, in the order of the classes.
 * @param {ArrayLike<number>} labels
 */
export function ranksByClass(labels) {
  const order = Array.from(labels, (_, example) => example).sort((a, b) => labels[a] - labels[b] || a - b);
  const ranks = new Array(order.length);
  order.forEach((example, rank) => {
    ranks[example] = rank;
  });
  return ranks;
}
