// vector.js: a drawing context that writes SVG: as much of a canvas's context as the figures draw with.

/**
 * What a browser has to be asked for: how wide words are, a color as "#rrggbb" or "rgba(…)", a picture as an address.
 * @typedef {object} Asked
 * @property {(words: string, font: string, baseline: CanvasTextBaseline) => Measured} measure
 * @property {(color: string) => string} color
 * @property {(source: any, part: number[] | null) => string} address of a canvas or of a part of it
 *
 * @typedef {{ width: number, fontBoundingBoxAscent: number, fontBoundingBoxDescent: number }} Measured
 */

const DECIMALS = 100;
const ANCHORS = { left: "start", center: "middle", right: "end", start: "start", end: "end" };
const FONT = /^(?:(?<style>italic|normal) )?(?:(?<weight>\d+|bold|normal) )?(?<size>[\d.]+)px (?<family>.+)$/;

const hundredths = (/** @type {number} */ value) => Math.round(value * DECIMALS) / DECIMALS;

const escaped = (/** @type {string} */ words) => words.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** The first of these is applied last. @type {(a: number[], b: number[]) => number[]} */
const times = ([a, b, c, d, e, f], [g, h, i, j, k, l]) => [
  ...[a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j],
  ...[a * k + c * l + e, b * k + d * l + f],
];

export class Vector {
  /** @param {Asked} asked */
  constructor(asked) {
    this.asked = asked;
    this.fillStyle = "#000000";
    this.strokeStyle = "#000000";
    this.lineWidth = 1;
    this.lineJoin = "miter";
    this.globalAlpha = 1;
    this.font = "10px sans-serif";
    /** @type {CanvasTextAlign} */
    this.textAlign = "left";
    /** @type {CanvasTextBaseline} */
    this.textBaseline = "alphabetic";
    /** @type {number[]} */
    this.dash = [];
    this.matrix = [1, 0, 0, 1, 0, 0];
    this.clipped = "";
    /** @type {object[]} */
    this.saved = [];
    /** @type {string[]} */
    this.path = [];
    /** @type {string[]} what is referred to */
    this.definitions = [];
    /** @type {{ clipped: string, text: string }[]} */
    this.drawn = [];
    /** @type {Map<unknown, string>} what was defined for a thing */
    this.known = new Map();
  }

  // The state

  save() {
    const { fillStyle, strokeStyle, lineWidth, lineJoin, globalAlpha, font, textAlign, textBaseline } = this;
    const { dash, matrix, clipped } = this;
    const look = { fillStyle, strokeStyle, lineWidth, lineJoin, globalAlpha, font, textAlign, textBaseline };
    this.saved.push({ ...look, dash, matrix, clipped });
  }

  restore() {
    Object.assign(this, this.saved.pop());
  }

  /** @param {number[]} dash */
  setLineDash(dash) {
    this.dash = dash;
  }

  /** @param {number} x @param {number} y */
  translate(x, y) {
    this.matrix = times(this.matrix, [1, 0, 0, 1, x, y]);
  }

  /** @param {number} x @param {number} y */
  scale(x, y) {
    this.matrix = times(this.matrix, [x, 0, 0, y, 0, 0]);
  }

  /** @param {number} angle */
  rotate(angle) {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.matrix = times(this.matrix, [cos, sin, -sin, cos, 0, 0]);
  }

  // Paths

  beginPath() {
    this.path = [];
  }

