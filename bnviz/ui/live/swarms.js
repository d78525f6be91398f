// swarms.js: many examples above a rail, in one row a group; where they should lie, and where they do.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */
/** @import { Place } from "./layout.js" */

import { formatNumber } from "../player/drawing.js";
import { onRail } from "./rails.js";

const LOWEST_ROW = 13; // pixels above the rail
const ROW_HEIGHT = 19;
const SPREAD_IN_ROW = 7;
const FAINT = 0.22;
const NARROW = 500; // pixels: names are brief on a narrower rail
const BESIDE_GAP = 10;

/** @type {(count: number) => number} */
const radiusOf = (count) => (count > 100 ? 3.5 : count > 30 ? 4.5 : count > 10 ? 6 : 8);

/** How far above its rail an example lies: the same wherever it is drawn. */
/** @type {(group: number, who: number) => number} */
export const heightOf = (group, who) =>
  LOWEST_ROW + ROW_HEIGHT * group + (((who * 37) % 15) / 7 - 1) * SPREAD_IN_ROW * Number(who !== 0);

/** Every example as a dot in the color and the row of its group; what lies beyond the rail is a triangle at its end. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawSwarm(pen, { panel, x, group, who, colors, faint, ringed }) {
  const box = pen.place(panel);
  const { context } = pen.sheet;
  const [values, groups, names] = [pen.list(x), pen.list(group), pen.list(who)];
  const radius = radiusOf(values.length);
  context.save();
  context.globalAlpha *= faint ? FAINT : 1;
  for (let index = values.length - 1; index >= 0; index--) {
    const { at, beyond } = onRail(box, values[index]);
    const y = box.top - heightOf(groups[index], names[index]);
    const ink = pen.ink(colors[groups[index]]);
    const first = ringed && names[index] === 0;
    if (beyond) {
      const back = at - beyond * 2 * radius;
      pen.polygon(
        [
          [at, y],
          [back, y - radius],
          [back, y + radius],
        ],
        ink,
      );
    } else if (first) pen.disc(at, y, Math.max(7, radius), { fill: ink, line: pen.theme.text, width: 2.5 });
    else pen.disc(at, y, radius, { fill: ink });
  }
  context.restore();
}

/** Where the same example lies in other batches: a ring for each. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawElsewhere(pen, { panel, x, group, color }) {
  const box = pen.place(panel);
  const y = box.top - heightOf(pen.number(group), 0);
  for (const value of Array.from(pen.list(x))) {
    const { at, beyond } = onRail(box, value);
    if (!beyond) pen.disc(at, y, 7, { line: pen.ink(color), width: 1.5 });
  }
}

/** @type {(box: Place, middle: number, half: number) => [number, number]} */
const ends = (box, middle, half) => [onRail(box, middle - half).at, onRail(box, middle + half).at];

/** A zone above a rail, half to either side of the middle, filled or as a dashed outline. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawZone(pen, { panel, middle, half, color, tick, height, dashed }) {
  const [center, reach] = [pen.number(middle), Math.abs(pen.number(half))];
  if (!Number.isFinite(center)) return;
  const box = pen.place(panel);
  const [left, right] = ends(box, center, reach);
  const top = box.top - height;
  const { context } = pen.sheet;
  context.save();
  context.globalAlpha *= dashed ? 0.9 : 0.16;
  context.fillStyle = context.strokeStyle = pen.ink(color);
  context.lineWidth = 2;
  context.setLineDash(dashed ? [6, 4] : []);
  if (dashed) context.strokeRect(left, top, right - left, height);
  else context.fillRect(left, top, right - left, height);
  context.restore();
  const { at, beyond } = onRail(box, center);
  if (tick && !beyond) pen.sheet.line(at, top, at, box.top, { color: pen.ink(tick), width: 3 });
}

/** Words beside what reaches from left to right, on the side that is wanted if there is room. */
/** @type {(pen: Pen, box: Place, words: string, reach: [number, number], y: number, look: any) => void} */
function writeBeside({ sheet, theme }, box, words, [left, right], y, { ink, before }) {
  sheet.setFont(theme, 600, 15);
  const width = sheet.context.measureText(words).width + BESIDE_GAP;
  const [fitsBefore, fitsAfter] = [left - width >= 0, right + width <= box.left + box.width];
  const isBefore = before ? fitsBefore || !fitsAfter : fitsBefore && !fitsAfter;
  const x = isBefore ? left - BESIDE_GAP : Math.min(right + BESIDE_GAP, box.left + box.width - width);
  sheet.text(words, x, y, { color: ink, halo: theme.background, align: isBefore ? "right" : "left" });
  sheet.setFont(theme);
}

/** The name of a zone, beside it. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawZoneName(pen, { panel, middle, half, color, name, brief, height, dashed }) {
  const [center, reach] = [pen.number(middle), Math.abs(pen.number(half))];
  if (!Number.isFinite(center)) return;
  const box = pen.place(panel);
  const words = box.width < NARROW ? brief : name;
  const y = box.top - (dashed ? 8 : height - 14);
  writeBeside(pen, box, words, ends(box, center, reach), y, { ink: pen.ink(color), before: !dashed });
}

/** Mean and spread as they are: a bar above the rail, and their numbers. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawSpan(pen, { panel, middle, half, color, raised, name }) {
  const box = pen.place(panel);
  const [center, reach] = [pen.number(middle), pen.number(half)];
  const [left, right] = ends(box, center, reach);
  const y = box.top - raised;
  const line = { color: pen.ink(color), width: 3 };
  pen.sheet.line(left, y, right, y, line);
  for (const end of [left, right]) pen.sheet.line(end, y - 6, end, y + 6, line);
  pen.disc(onRail(box, center).at, y, 5, { fill: pen.ink(color) });
  const numbers = `${formatNumber(center)} ± ${formatNumber(reach)}`;
  const words = box.width < NARROW ? numbers : `${name} ${numbers}`;
  writeBeside(pen, box, words, [left, right], y + 5, { ink: pen.ink(color), before: false });
}

/** A name at the upper left of a rail, chosen among several by a number. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawName(pen, { panel, words, which, color }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  sheet.setFont(theme, 600, 16);
  sheet.text(words[pen.number(which)], 0, box.top - box.panel.above + 16, {
    color: pen.ink(color),
    halo: theme.background,
  });
  sheet.setFont(theme);
}
