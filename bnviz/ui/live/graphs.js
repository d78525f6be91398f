// graphs.js: two graphs of the same form, of which one turns into the other: each box has its counterpart.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */
/** @import { Place } from "./layout.js" */

import { pipsOf } from "./boxes.js";
import { RAIL_GUTTER } from "./layout.js";

/**
 * What each of the two graphs has, in this order.
 *
 * @template T
 * @typedef {[T, T]} Two
 */
/** @typedef {{ at: [number, number], names: Two<string>, kinds: Two<string>, inks: Two<string>, icon: boolean }} Box */
/** @typedef {{ from: Two<number>, to: Two<number>, gradient: Two<boolean> }} Edge */
/** @typedef {{ x: number, y: number, half: number }} Spot */
/** @typedef {[number, number, number, number]} Line */

const ROW = 47; // pixels
const HALF = 17; // half of the height of a box
const ROOM = 8; // beside the text of a box
const ICON = 38; // the width of what a box shows before its text
const DIE_SIDE = 26;
const APART = 4.5; // a value and the gradient that comes back, from the line between two boxes
const ROOMY = 860; // pixels: from here on there is room for words beside the graph
const SHARES = [0.085, 0.27, 0.5, 0.655]; // where the columns stand then
const WORDS_AT = 0.75;
const FAINTLY = 0.2;
const ROLLED = 25; // pixels: how far a name rolls

/** @type {(share: number, values: Two<number>) => number} */
const mixed = (share, [first, second]) => first + share * (second - first);

/**
 * A graph that has gone the share `share` of its way from the first to the second. What is learned is filled, what is
 * drawn at random dashed; a thick arrow in the color "gradient" is a gradient that comes back.
 *
 * @type {(pen: Pen, mark: Mark) => void}
 */
export function drawGraph(pen, mark) {
  const place = pen.place(mark.panel);
  const share = pen.number(mark.share);
  /** @type {Box[]} */
  const boxes = mark.boxes;
  pen.sheet.setFont(pen.theme, 600, 16);
  const spots = spotsOf(pen, place, boxes);
  for (const edge of /** @type {Edge[]} */ (mark.edges)) drawEdge(pen, edge, spots, share);
  boxes.forEach((box, index) => drawBox(pen, mark, box, spots[index], share));
  drawKey(pen, place, mark, spots, share);
  pen.sheet.setFont(pen.theme);
}

/** @type {(place: Place) => boolean} */
const isRoomy = ({ width }) => width + RAIL_GUTTER >= ROOMY;

/** @type {(place: Place, row: number) => number} */
const heightOfRow = ({ top, panel }, row) => top - panel.above + HALF + 3 + row * ROW;

/** Where the boxes stand: in columns, as wide as the longer of two names asks for. */
/** @type {(pen: Pen, place: Place, boxes: Box[]) => Spot[]} */
function spotsOf(pen, place, boxes) {
  const wide = (/** @type {string} */ name) => pen.sheet.context.measureText(name).width;
  const halves = boxes.map(({ names, icon }) => Math.max(...names.map(wide)) / 2 + ROOM + (icon ? ICON / 2 : 0));
  const widest = SHARES.map((_, column) =>
    Math.max(...halves.filter((half, index) => half && boxes[index].at[0] === column)),
  );
  // A frame is drawn a pixel beyond its box.
  const [left, width] = [place.left - RAIL_GUTTER + 2, place.width + RAIL_GUTTER - 2];
  const gap = (width - 2 * widest.reduce((sum, half) => sum + half, 0)) / (SHARES.length - 1);
  const before = (/** @type {number} */ column) =>
    widest.slice(0, column).reduce((sum, half) => sum + 2 * half + gap, 0);
  const roomy = isRoomy(place);
  return boxes.map(({ at: [column, row] }, index) => ({
    x: left + (roomy ? SHARES[column] * width : before(column) + widest[column]),
    y: heightOfRow(place, row),
    half: halves[index],
  }));
}

