// picture.js: what a figure shows now, as a picture in a file: its canvases, and the words around them.

/** @typedef {{ left: number, top: number, width: number, height: number, draw: (context: Context) => void }} Piece */
/** @typedef {CanvasRenderingContext2D} Context */

const EDGE = 16; // pixels around the picture
const CAPTION = 30; // pixels that words above the picture take
const WIDEST_GAP = 20; // pixels: where controls stand there is no larger hole

/**
 * Let the reader's browser save what `root` shows as a PNG file named after the page.
 *
 * @param {HTMLElement} root
 * @param {string} leftOut selector of what is no part of the picture
 * @param {string} [caption] words that stand above it
 */
export function savePicture(root, leftOut, caption = "") {
  pictureOf(root, leftOut, caption).toBlob((file) => {
    if (!file) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `bnviz-${fileName(document.title)}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
}

/** @param {string} title of a page: what stands before "· bnviz", in letters and hyphens */
export function fileName(title) {
  const words = title.replace(/·\s*bnviz\s*$/, "").toLowerCase();
  return words.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "figure";
}

/**
 * @param {HTMLElement} root
 * @param {string} leftOut
 * @param {string} caption
 */
function pictureOf(root, leftOut, caption) {
  const frame = root.getBoundingClientRect();
  const pieces = [...piecesOf(root, leftOut)].filter(({ width, height }) => width > 0 && height > 0);
  const up = shiftsOf(pieces);
  const above = EDGE + (caption ? CAPTION : 0);
  const scale = Math.max(1, window.devicePixelRatio);
  const bottom = Math.max(...pieces.map((piece) => piece.top + piece.height - up(piece.top)), 0);
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((frame.width + 2 * EDGE) * scale);
  canvas.height = Math.ceil((bottom + above + EDGE) * scale);
  const context = /** @type {Context} */ (canvas.getContext("2d"));
  context.scale(scale, scale);
  const look = getComputedStyle(root);
  context.fillStyle = look.getPropertyValue("--st-background-color").trim() || "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = look.color;
  context.font = `600 17px ${look.fontFamily}`;
  context.fillText(caption, EDGE, EDGE + 17);
  for (const piece of pieces) {
    context.save();
    context.translate(EDGE - frame.left, above - up(piece.top));
    piece.draw(context);
    context.restore();
  }
  return canvas;
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
  const draw = (/** @type {Context} */ context) => context.drawImage(canvas, left, top, width, height);
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
