// bowls.js: a loss that is a bowl over a plane, and what stands in it: its lowest point, places of a way, and words.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */

import { rgb } from "./fields.js";
import { writeAs } from "./numbers.js";
import { fillSentence } from "./texts.js";

const [LOWEST, HIGHEST] = [-3, 4]; // powers of ten of the loss at the lightest and the darkest band
const PER_DECADE = 3;
const CORNERS = 128;
const AROUND = { x: 40, y: 22 }; // pixels around a place that is named, in which no other one is
const POLE = 46;
const DIGITS_HIGH = 15; // pixels: as high as the number of a step
// Where that may stand: above its place, then where there is room.
/** @type {[number, number, "left" | "center" | "right"][]} */
const BESIDE_A_STONE = [
  [0, -12, "center"],
  [12, 5, "left"],
  [0, 24, "center"],
  [-12, 5, "right"],
];

/** A quadratic around its lowest point, by its two curvatures and the angle of the steep one, in bands of a log scale. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawBowl(pen, { panel, at, angle, high, low }) {
  const box = pen.place(panel);
  const [x, y, turn, steep, flat] = [...at, angle, high, low].map((where) => pen.number(where));
  const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
  const [from, to] = [rgb(pen.ink("field_low")), rgb(pen.ink("field_high"))];
  const bands = (HIGHEST - LOWEST) * PER_DECADE;
  const shade = (/** @type {number} */ band) => {
    const parts = from.map((part, index) => Math.round(part + (band / bands) * (to[index] - part)));
    return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  };
  pen.inside(box, () => {
    pen.polygon(cornersOf(box), shade(bands));
    for (let band = bands - 1; band >= 0; band--) {
      // ½·λ·r² = L along either direction
      const level = 10 ** (LOWEST + band / PER_DECADE);
      const [along, across] = [Math.sqrt((2 * level) / steep), Math.sqrt((2 * level) / flat)];
      const corners = Array.from({ length: CORNERS }, (_, index) => {
        const turned = (2 * Math.PI * index) / CORNERS;
        const [first, second] = [along * Math.cos(turned), across * Math.sin(turned)];
        return /** @type {[number, number]} */ ([
          box.x(x + cosine * first - sine * second),
          box.y(y + sine * first + cosine * second),
        ]);
      });
      pen.polygon(corners, shade(band));
    }
  });
}

/** @type {(box: import("./layout.js").Place) => [number, number][]} */
const cornersOf = ({ left, top, width, height }) => [
  [left, top],
  [left + width, top],
  [left + width, top + height],
  [left, top + height],
];

/** A cross with a name; what lies outside of the plane is an arrowhead at its edge. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawGoal(pen, { panel, at, color, name }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  const [x, y] = [box.x(pen.number(at[0])), box.y(pen.number(at[1]))];
  const [left, top] = [
    Math.min(box.left + box.width - 12, Math.max(box.left + 12, x)),
    Math.min(box.top + box.height - 12, Math.max(box.top + 12, y)),
  ];
  const ink = pen.ink(color);
  if (Math.hypot(x - left, y - top) > 12) {
    const length = Math.hypot(x - left, y - top);
    const [right, down] = [(x - left) / length, (y - top) / length];
    pen.polygon(
      [
        [left + 11 * right, top + 11 * down],
        [left - 7 * right - 8 * down, top - 7 * down + 8 * right],
        [left - 7 * right + 8 * down, top - 7 * down - 8 * right],
      ],
      ink,
    );
  } else {
    for (const [width, line] of /** @type {[number, string][]} */ ([
      [7, theme.background],
      [3.5, ink],
    ])) {
      sheet.line(x - 8, y - 8, x + 8, y + 8, { color: line, width });
      sheet.line(x - 8, y + 8, x + 8, y - 8, { color: line, width });
    }
  }
  sheet.setFont(theme, 600, 15);
  const late = left > box.left + 0.75 * box.width;
  sheet.text(name, left + (late ? -14 : 14), top + 26, {
    ...{ color: ink, halo: theme.background, align: late ? "right" : "left" },
  });
  sheet.setFont(theme);
}

