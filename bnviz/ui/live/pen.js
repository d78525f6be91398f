// pen.js: what marks draw with: the canvas, the theme, where panels lie, and the numbers by name.

/** @import { Arrays, Where } from "./types.js" */
/** @import { Place } from "./layout.js" */

export class Pen {
  /**
   * @param {any} sheet
   * @param {any} theme
   * @param {Record<"light" | "dark", Record<string, string>>} colors
   */
  constructor(sheet, theme, colors) {
    this.sheet = sheet;
    this.theme = theme;
    this.colors = colors[theme.dark ? "dark" : "light"];
    /** @type {Arrays} */
    this.arrays = {};
    /** @type {Map<string, Place>} */
    this.places = new Map();
    /** The symbol that the hand acts on. */
    this.touched = "";
    /** Whether marks may move by themselves, and whether one still does. */
    this.moves = false;
    this.unrest = false;
    /** @type {Map<string, Set<number>> | undefined} cells that a reader painted, by panel */
    this.painted = undefined;
    /** @type {{ panel: string, cell: number } | null} the cell at which keys paint */
    this.cursor = null;
  }

  /** @param {string} name */
  place(name) {
    const found = this.places.get(name);
    if (!found) throw new Error(`no panel is called ${name}`);
    return found;
  }

  /** @param {string} color the name of a symbol or a run, or "text" */
  ink(color) {
    return this.colors[color] ?? this.theme.text;
  }

  /**
   * @param {Where} where
   * @returns {number}
   */
  number(where) {
    return numberAt(this.arrays, where);
  }

  /**
   * @param {string} name
   * @returns {ArrayLike<number>}
   */
  list(name) {
    const found = this.arrays[name];
    if (found === undefined || typeof found === "number") throw new Error(`no array is called ${name}`);
    return found;
  }

  /**
   * Draw inside a panel only.
   *
   * @param {Place} box
   * @param {() => void} draw
   */
  inside({ left, top, width, height }, draw) {
    const { context } = this.sheet;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    draw();
    context.restore();
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {{ fill?: string, line?: string, width?: number }} look
   */
  disc(x, y, radius, { fill, line, width = 2 }) {
    const { context } = this.sheet;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    if (fill) {
      context.fillStyle = fill;
      context.fill();
    }
    if (line) {
      context.strokeStyle = line;
      context.lineWidth = width;
      context.stroke();
    }
  }

  /**
   * @param {[number, number][]} corners
   * @param {string} color
   */
  polygon(corners, color) {
    const { context } = this.sheet;
    context.beginPath();
    corners.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.fillStyle = color;
    context.fill();
  }
}

/**
 * @param {Arrays} arrays
 * @param {Where} where
 * @returns {number}
 */
export function numberAt(arrays, where) {
  if (typeof where === "number") return where;
  const [name, index] = typeof where === "string" ? [where, null] : where;
  const found = arrays[name];
  const alone = typeof found === "object" && found.length === 1 ? found[0] : found; // a family's number
  const value = index === null ? alone : /** @type {ArrayLike<number>} */ (found)?.[index];
  if (typeof value !== "number") throw new Error(`no number is called ${where}`);
  return value;
}
