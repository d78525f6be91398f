// blocks.js: a network as boxes whose batch norm slides into the weights before it, and its outputs as bars.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */

const BOX = 58; // pixels: the height of a box
const WIDE = 0.31; // of the panel: the width of a box
const MARK = 7; // pixels: half of a disc or a diamond

/**
 * Layers from below to above, each W, batch norm and ReLU. `folded` is the share of the way that batch norm has gone.
 *
 * @type {(pen: Pen, mark: Mark) => void}
 */
export function drawBlocks(pen, { panel, layers, folded, color, plain }) {
  const { left, top, width, panel: given } = pen.place(panel);
  const { context } = pen.sheet;
  const share = pen.number(folded);
  const pace = (given.above - 34) / layers;
  const wide = WIDE * width;
  const gap = (width - 3 * wide) / 2;
  for (let layer = 0; layer < layers; layer++) {
    const y = top - (layer + 0.5) * pace - BOX / 2;
    const at = (/** @type {number} */ place) => left + place * (wide + gap);
    const line = { color: pen.theme.text, alpha: 0.5, width: 2 };
    pen.sheet.line(at(0), y + BOX / 2, at(2) + wide, y + BOX / 2, line);
    const [from, to] = [at(2) + wide / 2, at(0) + wide / 2];
    const between = y - (pace - BOX) / 2;
    pen.sheet.line(from, y, from, between, line);
    if (layer + 1 < layers) {
      // what comes out of one layer goes into the next
      pen.sheet.line(from, between, to, between, line);
      pen.sheet.line(to, between, to, y - pace + BOX, line);
    } else {
      pen.sheet.text("linear layer, then outputs", from - 10, between + 4, { color: pen.theme.text, align: "right" });
    }
    if (layer === 0) {
      pen.sheet.line(to, y + BOX, to, y + BOX + 22, line);
      pen.sheet.text("image", to + 10, y + BOX + 22, { color: pen.theme.text });
    }
    context.save();
    context.globalAlpha *= 1 - share;
    box(pen, at(1) - share * (wide + gap), y, wide, pen.ink(color), ["batch norm", "μ, σ, γ, β"]);
    context.restore();
    box(pen, at(0), y, wide, pen.ink(share > 0.5 ? plain : "text"), share > 0.5 ? ["W′, b′"] : ["W"]);
    box(pen, at(2), y, wide, pen.theme.text, ["ReLU"]);
  }
}

/** @type {(pen: Pen, x: number, y: number, wide: number, ink: string, lines: string[]) => void} */
function box(pen, x, y, wide, ink, lines) {
  const { sheet, theme } = pen;
  const corners = /** @type {[number, number][]} */ ([
    [x, y],
    [x + wide, y],
    [x + wide, y + BOX],
    [x, y + BOX],
  ]);
  pen.polygon(corners, theme.background);
  corners.forEach(([fromX, fromY], index) => {
    const [toX, toY] = corners[(index + 1) % 4];
    sheet.line(fromX, fromY, toX, toY, { color: ink, width: 2.5 });
  });
  sheet.setFont(theme, 600, 14);
  lines.forEach((line, index) => {
    const down = BOX / 2 + 5 + (index - (lines.length - 1) / 2) * 20;
    sheet.text(line, x + wide / 2, y + down, { color: ink, align: "center" });
  });
  sheet.setFont(theme);
}

/** One value for each whole number of the axis, as bars, discs or diamonds, as strong as the number `when`. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawValues(pen, { panel, values, color, look, when }) {
  const strength = when === null ? 1 : pen.number(when);
  if (!strength) return;
  const { x, y } = pen.place(panel);
  const { context } = pen.sheet;
  const ink = pen.ink(color);
  const half = 0.4 * (x(1) - x(0));
  context.save();
  context.globalAlpha *= strength * (look === "bar" ? 0.45 : 1);
  Array.from(pen.list(values)).forEach((value, index) => {
    const [across, up] = [x(index), y(value)];
    if (look === "disc") pen.disc(across, up, MARK, { fill: ink, line: pen.theme.background, width: 2 });
    else if (look === "diamond") pen.polygon(around(across, up, MARK, MARK, true), ink);
    else pen.polygon(around(across, (up + y(0)) / 2, half, Math.abs(up - y(0)) / 2, false), ink);
  });
  context.restore();
  pen.sheet.line(x(-0.5), y(0), x(9.5), y(0), { color: pen.theme.text, alpha: 0.6 });
}

/** The corners of a rectangle around a point, or of the diamond in it. */
/** @type {(x: number, y: number, wide: number, high: number, turned: boolean) => [number, number][]} */
const around = (x, y, wide, high, turned) =>
  turned
    ? [
        [x, y - high],
        [x + wide, y],
        [x, y + high],
        [x - wide, y],
      ]
    : [
        [x - wide, y - high],
        [x + wide, y - high],
        [x + wide, y + high],
        [x - wide, y + high],
      ];
