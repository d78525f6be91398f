// boxes.js: marks of a computation beside its rails: what is rolled, where it goes, words, frames and rings.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */

import { onRail } from "./rails.js";

const DIE = 46; // pixels
const PIPS = [[], [4], [0, 8], [0, 4, 8], [0, 2, 6, 8], [0, 2, 4, 6, 8], [0, 2, 3, 5, 6, 8]];

/**
 * Where the pips of a roll stand, in columns and rows from 0 to 2; the roll counts from 1.
 *
 * @type {(roll: number) => [number, number][]}
 */
export const pipsOf = (roll) => PIPS[((roll - 1) % 6) + 1].map((pip) => [pip % 3, Math.floor(pip / 3)]);

/** @type {(pen: Pen, panel: string) => [number, number]} */
function middle(pen, panel) {
  const box = pen.place(panel);
  return [box.left + box.width / 2, box.top - 22];
}

/** A die that shows the number of the roll, and from there a line to every value that it gave. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawDie(pen, { panel, roll, to, x, color }) {
  const [across, up] = middle(pen, panel);
  const target = pen.place(to);
  const { sheet, theme } = pen;
  for (const value of Array.from(pen.list(x))) {
    sheet.line(across, up, onRail(target, value).at, target.top, { color: theme.text, alpha: 0.4, width: 1.25 });
  }
  const { context } = sheet;
  const [left, top] = [across - DIE / 2, up - DIE / 2];
  context.save();
  context.beginPath();
  context.roundRect(left, top, DIE, DIE, 9);
  context.fillStyle = theme.background;
  context.fill();
  context.strokeStyle = pen.ink(color);
  context.lineWidth = 3;
  context.stroke();
  context.restore();
  for (const [column, row] of pipsOf(pen.number(roll))) {
    pen.disc(left + (DIE * (column + 1)) / 4, top + (DIE * (row + 1)) / 4, 4, { fill: pen.ink(color) });
  }
}

/** Words at a panel, as far above its axis; the first of two lines is bold. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawNote(pen, { panel, title, words, raised, color }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  sheet.setFont(theme, 600, 17);
  sheet.text(title, box.left, box.top - raised, { color: pen.ink(color), halo: theme.background });
  sheet.setFont(theme, 400, 15);
  sheet.text(words, box.left, box.top - raised + 20, { color: theme.text, alpha: 0.85, halo: theme.background });
  sheet.setFont(theme);
}

/** Where the values began: a ring for each. What has not moved fills its ring. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawRings(pen, { panel, x, color }) {
  const box = pen.place(panel);
  for (const value of Array.from(pen.list(x))) {
    pen.disc(onRail(box, value).at, box.top, 11, { line: pen.ink(color), width: 1.5 });
  }
}
