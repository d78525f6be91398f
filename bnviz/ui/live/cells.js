// cells.js: marks of maps of networks: their cells, one map laid over another, the color scale, and curves of a cell.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */
/** @import { Place } from "./layout.js" */

import { formatNumber, formatTick } from "../player/drawing.js";
import { grip } from "./rails.js";
import { different } from "./sums/maps.js";

// Ordered by lightness, so that it reads in gray and to the color-blind.
const VIRIDIS = [
  "#440154",
  "#482878",
  "#3e4989",
  "#31688e",
  "#26828e",
  "#1f9e89",
  "#35b779",
  "#6ece58",
  "#b5de2b",
  "#fde725",
];
const DELAY = 55; // milliseconds from a cell of the wave to the next
const GROWS = 320; // and until one has its size
const BAR = [34, 10]; // pixels above the axis: the top and the bottom of the color scale
const PARTS = 100; // of the color scale
const INSET = 0.52; // of a cell: what is laid over it

/** @typedef {{ left: number, top: number, width: number, height: number }} Box */

/** When each cell of a canvas was first drawn. */
/** @type {WeakMap<object, Map<string, number>>} */
const births = new WeakMap();

/**
 * @param {number} share from 0 to 1
 */
export function shadeOf(share) {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const from = Math.min(VIRIDIS.length - 2, Math.floor(place));
  const parts = [from, from + 1].map((index) => [1, 3, 5].map((at) => parseInt(VIRIDIS[index].slice(at, at + 2), 16)));
  const mixed = parts[0].map((part, index) => Math.round(part + (place - from) * (parts[1][index] - part)));
  return `rgb(${mixed.join(", ")})`;
}

/**
 * The box of a cell: column and row count from the lower left.
 *
 * @param {Box} place
 * @param {Mark | { columns: number, rows: number }} size
 * @param {number} cell
 */
export function boxOf({ left, top, width, height }, { columns, rows }, cell) {
  const [wide, high] = [width / columns, height / rows];
  const row = Math.floor(cell / columns);
  return { x: left + (cell % columns) * wide, y: top + height - (row + 1) * high, wide, high };
}

/**
 * The cell at a place, −1 outside.
 *
 * @param {Box} place
 * @param {Mark | { columns: number, rows: number }} size
 * @param {{ x: number, y: number }} at
 */
export function cellAt({ left, top, width, height }, { columns, rows }, { x, y }) {
  const [column, row] = [Math.floor(((x - left) / width) * columns), Math.floor(((top + height - y) / height) * rows)];
  return column < 0 || row < 0 || column >= columns || row >= rows ? -1 : row * columns + column;
}

/** How much of its size a cell has: those that came together grow one after the other, from the middle on. */
/** @type {(pen: Pen, key: string, delay: number) => number} */
function grown(pen, key, delay) {
  if (!pen.moves) return 1;
  const born = births.get(pen.sheet) ?? new Map();
  births.set(pen.sheet, born);
  const now = performance.now();
  if (!born.has(key)) born.set(key, now + delay);
  const share = Math.min(1, Math.max(0, (now - born.get(key)) / GROWS));
  if (share < 1) pen.unrest = true;
  return share;
}

/** The cells of one map, the painted guess, the chosen cell, and how many train. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawCells(pen, mark) {
  const { norm, of, columns, rows, paint } = mark;
  const place = pen.place(mark.panel);
  const { context } = pen.sheet;
  const known = `accuracy_${norm}` in pen.arrays;
  for (let cell = 0; cell < columns * rows; cell++) {
    const { x, y, wide, high } = boxOf(place, mark, cell);
    context.strokeStyle = pen.theme.text;
    context.globalAlpha = 0.18;
    context.lineWidth = 1;
    context.strokeRect(x + 1.5, y + 1.5, wide - 3, high - 3);
    context.globalAlpha = 1;
    if (!known || !pen.number([`there_${norm}`, cell])) continue;
    const away = Math.abs((cell % columns) - columns / 2) + Math.abs(Math.floor(cell / columns) - rows / 2);
    const share = grown(pen, `${of} ${norm} ${cell}`, DELAY * away);
    const size = { wide: share * (wide - 2), high: share * (high - 2) };
    if (share) drawCell(pen, norm, cell, { x: x + wide / 2, y: y + high / 2, ...size });
  }
  drawGuess(pen, mark, known);
  const { x, y, wide, high } = boxOf(place, mark, pen.number("at"));
  for (const [ink, width] of /** @type {[string, number][]} */ ([
    [pen.theme.background, 6],
    [pen.theme.text, 3],
  ])) {
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.strokeRect(x, y, wide, high);
  }
  if (pen.cursor?.panel === mark.panel) drawCursor(pen, boxOf(place, mark, pen.cursor.cell));
  pen.sheet.setFont(pen.theme, 600, 16);
  const room = place.width - context.measureText(place.panel.title).width - 12;
  pen.sheet.setFont(pen.theme);
  const notes = notesOf(pen, mark, known);
  const note = notes.find((words) => context.measureText(words).width <= room) ?? notes[notes.length - 1];
  pen.sheet.text(note, place.left + place.width, place.top - 12, {
    ...{ color: pen.theme.text, align: "right", alpha: paint && !known ? 1 : 0.85 },
  });
}