/** The line from box to box, to the right of the line between their middles. */
/** @type {(from: Spot, to: Spot, apart: number) => Line} */
function betweenBoxes(from, to, apart) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [across, down] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [right, below] = [-down * apart, across * apart];
  const reach = (/** @type {Spot} */ { half }, /** @type {number} */ way) =>
    Math.min(
      Math.abs(across) > 1e-9 ? (half - right * Math.sign(way * across)) / Math.abs(across) : Infinity,
      Math.abs(down) > 1e-9 ? (HALF - below * Math.sign(way * down)) / Math.abs(down) : Infinity,
    );
  const [leave, arrive] = [reach(from, 1) + 1, reach(to, -1) + 3];
  return [
    from.x + right + leave * across,
    from.y + below + leave * down,
    to.x + right - arrive * across,
    to.y + below - arrive * down,
  ];
}

/** @type {(pen: Pen, edge: Edge, spots: Spot[], share: number) => void} */
function drawEdge(pen, { from, to, gradient }, spots, share) {
  const strength = mixed(share, [Number(gradient[0]), Number(gradient[1])]);
  const ways = [0, 1].map((which) => {
    const [start, end] = [spots[from[which]], spots[to[which]]];
    const apart = gradient[which] ? APART : 0;
    return [betweenBoxes(start, end, apart), betweenBoxes(end, start, APART)];
  });
  const [value, back] = [0, 1].map((kind) => ways[0][kind].map((at, part) => mixed(share, [at, ways[1][kind][part]])));
  const { theme } = pen;
  drawArrowLine(pen, /** @type {Line} */ (value), { color: theme.text, alpha: 0.6, width: 1.5, head: 7 });
  if (strength > 0) {
    drawArrowLine(pen, /** @type {Line} */ (back), { color: pen.ink("gradient"), alpha: strength, width: 3, head: 9 });
  }
}

/** @type {(pen: Pen, line: Line, look: { color: string, alpha: number, width: number, head: number }) => void} */
function drawArrowLine(pen, [x0, y0, x1, y1], { color, alpha, width, head }) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length > 0)) return;
  const [across, down] = [(x1 - x0) / length, (y1 - y0) / length];
  const neck = [x1 - head * across, y1 - head * down];
  const { context } = pen.sheet;
  pen.sheet.line(x0, y0, neck[0], neck[1], { color, alpha, width });
  context.save();
  context.globalAlpha *= alpha;
  const side = 0.55 * head;
  pen.polygon(
    [
      [x1, y1],
      [neck[0] - side * down, neck[1] + side * across],
      [neck[0] + side * down, neck[1] - side * across],
    ],
    color,
  );
  context.restore();
}

/** A box: of two names the second rolls in from below while the first leaves. */
/** @type {(pen: Pen, mark: Mark, box: Box, spot: Spot, share: number) => void} */
function drawBox(pen, mark, { names, kinds, inks, icon }, { x, y, half }, share) {
  const { sheet, theme } = pen;
  const { context } = sheet;
  const outline = () => {
    context.beginPath();
    context.roundRect(x - half, y - HALF, 2 * half, 2 * HALF, 8);
  };
  outline();
  context.fillStyle = theme.background;
  context.fill();
  for (const which of [0, 1]) {
    const strength = which ? share : 1 - share;
    if (!(strength > 0)) continue;
    const ink = pen.ink(inks[which]);
    context.save();
    context.globalAlpha *= strength;
    outline();
    if (kinds[which] === "learned") fillFaintly(context, ink);
    context.strokeStyle = ink;
    context.lineWidth = pen.touched === inks[which] ? 4 : 2;
    context.setLineDash(kinds[which] === "sampled" ? [5, 4] : []);
    context.stroke();
    context.setLineDash([]);
    outline();
    context.clip();
    const down = y + (names[0] === names[1] ? 0 : ROLLED * (which ? 1 - share : -share));
    const at = x + (icon ? ICON / 2 : 0);
    sheet.text(names[which], at, down + 5.5, { color: ink, align: "center" });
    if (icon) (which ? drawBatch : drawSmallDie)(pen, mark, x - half + ICON / 2 + 5, down, ink);
    context.restore();
  }
}

