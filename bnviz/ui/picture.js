// picture.js: what a figure shows now, as a picture in a file: its canvases, and the words around them.

import { contextOf, sheetOf } from "./player/drawing.js";
import { Vector } from "./vector.js";

/** @typedef {{ left: number, top: number, width: number, height: number, draw: (context: Context) => void }} Piece */
/** @typedef {CanvasRenderingContext2D} Context */

const EDGE = 16; // pixels around the picture
const CAPTION = 30; // pixels that words above the picture take
const WIDEST_GAP = 20; // pixels: where controls stand there is no larger hole

/**
 * Let the reader's browser save what `root` shows as a file named after the page, when one of the buttons is pressed.
 *
 * @param {EventTarget | null} pressed inside a button that has "png" or "svg" as its value
 * @param {HTMLElement} root
 * @param {string} leftOut selector of what is no part of the picture
 * @param {string} [caption] words that stand above it
 */
export async function savePicture(pressed, root, leftOut, caption = "") {
  const kind = /** @type {Element | null} */ (pressed)?.closest("button")?.value;
  if (!kind) return;
  const picture = new Picture(root, leftOut, caption);
  const file = kind === "svg" ? picture.asVectors() : await picture.asPixels();
  if (!file) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `bnviz-${fileName(document.title)}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {string} title of a page: what stands before "· bnviz", in letters and hyphens */
export function fileName(title) {
  const words = title.replace(/·\s*bnviz\s*$/, "").toLowerCase();
  return words.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "figure";
}

class Picture {
  /**
   * @param {HTMLElement} root
   * @param {string} leftOut
   * @param {string} caption
   */
  constructor(root, leftOut, caption) {
    this.frame = root.getBoundingClientRect();
    this.look = getComputedStyle(root);
    this.caption = caption;
    this.pieces = [...piecesOf(root, leftOut)].filter(({ width, height }) => width > 0 && height > 0);
    this.up = shiftsOf(this.pieces);
    this.above = EDGE + (caption ? CAPTION : 0);
    const bottom = Math.max(...this.pieces.map(({ top, height }) => top + height - this.up(top)), 0);
    this.width = Math.ceil(this.frame.width + 2 * EDGE);
    this.height = Math.ceil(bottom + this.above + EDGE);
  }

  /** @returns {Promise<Blob | null>} */
  asPixels() {
    const scale = Math.max(1, window.devicePixelRatio);
    const canvas = document.createElement("canvas");
    canvas.width = this.width * scale;
    canvas.height = this.height * scale;
    const context = contextOf(canvas);
    context.scale(scale, scale);
    this.draw(context);
    return new Promise((done) => canvas.toBlob(done));
  }

  asVectors() {
    const vector = new Vector(askTheBrowser());
    this.draw(/** @type {any} */ (vector));
    return new Blob([vector.file(this.width, this.height)], { type: "image/svg+xml" });
  }

  /** @param {Context} context */
  draw(context) {
    const { look, frame, up, above } = this;
    context.fillStyle = look.getPropertyValue("--st-background-color").trim() || "#ffffff";
    context.fillRect(0, 0, this.width, this.height);
    context.fillStyle = look.color;
    context.font = `600 17px ${look.fontFamily}`;
    context.fillText(this.caption, EDGE, EDGE + 17);
    for (const piece of this.pieces) {
      context.save();
      context.translate(EDGE - frame.left, above - up(piece.top));
      piece.draw(context);
      context.restore();
    }
  }
}

/** @returns {import("./vector.js").Asked} */
function askTheBrowser() {
  const probe = contextOf(document.createElement("canvas"));
  return {
    measure: (words, font, baseline) => {
      probe.font = font;
      probe.textBaseline = baseline;
      return probe.measureText(words);
    },
    color: (color) => {
      probe.fillStyle = color;
      return String(probe.fillStyle);
    },
    address: (source, part) => {
      if (!part) return source.toDataURL();
      const [left, top, width, height] = part;
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: Math.ceil(width), height: Math.ceil(height) });
      contextOf(canvas).drawImage(source, left, top, width, height, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL();
    },
  };
}

/**
 * How far each piece moves up, so that nothing is above the first and no gap is wider than WIDEST_GAP.
 *
 * @param {Pick<Piece, "top" | "height">[]} pieces
 * @returns {(top: number) => number}
 */
export function shiftsOf(pieces) {
  const sorted = [...pieces].sort((first, second) => first.top - second.top);
  /** @type {{ from: number, by: number }[]} */
  const shifts = [];
  let [reached, by] = [-Infinity, 0];
  for (const { top, height } of sorted) {
    if (reached === -Infinity) by = top;
    else by += Math.max(0, top - reached - WIDEST_GAP);
    shifts.push({ from: top, by });
    reached = Math.max(reached, top + height);
  }
  return (top) => shifts.findLast(({ from }) => from <= top)?.by ?? 0;
}

/**
 * @param {HTMLElement} root
 * @param {string} leftOut
 * @returns {Generator<Piece>}
 */
function* piecesOf(root, leftOut) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (!(node instanceof Element)) return NodeFilter.FILTER_ACCEPT;
    const hidden =
      node.matches(leftOut) ||
      !node.checkVisibility({ visibilityProperty: true }) ||
      getComputedStyle(node).clipPath !== "none"; // words for screen readers only
    return hidden ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
  });
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof HTMLCanvasElement) yield ofCanvas(node);
    else if (node instanceof SVGLineElement) yield ofLine(node);
    else if (node instanceof Text && node.parentElement) yield* ofWords(node, node.parentElement);
  }
}

/** @param {HTMLCanvasElement} canvas */
function ofCanvas(canvas) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const sheet = sheetOf(canvas);
  const draw = (/** @type {Context} */ context) => {
    if (!sheet || !(context instanceof Vector)) return context.drawImage(canvas, left, top, width, height);
    context.translate(left, top);
    context.scale(width / sheet.width, height / sheet.height);
    sheet.drawOn(/** @type {any} */ (context));
  };
  return { left, top, width, height: canvas.height ? height : 0, draw };
}

/**
 * The sample of a line beside its name.
 *
 * @param {SVGLineElement} line
 */
function ofLine(line) {
  const { left, top, width, height } = /** @type {Element} */ (line.closest("svg")).getBoundingClientRect();
  const { stroke, strokeWidth, strokeDasharray } = getComputedStyle(line);
  const draw = (/** @type {Context} */ context) => {
    context.strokeStyle = stroke;
    context.lineWidth = parseFloat(strokeWidth) || 4;
    context.setLineDash((strokeDasharray.match(/[\d.]+/g) ?? []).map(Number));
    context.beginPath();
    context.moveTo(left, top + height / 2);
    context.lineTo(left + width, top + height / 2);
    context.stroke();
  };
  return { left, top, width, height, draw };
}

/**
 * Each word where it stands, since lines are broken by the browser.
 *
 * @param {Text} text
 * @param {Element} parent
 * @returns {Generator<Piece>}
 */
function* ofWords(text, parent) {
  const look = getComputedStyle(parent);
  for (const found of text.data.matchAll(/\S+/g)) {
    const range = document.createRange();
    range.setStart(text, found.index);
    range.setEnd(text, found.index + found[0].length);
    const { left, top, width, height } = range.getBoundingClientRect();
    const draw = (/** @type {Context} */ context) => {
      context.font = `${look.fontStyle} ${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
      context.fillStyle = look.color;
      const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = context.measureText(found[0]);
      context.fillText(found[0], left, top + (height - above - below) / 2 + above);
    };
    yield { left, top, width, height, draw };
  }
}