/** Whether a straight line passes through a box. */
/** @type {(from: [number, number], to: [number, number], box: [number, number, number, number]) => boolean} */
function crosses([x0, y0], [x1, y1], [left, top, right, bottom]) {
  // the shares of the line within the bounds of either axis
  let [first, last] = [0, 1];
  for (const [start, along, low, high] of [
    [x0, x1 - x0, left, right],
    [y0, y1 - y0, top, bottom],
  ]) {
    if (along === 0 && (start < low || start > high)) return false;
    if (along === 0) continue;
    const shares = [(low - start) / along, (high - start) / along];
    first = Math.max(first, Math.min(...shares));
    last = Math.min(last, Math.max(...shares));
  }
  return first <= last;
}

/** Where a number stands beside its place: as far as there is one, where the way does not pass through it. */
/** @type {(way: [number, number][], at: [number, number], width: number) => typeof BESIDE_A_STONE[number]} */
function placeBeside(way, [left, top], width) {
  const free = BESIDE_A_STONE.find(([right, down, align]) => {
    const start = left + right - { left: 0, center: width / 2, right: width }[align];
    const bottom = top + down;
    /** @type {[number, number, number, number]} */
    const box = [start, bottom - DIGITS_HIGH, start + width, bottom];
    return way.slice(1).every((to, index) => !crosses(way[index], to, box));
  });
  return free ?? BESIDE_A_STONE[0];
}

/** Places of a way with the number of the step; of those that stand close together the last is named. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawStones(pen, { panel, x, y, counts, color }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  const [across, up, count] = [pen.list(x), pen.list(y), pen.list(counts)];
  /** @type {[number, number][]} */
  const named = [];
  const way = Array.from(
    across,
    (_, index) => /** @type {[number, number]} */ ([box.x(across[index]), box.y(up[index])]),
  );
  pen.inside(box, () => {
    for (let index = count.length - 1; index >= 0; index--) {
      const [left, top] = way[index];
      if (named.some(([x1, y1]) => Math.abs(x1 - left) < AROUND.x && Math.abs(y1 - top) < AROUND.y)) continue;
      named.push([left, top]);
      pen.disc(left, top, 4.5, { fill: theme.background, line: pen.ink(color), width: 2.5 });
      sheet.setFont(theme, 600, 15);
      const text = writeAs(count[index], "count");
      const [right, down, align] = placeBeside(way, way[index], sheet.context.measureText(text).width);
      sheet.text(text, left + right, top + down, { color: pen.ink(color), halo: theme.background, align });
      sheet.setFont(theme);
    }
  });
}

/** A flag at a place of a way: a pole and a name below it. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawFlag(pen, { panel, at, color, name }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  const [left, top] = [box.x(pen.number(at[0])), box.y(pen.number(at[1]))];
  pen.inside(box, () => {
    sheet.line(left, top, left, top + POLE, { color: pen.ink(color), width: 2 });
    pen.disc(left, top, 5, { fill: pen.ink(color) });
    sheet.setFont(theme, 600, 15);
    const early = left > box.left + box.width / 2;
    sheet.text(name, left, Math.min(top + POLE + 14, box.top + box.height - 6), {
      ...{ color: pen.ink(color), halo: theme.background, align: early ? "right" : "left" },
    });
    sheet.setFont(theme);
  });
}

/** A sentence with live numbers at the end of the line of a panel's title, shown where `when` is not 0. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawWords(pen, { panel, words, color, when }) {
  if (when !== null && pen.number(when) === 0) return;
  const { left, top, width, panel: shown } = pen.place(panel);
  const { sheet, theme } = pen;
  sheet.setFont(theme, 700, 17);
  const text = fillSentence(words, pen.arrays);
  const [own, title] = [text, shown.title].map((each) => sheet.context.measureText(each).width);
  // Where there is no room beside the title, it stands below it, in the panel.
  const y = own + title + 16 > width ? top + 20 : top - 12;
  sheet.text(text, left + width, y, { color: pen.ink(color), align: "right", halo: theme.background });
  sheet.setFont(theme);
}