/** @type {(pen: Pen, norm: string, cell: number, at: { x: number, y: number, wide: number, high: number }) => void} */
function drawCell(pen, norm, cell, { x, y, wide, high }) {
  const { context } = pen.sheet;
  const accuracy = pen.number([`accuracy_${norm}`, cell]);
  const lost = Number.isNaN(accuracy);
  context.fillStyle = lost ? pen.ink("lost") : shadeOf(accuracy);
  context.fillRect(x - wide / 2, y - high / 2, wide, high);
  const ink = lost ? pen.theme.text : accuracy > 0.55 ? "#000000" : "#ffffff";
  const size = Math.min(wide, high);
  const arm = size / 7;
  if (pen.number([`gone_${norm}`, cell])) {
    pen.sheet.line(x - arm, y - arm, x + arm, y + arm, { color: ink, width: 2 });
    pen.sheet.line(x - arm, y + arm, x + arm, y - arm, { color: ink, width: 2 });
  }
  if (pen.number([`trains_${norm}`, cell])) pen.disc(x, y, size / 9, { fill: ink });
}

/** A dashed frame around the cell at which keys paint. */
/** @type {(pen: Pen, box: { x: number, y: number, wide: number, high: number }) => void} */
function drawCursor(pen, { x, y, wide, high }) {
  const { context } = pen.sheet;
  context.lineWidth = 4;
  context.strokeStyle = pen.theme.background;
  context.strokeRect(x + 5, y + 5, wide - 10, high - 10);
  context.setLineDash([5, 4]);
  context.strokeStyle = pen.theme.text;
  context.strokeRect(x + 5, y + 5, wide - 10, high - 10);
  context.setLineDash([]);
}

/** The painted cells as one outline. */
/** @type {(pen: Pen, mark: Mark, known: boolean) => void} */
function drawGuess(pen, mark, known) {
  const painted = pen.painted?.get(mark.panel);
  if (!mark.paint || !painted?.size) return;
  const { context } = pen.sheet;
  const { columns } = mark;
  for (const cell of painted) {
    const { x, y, wide, high } = boxOf(pen.place(mark.panel), mark, cell);
    if (!known) {
      context.globalAlpha = 0.3;
      context.fillStyle = pen.ink(mark.norm);
      context.fillRect(x, y, wide, high);
      context.globalAlpha = 1;
    }
    /** @type {[boolean, number, number, number, number][]} */
    const sides = [
      [cell % columns > 0 && painted.has(cell - 1), x, y, x, y + high],
      [cell % columns < columns - 1 && painted.has(cell + 1), x + wide, y, x + wide, y + high],
      [painted.has(cell + columns), x, y, x + wide, y],
      [painted.has(cell - columns), x, y + high, x + wide, y + high],
    ];
    for (const [inside, ...ends] of sides) {
      if (inside) continue;
      pen.sheet.line(...ends, { color: pen.theme.background, width: 6 });
      pen.sheet.line(...ends, { color: pen.ink(mark.norm), width: 3, dash: [6, 3] });
    }
  }
}

/** What is said of a map, in words that become fewer, for where there is less room. */
/** @type {(pen: Pen, mark: Mark, known: boolean) => string[]} */
function notesOf(pen, { panel, norm, columns, rows, paint, compared }, known) {
  const size = columns * rows;
  const painted = pen.painted?.get(panel);
  if (!known && painted?.size) return [`your guess: ${painted.size} of ${size}`, `${painted.size} of ${size}`];
  if (!known) return paint ? ["paint your guess here", "paint here"] : [""];
  const [trained, networks] = [pen.number(`trained_${norm}`), pen.number(`networks_${norm}`)];
  if (!networks) return ["…"];
  if (compared && `trains_${compared}` in pen.arrays && pen.number("overlay") > 0.5) {
    const differ = different(pen.list(`trains_${norm}`), pen.list(`trains_${compared}`));
    return [`differ in ${differ} of ${size}`, `differ: ${differ}`];
  }
  if (!painted?.size || networks % size) return [`${trained} of ${networks} train`, `${trained}/${networks}`];
  const guess = Array.from({ length: size }, (_, cell) => Number(painted.has(cell)));
  const right = size - different(pen.list(`trains_${norm}`), guess);
  return [
    `${trained} train; you had ${right} of ${size} right`,
    `${trained} train; guess ${right}/${size}`,
    `${right} right`,
  ];
}

