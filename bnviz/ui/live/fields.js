// fields.js: a quantity over a plane in bands of one shade, evenly spaced on a log scale, drawn once for a size.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */

const BANDS = 6; // a decade, so that a level lies at 1, and one near 3
const SHARPNESS = 1.5; // points a pixel at least, so that edges are smooth
const COARSE = 48; // places a side at which the range of the quantity is looked for

/** The number of the band of a value. */
/** @param {number} value */
export const bandOf = (value) => Math.floor(BANDS * Math.log10(value));

/** Bands of one figure share their shades: a shade is the same value in all of its planes. */
export class Fields {
  /**
   * @param {Record<string, (given: any, x: number, y: number) => number>} quantities
   * @param {any} given
   */
  constructor(quantities, given) {
    this.quantities = quantities;
    this.given = given;
    /** @type {Map<string, HTMLCanvasElement>} */
    this.drawn = new Map();
    this.size = "";
  }

  /** @type {(pen: Pen, marks: Mark[]) => void} */
  prepare(pen, marks) {
    const size = JSON.stringify([pen.sheet.ratio, [...pen.places.values()].map(({ left, width }) => [left, width])]);
    if (size === this.size) return;
    this.size = size;
    this.drawn.clear();
    const bands = marks.flatMap(({ panel, field }) => {
      const { left, top, width, height, valueOfX, valueOfY } = pen.place(panel);
      return Array.from({ length: COARSE ** 2 }, (_, index) => {
        const [column, row] = [index % COARSE, Math.floor(index / COARSE)];
        const x = valueOfX(left + ((column + 0.5) / COARSE) * width);
        return bandOf(this.quantities[field](this.given, x, valueOfY(top + ((row + 0.5) / COARSE) * height)));
      });
    });
    this.lowest = bands.reduce((low, band) => Math.min(low, band), Infinity);
    this.highest = bands.reduce((high, band) => Math.max(high, band), -Infinity);
  }

  /** The smallest and the largest value that is drawn, but for the width of a band. */
  range() {
    const [low, high] = [this.lowest ?? 0, this.highest ?? 0];
    return { shade_low: 10 ** (low / BANDS), shade_high: 10 ** ((high + 1) / BANDS) };
  }

  /** The share of the darkest shade that a value gets. */
  /** @param {number} value */
  shade(value) {
    const [low, high] = [this.lowest ?? 0, this.highest ?? 1];
    return Math.min(1, Math.max(0, (bandOf(value) - low) / (high - low || 1)));
  }

  /** @type {(pen: Pen, mark: Mark) => void} */
  draw(pen, mark) {
    const box = pen.place(mark.panel);
    const key = `${mark.panel} ${pen.theme.dark}`;
    if (!this.drawn.has(key)) this.drawn.set(key, this.paint(pen, mark));
    pen.sheet.context.drawImage(this.drawn.get(key), box.left, box.top, box.width, box.height);
  }

  /** @type {(pen: Pen, mark: Mark) => HTMLCanvasElement} */
  paint(pen, { panel, field }) {
    const { left, top, width, height, valueOfX, valueOfY } = pen.place(panel);
    const fine = Math.max(SHARPNESS, pen.sheet.ratio);
    const [columns, rows] = [Math.round(width * fine), Math.round(height * fine)];
    const canvas = document.createElement("canvas");
    canvas.width = columns;
    canvas.height = rows;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const pixels = context.createImageData(columns, rows);
    const [from, to] = [rgb(pen.ink("field_low")), rgb(pen.ink("field_high"))];
    const quantity = this.quantities[field];
    const across = Array.from({ length: columns }, (_, column) => valueOfX(left + (column + 0.5) / fine));
    for (let row = 0, at = 0; row < rows; row++) {
      const y = valueOfY(top + (row + 0.5) / fine);
      for (let column = 0; column < columns; column++, at += 4) {
        const share = this.shade(quantity(this.given, across[column], y));
        for (let part = 0; part < 3; part++) pixels.data[at + part] = from[part] + share * (to[part] - from[part]);
        pixels.data[at + 3] = 255;
      }
    }
    context.putImageData(pixels, 0, 0);
    return canvas;
  }
}

/** @param {string} hex */
export const rgb = (hex) => [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