  closePath() {
    this.path.push("Z");
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.path.push(`M${hundredths(x)} ${hundredths(y)}`);
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.path.push(`${this.path.length ? "L" : "M"}${hundredths(x)} ${hundredths(y)}`);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  rect(x, y, width, height) {
    this.moveTo(x, y);
    this.path.push(`h${hundredths(width)}v${hundredths(height)}h${hundredths(-width)}Z`);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius */
  roundRect(x, y, width, height, radius) {
    const r = Math.min(radius, width / 2, height / 2);
    const corner = (/** @type {number} */ across, /** @type {number} */ down) => `a${r} ${r} 0 0 1 ${across} ${down}`;
    this.moveTo(x + r, y);
    this.path.push(`h${hundredths(width - 2 * r)}${corner(r, r)}v${hundredths(height - 2 * r)}${corner(-r, r)}`);
    this.path.push(`h${hundredths(2 * r - width)}${corner(-r, -r)}v${hundredths(2 * r - height)}${corner(r, -r)}Z`);
  }

  /**
   * An arc of less than a turn, clockwise, or a whole circle.
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {number} from
   * @param {number} to
   */
  arc(x, y, radius, from, to) {
    const r = hundredths(radius);
    const at = (/** @type {number} */ angle) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    const [startX, startY] = at(from);
    if (to - from >= 2 * Math.PI) {
      this.moveTo(startX, startY);
      const [farX, farY] = at(from + Math.PI).map(hundredths);
      this.path.push(`A${r} ${r} 0 0 1 ${farX} ${farY}A${r} ${r} 0 0 1 ${hundredths(startX)} ${hundredths(startY)}`);
      return;
    }
    this.lineTo(startX, startY);
    const [endX, endY] = at(to).map(hundredths);
    this.path.push(`A${r} ${r} 0 ${to - from > Math.PI ? 1 : 0} 1 ${endX} ${endY}`);
  }

  fill() {
    this.add(`<path d="${this.path.join("")}" ${this.filled()}${this.moved()}/>`);
  }

  stroke() {
    this.add(`<path d="${this.path.join("")}" fill="none" ${this.stroked()}${this.moved()}/>`);
  }

  clip() {
    const outer = this.clipped ? ` clip-path="url(#${this.clipped})"` : "";
    const path = `<path d="${this.path.join("")}"${this.moved()}/>`;
    this.clipped = this.define((id) => `<clipPath id="${id}"${outer}>${path}</clipPath>`);
  }

  /** What is drawn lies on nothing. */
  clearRect() {}

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  fillRect(x, y, width, height) {
    this.asPath(() => this.rect(x, y, width, height), "fill");
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  strokeRect(x, y, width, height) {
    this.asPath(() => this.rect(x, y, width, height), "stroke");
  }

  /** @param {() => void} trace @param {"fill" | "stroke"} how */
  asPath(trace, how) {
    const { path } = this;
    this.path = [];
    trace();
    this[how]();
    this.path = path;
  }

  // Words and pictures

  /** @param {string} words */
  measureText(words) {
    return this.asked.measure(words, this.font, this.textBaseline);
  }

  /** @param {string} words @param {number} x @param {number} y */
  fillText(words, x, y) {
    this.write(words, x, y, this.filled());
  }

  /** @param {string} words @param {number} x @param {number} y */
  strokeText(words, x, y) {
    this.write(words, x, y, `fill="none" ${this.stroked()}`);
  }

  /** @param {string} words @param {number} x @param {number} y @param {string} look */
  write(words, x, y, look) {
    if (!words) return;
    const { style = "normal", weight = "400", size = "10", family = "sans-serif" } = FONT.exec(this.font)?.groups ?? {};
    const font = `font-family="${escaped(family)}" font-size="${size}" font-weight="${weight}" font-style="${style}"`;
    const onLine = this.asked.measure(words, this.font, "alphabetic");
    const down = onLine.fontBoundingBoxAscent - this.measureText(words).fontBoundingBoxAscent;
    const anchor = ANCHORS[/** @type {"left"} */ (this.textAlign)];
    // As wide as here where the font is another one.
    const place = `x="${hundredths(x)}" y="${hundredths(y + down)}" text-anchor="${anchor}" textLength="${hundredths(onLine.width)}" lengthAdjust="spacingAndGlyphs"`;
    this.add(`<text ${place} ${font} ${look}${this.moved()}>${escaped(words)}</text>`);
  }

  /**
   * A canvas, or a part of it.
   * @param {any} source
   * @param {...number} places as those of a canvas's context
   */
  drawImage(source, ...places) {
    const part = places.length === 8 ? places.slice(0, 4) : null;
    const [x, y, width = source.width, height = source.height] = part ? places.slice(4) : places;
    const id = this.once(this.keyOf(source, part), (own) => {
      const address = this.asked.address(source, part);
      return `<image id="${own}" width="1" height="1" preserveAspectRatio="none" href="${address}"/>`;
    });
    this.save();
    this.translate(x, y);
    this.scale(width, height);
    this.add(`<use href="#${id}"${this.faded()}${this.moved()}/>`);
    this.restore();
  }

  /**
   * Draw something now that may be drawn again: it is written once.
   * @param {unknown} key
   * @param {() => void} draw
   */
  again(key, draw) {
    const id = this.once(key, (own) => {
      const { drawn } = this;
      this.save();
      Object.assign(this, { drawn: [], clipped: "", globalAlpha: 1 });
      draw();
      const text = this.written();
      this.restore();
      this.drawn = drawn;
      return `<g id="${own}">${text}</g>`;
    });
    this.add(`<use href="#${id}"${this.faded()}/>`);
  }

  // What is written

  /** @param {any} source @param {number[] | null} part */
  keyOf(source, part) {
    const number = this.known.get(source) ?? String(this.known.size);
    this.known.set(source, number);
    return `${number} ${part}`;
  }

  /** @param {unknown} key @param {(id: string) => string} write */
  once(key, write) {
    const id = this.known.get(key) ?? this.define(write);
    this.known.set(key, id);
    return id;
  }

  /** @param {(id: string) => string} write */
  define(write) {
    // Its number is taken before it is written: what it holds may define something too.
    const index = this.definitions.push("") - 1;
    this.definitions[index] = write(`d${index}`);
    return `d${index}`;
  }

  /** @param {string} text */
  add(text) {
    this.drawn.push({ clipped: this.clipped, text });
  }

  moved() {
    const still = this.matrix.every((value, index) => value === [1, 0, 0, 1, 0, 0][index]);
    return still ? "" : ` transform="matrix(${this.matrix.map((value) => Math.round(value * 1e5) / 1e5).join(" ")})"`;
  }

  faded() {
    return this.globalAlpha === 1 ? "" : ` opacity="${hundredths(this.globalAlpha)}"`;
  }

  filled() {
    return this.colored("fill", this.fillStyle);
  }

  stroked() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    const line = `stroke-width="${hundredths(this.lineWidth)}" stroke-linejoin="${this.lineJoin}"${dash}`;
    return `${this.colored("stroke", this.strokeStyle)} ${line}`;
  }

  /** @param {"fill" | "stroke"} what @param {string} style */
  colored(what, style) {
    const color = this.asked.color(style);
    const parts = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(color);
    const opacity = hundredths(this.globalAlpha * (parts ? Number(parts[4]) : 1));
    const solid = parts ? `rgb(${parts.slice(1, 4).join(",")})` : color;
    return `${what}="${solid}"${opacity === 1 ? "" : ` ${what}-opacity="${opacity}"`}`;
  }

  written() {
    let text = "";
    this.drawn.forEach((each, index) => {
      const [before, after] = [this.drawn[index - 1]?.clipped ?? "", this.drawn[index + 1]?.clipped ?? ""];
      if (each.clipped && each.clipped !== before) text += `<g clip-path="url(#${each.clipped})">`;
      text += each.text;
      if (each.clipped && each.clipped !== after) text += "</g>";
    });
    return text;
  }

  /**
   * The drawing as the text of a file.
   * @param {number} width
   * @param {number} height
   */
  file(width, height) {
    const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
    const definitions = `<defs>${this.definitions.join("")}</defs>`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${definitions}${this.written()}</svg>\n`;
  }
}