/** Every cell of one map on its way into the middle of the same cell of another, which it is compared with there. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawLaid(pen, mark) {
  const { panel, norm, over, columns, rows } = mark;
  const share = pen.number("overlay");
  if (!share || !(`accuracy_${norm}` in pen.arrays)) return;
  for (let cell = 0; cell < columns * rows; cell++) {
    if (!pen.number([`there_${norm}`, cell])) continue;
    const [from, to] = [pen.place(panel), pen.place(over)].map((place) => boxOf(place, mark, cell));
    const x = from.x + share * (to.x - from.x) + from.wide / 2;
    const y = from.y + share * (to.y - from.y) + from.high / 2;
    const size = 1 - share * (1 - INSET);
    drawCell(pen, norm, cell, { x, y, wide: size * (from.wide - 2), high: size * (from.high - 2) });
  }
}

/** The color scale, with the accuracy from which on a network trains: from there it is twice as high. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawScale(pen, { panel, at, words }) {
  const { left, top, width, x } = pen.place(panel);
  const { sheet, theme } = pen;
  const { context } = sheet;
  const here = x(pen.number(at));
  for (let part = 0; part < PARTS; part++) {
    const share = (part + 0.5) / PARTS;
    const high = (BAR[0] - BAR[1]) / (x(share) < here ? 2 : 1);
    context.fillStyle = shadeOf(share);
    context.fillRect(x(part / PARTS), top - BAR[1] - high, width / PARTS + 1, high);
  }
  sheet.line(here, top - BAR[0] - 6, here, top, { color: theme.text, width: 3 });
  grip(pen, here, top - (BAR[0] + BAR[1]) / 2, "text");
  sheet.text(words[0], left, top - BAR[0] - 30, { color: theme.text });
  sheet.text(`${words[1]} ${formatTick(pen.number(at))}`, here, top - BAR[0] - 11, {
    ...{ color: theme.text, align: here > left + width / 2 ? "right" : "left" },
  });
}

/** How the networks of the chosen cell learned: a line for each seed, and in words where each ended. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawCurves(pen, { panel, runs, steps, at, seeds }) {
  const { top, left, width, x, panel: own } = pen.place(panel);
  const { sheet, theme } = pen;
  const high = own.above - 54;
  const y = (/** @type {number} */ accuracy) => top - accuracy * high;
  for (const tick of [0.5, 1]) {
    sheet.line(left, y(tick), left + width, y(tick), { color: theme.text, alpha: 0.15 });
    sheet.text(formatTick(tick), left - 6, y(tick) + 5, { color: theme.text, alpha: 0.75, align: "right" });
  }
  sheet.line(left, y(pen.number(at)), left + width, y(pen.number(at)), { color: theme.text, alpha: 0.7, dash: [2, 4] });
  const [rate, scale] = [pen.number("rate"), pen.number("scale")].map(formatTick);
  sheet.text(`Networks at rate ${rate} from scale ${scale}: test accuracy`, left, top - own.above + 14, {
    color: theme.text,
  });
  let across = left;
  for (const { norm, label, dash } of runs) {
    if (!(`accuracy_${norm}` in pen.arrays)) continue;
    const color = pen.ink(norm);
    const ended = pen.number(`here_${norm}`);
    const there = pen.number([`there_${norm}`, pen.number("at")]);
    const words = `${label} ${Number.isNaN(ended) ? (there ? "diverged" : "…") : formatNumber(ended)}`;
    sheet.setFont(theme, 600);
    sheet.text(words, across, top - own.above + 35, { color });
    across += sheet.context.measureText(words).width + 18;
    sheet.setFont(theme);
    for (let seed = 0; seed < seeds; seed++) {
      const curve = pen.arrays[`curve_${norm}_${seed}`];
      if (curve === undefined || typeof curve === "number") continue;
      for (let index = 1; index < curve.length; index++) {
        const ends = [index - 1, index].flatMap((each) => [x(steps[each]), y(curve[each])]);
        sheet.line(ends[0], ends[1], ends[2], ends[3], {
          color,
          width: 2.5,
          dash: dash.length && seeds === 1 ? dash : [],
        });
      }
      const last = curve.length - 1;
      if (Number.isNaN(ended) && last >= 0) {
        sheet.text("×", x(steps[last]), y(curve[last]) + 5, { color, align: "center" });
      }
    }
  }
  sheet.text("updates", left + width, top + 40, { color: theme.text, alpha: 0.75, align: "right" });
}
