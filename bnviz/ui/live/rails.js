// rails.js: marks on a single axis: its ticks, dots, tracks from axis to axis, the mean and the spread.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */
/** @import { Place } from "./layout.js" */

import { fewTicks, formatNumber, formatTick } from "../player/drawing.js";
import { RAIL_GUTTER } from "./layout.js";

const DOT = 7;
const PICKED = 10;
const GRIP = 9;

/** @type {(pen: Pen, box: Place) => void} */
export function drawRail({ sheet, theme }, { panel, left, top, width, x }) {
  sheet.line(left, top, left + width, top, { color: theme.text, alpha: 0.45, width: 1.5 });
  for (const tick of panel.x.ticks ?? fewTicks(panel.x.low, panel.x.high, Math.max(3, width / 90))) {
    sheet.line(x(tick), top - 4, x(tick), top + 4, { color: theme.text, alpha: 0.45 });
    sheet.text(formatTick(tick), x(tick), top + 24, { ...muted(theme), align: "center" });
  }
  sheet.context.save();
  sheet.context.font = `italic 600 22px "Cambria Math", Georgia, serif`;
  sheet.text(panel.title, left - RAIL_GUTTER, top + 7, { color: theme.text });
  sheet.context.restore();
}

/** @type {(theme: any) => object} */
const muted = (theme) => ({ color: theme.text, alpha: 0.75, halo: theme.background });

/**
 * A place on a rail, held at its ends; `beyond` tells the side of what lies outside.
 *
 * @type {(box: Place, value: number) => { at: number, beyond: number }}
 */
export function onRail({ panel, x }, value) {
  const { low, high } = panel.x;
  const beyond = value < low ? -1 : value > high ? 1 : 0;
  return { at: x(Math.min(high, Math.max(low, value))), beyond };
}

/** Every example as a dot; the followed one larger, with its number. What lies outside is a triangle at the end. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawDots(pen, { panel, x, color, picked, numbers }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  const values = Array.from(pen.list(x));
  const chosen = picked ? pen.number(picked) - 1 : -1;
  const order = values.map((_, index) => index).sort((a, b) => Number(a === chosen) - Number(b === chosen));
  for (const index of order) {
    const { at, beyond } = onRail(box, values[index]);
    const radius = index === chosen ? PICKED : DOT;
    if (beyond) {
      const tip = at + beyond * radius;
      pen.polygon(
        [
          [tip, box.top],
          [at - beyond * 4, box.top - radius],
          [at - beyond * 4, box.top + radius],
        ],
        pen.ink(color),
      );
    } else {
      if (index === chosen && pen.touched === color) pen.disc(at, box.top, radius + 8, { fill: faint(pen.ink(color)) });
      pen.disc(at, box.top, radius + 1.5, { fill: theme.background });
      pen.disc(at, box.top, radius, {
        fill: pen.ink(color),
        line: index === chosen ? theme.text : undefined,
        width: 2.5,
      });
    }
    if (index !== chosen || !numbers) continue;
    sheet.setFont(theme, 700, 16);
    const align = at > box.left + box.width - 30 ? "right" : "center";
    sheet.text(formatNumber(values[index]), at, box.top - 17, { align, color: theme.text, halo: theme.background });
    sheet.setFont(theme);
  }
}

/** A line for each example down the rails. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawTracks(pen, { stops, picked }) {
  const { sheet, theme } = pen;
  const chosen = picked ? pen.number(picked) - 1 : -1;
  /** @type {Place[]} */
  const boxes = stops.map((/** @type {[string, string]} */ [panel]) => pen.place(panel));
  /** @type {ArrayLike<number>[]} */
  const lists = stops.map((/** @type {[string, string]} */ [, name]) => pen.list(name));
  for (let index = 0; index < lists[0].length; index++) {
    const look = index === chosen ? { alpha: 1, width: 3 } : { alpha: 0.4, width: 1.25 };
    for (let stop = 1; stop < boxes.length; stop++) {
      const [from, to] = [stop - 1, stop].map((each) => onRail(boxes[each], lists[each][index]).at);
      sheet.line(from, boxes[stop - 1].top, to, boxes[stop].top, { color: theme.text, ...look });
    }
  }
}

/** A band around the middle, half on either side, and a tick in the middle. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawBand(pen, { panel, middle, half, color, tick }) {
  const box = pen.place(panel);
  const { context } = pen.sheet;
  const [center, reach] = [pen.number(middle), Math.abs(pen.number(half))];
  const [left, right] = [onRail(box, center - reach).at, onRail(box, center + reach).at];
  context.save();
  context.globalAlpha *= 0.16;
  context.fillStyle = pen.ink(color);
  context.fillRect(left, box.top - 15, right - left, 30);
  context.restore();
  const { at, beyond } = onRail(box, center);
  if (!beyond) pen.sheet.line(at, box.top - 17, at, box.top + 17, { color: pen.ink(tick), width: 4 });
}

/** A bracket from the middle to one side or both, away from the axis, with grips where handles are. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawBracket(pen, { panel, middle, half, color, tick, raised, names }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  const [center, reach] = [pen.number(middle), pen.number(half)];
  const [from, to, end] = [center - Math.abs(reach), center + Math.abs(reach), center + reach].map(
    (value) => onRail(box, value).at,
  );
  const [y, foot] = [box.top - raised, Math.sign(raised) * 9];
  const line = { color: pen.ink(color), width: 3 };
  sheet.line(from, y, to, y, line);
  sheet.line(from, y, from, y + foot, line);
  sheet.line(to, y, to, y + foot, line);
  const { at } = onRail(box, center);
  sheet.line(at, y, at, box.top, { color: pen.ink(tick), width: 2, dash: [2, 4] });
  grip(pen, at, y, tick);
  grip(pen, end, y, color);
  sheet.setFont(theme, 600, 16);
  const apart = Math.abs(end - at) > 70;
  const [own, other] = names;
  const text = (
    /** @type {string} */ words,
    /** @type {number} */ x,
    /** @type {string} */ ink,
    /** @type {string} */ align,
  ) =>
    sheet.text(words, Math.min(Math.max(x, 24), box.left + box.width), y + (raised > 0 ? -16 : 28), {
      ...{ align, color: pen.ink(ink), halo: theme.background },
    });
  const outwards = end >= at ? 1 : -1;
  text(own, apart ? at : at - outwards * 6, tick, apart ? "center" : outwards > 0 ? "right" : "left");
  text(other, apart ? end : end + outwards * 6, color, apart ? "center" : outwards > 0 ? "left" : "right");
  sheet.setFont(theme);
}

/** @param {string} color hex */
const faint = (color) => `${color}40`;

/** @type {(pen: Pen, x: number, y: number, color: string) => void} */
export function grip(pen, x, y, color) {
  const touched = pen.touched === color;
  if (touched) pen.disc(x, y, GRIP + 7, { fill: faint(pen.ink(color)) });
  pen.disc(x, y, touched ? GRIP + 2 : GRIP, { fill: pen.ink(color), line: pen.theme.background, width: 3 });
  const { sheet, theme } = pen;
  for (const side of [-2, 2]) sheet.line(x + side, y - 3.5, x + side, y + 3.5, { color: theme.background, width: 1.5 });
}