/** @type {(context: CanvasRenderingContext2D, ink: string) => void} */
function fillFaintly(context, ink) {
  context.save();
  context.globalAlpha *= FAINTLY;
  context.fillStyle = ink;
  context.fill();
  context.restore();
}

/** @type {(pen: Pen, mark: Mark, x: number, y: number, ink: string) => void} */
function drawSmallDie(pen, { roll }, x, y, ink) {
  const { context } = pen.sheet;
  const [left, top] = [x - DIE_SIDE / 2, y - DIE_SIDE / 2];
  context.beginPath();
  context.roundRect(left, top, DIE_SIDE, DIE_SIDE, 6);
  context.strokeStyle = ink;
  context.lineWidth = 2;
  context.stroke();
  for (const [column, row] of pipsOf(pen.number(roll))) {
    pen.disc(left + (DIE_SIDE * (column + 1)) / 4, top + (DIE_SIDE * (row + 1)) / 4, 2.2, { fill: ink });
  }
}

/** The values of the batch as dots on a short line, with their mean. */
/** @type {(pen: Pen, mark: Mark, x: number, y: number, ink: string) => void} */
function drawBatch(pen, { dots }, x, y, ink) {
  const [reach, pace] = [ICON / 2 - 3, 6];
  pen.sheet.line(x - reach, y, x + reach, y, { color: ink, alpha: 0.5 });
  for (const value of Array.from(pen.list(dots))) {
    pen.disc(x + Math.max(-reach, Math.min(reach, pace * value)), y, 3, { fill: ink });
  }
  pen.sheet.line(x, y - 9, x, y + 9, { color: pen.ink("mean"), width: 2 });
}

/** Whose graph it is, and what its looks mean: beside it, or at its right end where that is empty. */
/** @type {(pen: Pen, place: Place, mark: Mark, spots: Spot[], share: number) => void} */
function drawKey(pen, place, { titles, key }, spots, share) {
  const { sheet, theme } = pen;
  const width = place.width + RAIL_GUTTER;
  const roomy = isRoomy(place);
  const right = place.left + place.width;
  const longest = roomy ? 0 : 1;
  const words = /** @type {Two<string>[]} */ (key).map((two) => two[longest]);
  const wide = Math.max(...words.map((each) => sheet.context.measureText(each).width)) + 34;
  const x = roomy ? place.left - RAIL_GUTTER + WORDS_AT * width : right - wide;
  sheet.setFont(theme, 600, 17);
  [0, 1].forEach((which) => {
    const strength = which ? share : 1 - share;
    if (!(strength > 0)) return;
    const look = { color: theme.text, alpha: strength, align: roomy ? "left" : "right" };
    sheet.text(titles[which], roomy ? x : right, heightOfRow(place, 0) + 2 + 16 * (which ? 1 - share : -share), look);
  });
  const top = heightOfRow(place, 2) - (roomy ? 34 : 6);
  sheet.setFont(theme, 400, 15);
  words.forEach((each, index) => {
    const y = top + 22 * index;
    if (index === 0) {
      drawArrowLine(pen, [x + 24, y - 5, x, y - 5], { color: pen.ink("gradient"), alpha: 1, width: 3, head: 9 });
    } else drawSwatch(pen, x, y - 12, index === 1);
    sheet.text(each, x + 32, y, { color: theme.text, alpha: 0.85 });
  });
}

/** @type {(pen: Pen, x: number, y: number, filled: boolean) => void} */
function drawSwatch({ sheet: { context }, theme }, x, y, filled) {
  context.save();
  context.beginPath();
  context.roundRect(x + 1, y, 22, 14, 4);
  if (filled) fillFaintly(context, theme.text);
  context.strokeStyle = theme.text;
  context.lineWidth = 1.5;
  context.setLineDash(filled ? [] : [4, 3]);
  context.stroke();
  context.restore();
}
