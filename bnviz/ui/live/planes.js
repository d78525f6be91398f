// planes.js: marks in a plane of two axes: bands of a quantity, paths, rays, arrows, right angles and points.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */
/** @import { Place } from "./layout.js" */

import { fewTicks, formatTick } from "../player/drawing.js";
import { grip } from "./rails.js";

const HEAD = 11; // pixels: an arrow's head
const CORNER = 12; // and a right angle's side
const LETTER = 8; // and about the width of one of its name's

/** @type {(pen: Pen, box: Place) => void} */
export function drawPlane({ sheet, theme }, { panel, left, top, width, height, x, y }) {
  const words = { color: theme.text, alpha: 0.8 };
  const frame = { color: theme.text, alpha: 0.45 };
  const bottom = top + height;
  for (const [x0, y0, x1, y1] of [
    [left, top, left, bottom],
    [left, bottom, left + width, bottom],
  ]) {
    sheet.line(x0, y0, x1, y1, frame);
  }
  const up = /** @type {import("./types.js").Axis} */ (panel.y);
  for (const tick of panel.x.ticks ?? fewTicks(panel.x.low, panel.x.high, width / 70)) {
    sheet.line(x(tick), bottom, x(tick), bottom + 4, frame);
    sheet.text(formatTick(tick), x(tick), bottom + 19, { ...words, align: "center" });
  }
  for (const tick of up.ticks ?? fewTicks(up.low, up.high, height / 70)) {
    sheet.line(left - 4, y(tick), left, y(tick), frame);
    sheet.text(formatTick(tick), left - 8, y(tick) + 5, { ...words, align: "right" });
  }
  sheet.text(panel.x.label, left + width / 2, bottom + 37, { ...words, align: "center" });
  sheet.context.save();
  sheet.context.translate(left - 44, top + height / 2);
  sheet.context.rotate(-Math.PI / 2);
  sheet.text(up.label, 0, 4, { ...words, align: "center" });
  sheet.context.restore();
  sheet.setFont(theme, 600, 16);
  sheet.text(panel.title, left, top - 12, { color: theme.text });
  sheet.setFont(theme);
}

/** A line through points in order, a `fine` one without the points. Where it goes round, from one end of the axis to the other, it is interrupted. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawPath(pen, { panel, x, y, upto, color, round, fine, dash }) {
  const box = pen.place(panel);
  const { context } = pen.sheet;
  const [across, up] = [pen.list(x), pen.list(y)];
  const last = Math.min(across.length - 1, upto === null ? Infinity : pen.number(upto));
  const points = Array.from({ length: last + 1 }, (_, index) => [box.x(across[index]), box.y(up[index])]);
  pen.inside(box, () => {
    context.lineJoin = "round";
    context.setLineDash(dash ?? []);
    for (const [width, ink] of /** @type {[number, string][]} */ ([
      ...(fine ? [] : [[6, pen.theme.background]]),
      [fine ? 1.5 : 2.5, pen.ink(color)],
    ])) {
      context.strokeStyle = ink;
      context.lineWidth = width;
      context.beginPath();
      points.forEach(([left, top], index) => {
        const turned = round && index > 0 && Math.abs(across[index] - across[index - 1]) > round / 2;
        if (index === 0 || turned) context.moveTo(left, top);
        else context.lineTo(left, top);
      });
      context.stroke();
    }
    context.setLineDash([]);
    if (fine) return;
    for (const [left, top] of points) pen.disc(left, top, 2.5, { fill: pen.ink(color) });
  });
}

/** A straight line from one point to another, which may lie beyond the panel. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawSegment(pen, { panel, from, to, beyond, color, dash }) {
  const box = pen.place(panel);
  const [x0, y0, x1, y1] = [...from, ...to].map((where) => pen.number(where));
  const factor = beyond ?? 1;
  pen.inside(box, () => {
    const end = [box.x(x0 + factor * (x1 - x0)), box.y(y0 + factor * (y1 - y0))];
    pen.sheet.line(box.x(x0), box.y(y0), end[0], end[1], { color: pen.ink(color), width: 2, dash: dash ?? [] });
  });
}

/** An upright line over the whole panel. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawUpright(pen, { panel, x, color }) {
  const box = pen.place(panel);
  const at = box.x(pen.number(x));
  pen.sheet.line(at, box.top, at, box.top + box.height, { color: pen.ink(color), width: 2, dash: [2, 4] });
}

/** How far a direction leads from a place within two bounds. */
/** @type {(from: number, along: number, low: number, high: number) => number} */
const roomAlong = (from, along, low, high) => (along === 0 ? Infinity : ((along > 0 ? high : low) - from) / along);

