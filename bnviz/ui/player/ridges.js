// ridges.js: the units of each layer one by one, each a small histogram of the examples, one below the other.

import { formatMoment, formatSpread } from "./drawing.js";
import { HEAD_LINE, UnitCells } from "./unit_cells.js";

/**
 * @typedef {import("./drawing.js").Theme} Theme
 */

const RIDGE_BINS = 120;
const SMOOTH = 0.35; // standard deviations
const OVERLAP = 2.6; // heights of a ridge over the distance between two

export class Ridges extends UnitCells {
  shares = new Float32Array(RIDGE_BINS);

  /**
   * Where a unit's ridge stands, and how high it may become.
   * @param {number} layer
   * @param {number} unit
   */
  ridge(layer, unit) {
    const { top, height } = this.rows[layer];
    const count = this.units.units[layer].numbers.length;
    const distance = (height - 4 - this.head(height)) / (count + OVERLAP - 1);
    return { baseline: top + height - 2 - distance * (count - 1 - unit), highest: OVERLAP * distance, distance };
  }

  /**
   * @param {number} run
   * @param {number} layer
   * @param {number} position
   * @param {Theme} theme
   */
  drawCell(run, layer, position, theme) {
    const { recording, units, state } = this;
    const { context } = this.sheet;
    const color = theme.runColor(recording.runs[run]);
    const [pale, dark] = [0.35, 0.75].map((share) => mixed(theme.surface, color, share));
    const chosen = units.held(layer, state.unit);
    units.units[layer].numbers.forEach((_, unit) => {
      const { baseline, highest } = this.ridge(layer, unit);
      spreadOver(this.valuesOf(run, layer, unit, position), units.axis, this.shares);
      const [top, left] = [Math.max(...this.shares) || 1, this.columnLeft(run) + this.inset];
      const step = (this.cells.columnWidth - 2 * this.inset) / (RIDGE_BINS - 1);
      this.sheet.line(left, baseline, left + step * (RIDGE_BINS - 1), baseline, { color: theme.text, alpha: 0.12 });
      // From the last place before the shape to the first one behind it.
      const from = Math.max(0, this.shares.findIndex((share) => share > 0) - 1);
      const to = Math.min(RIDGE_BINS - 1, this.shares.findLastIndex((share) => share > 0) + 1);
      context.beginPath();
      for (let bin = from; bin <= to; bin++) {
        context.lineTo(left + bin * step, baseline - (this.shares[bin] / top) * highest);
      }
      // It hides what stands behind it.
      context.fillStyle = unit === chosen ? dark : pale;
      context.fill();
      context.strokeStyle = color;
      context.lineWidth = unit === chosen ? 2 : 1;
      context.stroke();
    });
    this.writeSpreads(run, layer, position, theme);
  }

  /**
   * The smallest and the largest spread of these units: they differ.
   * @param {number} run
   * @param {number} layer
   * @param {number} position
   * @param {Theme} theme
   */
  writeSpreads(run, layer, position, theme) {
    const { recording, units, state, cells, sheet } = this;
    if (state.held || !this.head(this.rows[layer].height)) return;
    const spreads = units.units[layer].numbers.map((_, unit) =>
      units.moment("output_sd", recording, run, position, layer, unit),
    );
    if (!spreads.every(Number.isFinite)) return;
    const [least, most] = [Math.min(...spreads), Math.max(...spreads)].map(formatSpread);
    const words = `sd ${least} to ${most}`;
    if (sheet.context.measureText(words).width > cells.columnWidth - 8) return;
    sheet.text(words, this.columnLeft(run) + 5, this.rows[layer].top + HEAD_LINE, {
      color: theme.text,
      halo: theme.surface,
    });
  }

  /**
   * The cell at a place, and the unit whose ridge stands there.
   * @param {number} x
   * @param {number} y
   */
  find(x, y) {
    const cell = this.cellAt(x, y);
    if (!cell) return null;
    const { numbers } = this.units.units[cell.layer];
    const { baseline, distance } = this.ridge(cell.layer, 0);
    // A little below its line is still the unit's.
    const unit = Math.ceil((y - baseline) / distance - 0.2);
    return { ...cell, unit: Math.min(numbers.length - 1, Math.max(0, unit)), example: null };
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} record
   */
  tip(x, y, record) {
    const found = this.find(x, y);
    if (!found) return null;
    const { recording, units } = this;
    const { run, layer, unit } = found;
    const [mean, sd, mu, sigma] = /** @type {const} */ (["output_mean", "output_sd", "mu", "sigma"]).map((name) =>
      units.moment(name, recording, run, record, layer, unit),
    );
    return [
      `${recording.runs[run].label}, ${recording.layers[layer]}, unit ${units.units[layer].numbers[unit]}`,
      `over the batch: mean ${formatMoment(mean)}, sd ${formatSpread(sd)}`,
      `before normalization: μ ${formatMoment(mu)}, σ ${formatSpread(sigma)}`,
      "Click to see this unit alone.",
    ];
  }
}

/**
 * A color between two, which are #rrggbb; the second one where a theme writes the first in another way.
 * @param {string} from
 * @param {string} to
 * @param {number} share of the second one
 */
export function mixed(from, to, share) {
  if (![from, to].every((color) => /^#[0-9a-f]{6}$/i.test(color))) return to;
  const channels = [1, 3, 5].map((start) => {
    const [first, second] = [from, to].map((color) => parseInt(color.slice(start, start + 2), 16));
    return Math.round(first + share * (second - first));
  });
  return `rgb(${channels.join(", ")})`;
}

/**
 * Lay a triangle over each value and add them up into `shares`, places along the axis. It is as wide as the values are
 * spread, so that the shape is smooth, and moves as they do; one place wide at least.
 * @param {Float32Array} values
 * @param {[number, number]} axis
 * @param {Float32Array} shares
 */
export function spreadOver(values, [low, high], shares) {
  const last = shares.length - 1;
  shares.fill(0);
  const places = [];
  for (const value of values) {
    if (Number.isFinite(value)) places.push(Math.min(1, Math.max(0, (value - low) / (high - low))) * last);
  }
  if (!places.length) return shares;
  const middle = places.reduce((sum, place) => sum + place, 0) / places.length;
  const variance = places.reduce((sum, place) => sum + (place - middle) ** 2, 0) / places.length;
  const half = Math.max(1, SMOOTH * Math.sqrt(variance));
  for (const place of places) {
    for (let index = Math.max(0, Math.ceil(place - half)); index <= Math.min(last, place + half); index++) {
      shares[index] += 1 - Math.abs(index - place) / half;
    }
  }
  return shares;
}