/** An arrow from a point by a vector times a factor, in the unit of the axes, which is not drawn longer than `most`. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawArrow(pen, { panel, from, by, factor, most, color, name }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  const [x, y, ...along] = [...from, ...by].map((where) => pen.number(where));
  const share = Math.min(1, most / (factor * Math.hypot(...along)));
  const [across, up] = along.map((part) => share * part);
  const [x0, y0, x1, y1] = [box.x(x), box.y(y), box.x(x + factor * across), box.y(y + factor * up)];
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length > 0)) return;
  const [right, down] = [(x1 - x0) / length, (y1 - y0) / length];
  const head = Math.min(HEAD, length);
  const neck = [x1 - head * right, y1 - head * down];
  pen.inside(box, () => {
    for (const [width, ink] of /** @type {[number, string][]} */ ([
      [8, theme.background],
      [4, pen.ink(color)],
    ])) {
      sheet.line(x0, y0, neck[0], neck[1], { color: ink, width });
    }
    const side = head * 0.6;
    pen.polygon(
      [
        [x1, y1],
        [neck[0] - side * down, neck[1] + side * right],
        [neck[0] + side * down, neck[1] - side * right],
      ],
      pen.ink(color),
    );
    if (length < 3 * HEAD) return;
    sheet.setFont(theme, 600, 15);
    // Of an arrow that leaves the panel the name stands where it does.
    const seen = Math.min(
      length,
      roomAlong(x0, right, box.left, box.left + box.width),
      roomAlong(y0, down, box.top, box.top + box.height),
    );
    const [labelX, labelY] = [x0 + (seen + 8) * right, y0 + (seen + 8) * down];
    const held = (/** @type {number} */ value, /** @type {number} */ low, /** @type {number} */ high) =>
      Math.min(high, Math.max(low, value));
    sheet.text(
      name,
      held(labelX, box.left + 4, box.left + box.width - LETTER * name.length),
      held(labelY, box.top + 16, box.top + box.height - 6),
      {
        ...{
          color: pen.ink(color),
          halo: theme.background,
          align: right < -0.3 ? "right" : "left",
          baseline: "middle",
        },
      },
    );
    sheet.setFont(theme);
  });
}

/** An upright arrow from zero for each example; the followed one is thicker. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawArrows(pen, { panel, x, y, color, picked }) {
  const box = pen.place(panel);
  const [across, up] = [pen.list(x), pen.list(y)];
  const chosen = picked ? pen.number(picked) - 1 : -1;
  const [ink, zero] = [pen.ink(color), box.y(0)];
  pen.inside(box, () => {
    pen.sheet.line(box.left, zero, box.left + box.width, zero, { color: pen.theme.text, alpha: 0.45 });
    for (let index = 0; index < across.length; index++) {
      const [at, end] = [box.x(across[index]), box.y(up[index])];
      const [way, width] = [Math.sign(end - zero), index === chosen ? 5 : 2.5];
      const head = Math.min(Math.abs(end - zero), 4 + 2 * width);
      const neck = end - way * head;
      if (index === chosen) pen.sheet.line(at, zero, at, neck, { color: pen.theme.text, width: width + 4 });
      pen.sheet.line(at, zero, at, neck, { color: ink, width });
      const half = 0.55 * head;
      pen.polygon(
        [
          [at, end],
          [at - half, neck],
          [at + half, neck],
        ],
        ink,
      );
      pen.disc(at, zero, 3, { fill: ink });
    }
  });
}

/** The mark of a right angle between the way to a point and an arrow there; drawn where it is one. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawRightAngle(pen, { panel, at, by, angle, color }) {
  if (!(Math.abs(pen.number(angle) - 90) < 1e-6)) return;
  const box = pen.place(panel);
  const [x, y, across, up] = [...at, ...by].map((where) => pen.number(where));
  const [left, top] = [box.x(x), box.y(y)];
  const [back, side] = [
    [box.x(0) - left, box.y(0) - top],
    [box.x(x + across) - left, box.y(y + up) - top],
  ].map(([right, down]) => {
    const length = Math.hypot(right, down);
    return length > 0 ? [(CORNER * right) / length, (CORNER * down) / length] : [0, 0];
  });
  const line = { color: pen.ink(color), width: 2 };
  pen.inside(box, () => {
    pen.sheet.line(left + back[0], top + back[1], left + back[0] + side[0], top + back[1] + side[1], line);
    pen.sheet.line(left + back[0] + side[0], top + back[1] + side[1], left + side[0], top + side[1], line);
  });
}

/** A point by two numbers: a disc, a ring, or the grip of a handle. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawPoint(pen, { panel, x, y, color, look, name }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  const [left, top] = [box.x(pen.number(x)), box.y(pen.number(y))];
  const outside =
    left < box.left - 1 || left > box.left + box.width + 1 || top < box.top - 1 || top > box.top + box.height + 1;
  if (outside) return;
  if (look === "grip") grip(pen, left, top, color);
  else if (look === "ring") {
    pen.disc(left, top, pen.touched === color ? 12 : 10, { fill: theme.background, line: pen.ink(color), width: 4 });
  } else pen.disc(left, top, 8, { fill: pen.ink(color), line: theme.background, width: 2 });
  if (!name) return;
  sheet.setFont(theme, 600, 16);
  const late = left > box.left + 0.8 * box.width;
  sheet.text(name, left + (late ? -16 : 16), top - 12, {
    ...{ color: pen.ink(color), halo: theme.background, align: late ? "right" : "left" },
  });
  sheet.setFont(theme);
}
