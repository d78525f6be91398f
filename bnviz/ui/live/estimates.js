// estimates.js: what single draws say of a gradient, as arrows above the rail on which they fell.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */

import { fewTicks, formatTick } from "../player/drawing.js";
import { onRail } from "./rails.js";
import { fillSentence } from "./texts.js";

const HEADING = 58; // pixels for a title and a line of words
const FOOT = 26; // from the lowest arrow to the rail
const STRIP = 14; // from the right end to the estimates of all rolls,
const ESTIMATE = 44; // and to that of this one
const TIP = 6; // of an arrow, more than its width

/**
 * An arrow for each draw, up or down from zero; at the right end their mean as a thick one, beside it a dot for the
 * mean of each roll. What is longer than the picture has no head.
 *
 * @type {(pen: Pen, mark: Mark) => void}
 */
export function drawEstimates(pen, { panel, x, y, estimate, estimates, gradient, reach, color, title, words }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  const ink = pen.ink(color);
  const [high, low] = [box.top - box.panel.above + HEADING, box.top - FOOT];
  const [zero, half, most] = [(high + low) / 2, (low - high) / 2, pen.number(reach)];
  const up = (/** @type {number} */ value) => zero - half * Math.max(-1, Math.min(1, value / most));
  const right = box.left + box.width;
  sheet.setFont(theme, 600, 17);
  sheet.text(title, box.left, high - 38, { color: ink, halo: theme.background });
  sheet.setFont(theme, 400, 15);
  sheet.text(fillSentence(words, pen.arrays), box.left, high - 17, { color: theme.text, alpha: 0.85 });
  for (const tick of fewTicks(-most, most, 4)) {
    sheet.line(box.left - 4, up(tick), box.left, up(tick), { color: theme.text, alpha: 0.45 });
    sheet.text(formatTick(tick), box.left - 7, up(tick) + 5, { color: theme.text, alpha: 0.75, align: "right" });
  }
  sheet.line(box.left, high, box.left, low, { color: theme.text, alpha: 0.45 });
  sheet.line(box.left, zero, right, zero, { color: theme.text, alpha: 0.45 });
  const along = (/** @type {number} */ at, /** @type {number} */ value, /** @type {number} */ width) => {
    const end = up(value);
    const beyond = Math.abs(value) > most;
    const head = beyond ? 0 : Math.min(0.7 * Math.abs(end - zero), TIP + width);
    const neck = end + Math.sign(value) * head;
    sheet.line(at, zero, at, neck, { color: ink, width });
    const side = 0.4 * head + 0.4 * width;
    if (head > 0) {
      pen.polygon(
        [
          [at, end],
          [at - side, neck],
          [at + side, neck],
        ],
        ink,
      );
    }
  };
  const [places, values] = [pen.list(x), pen.list(y)];
  Array.from(values).forEach((value, index) => {
    const { at } = onRail(box, places[index]);
    along(at, value, 2);
    pen.disc(at, zero, 3, { fill: ink });
  });
  const truth = up(pen.number(gradient));
  sheet.line(box.left, truth, right, truth, { color: theme.text, width: 2, dash: [6, 4] });
  for (const value of Array.from(pen.list(estimates))) {
    pen.disc(right - STRIP, up(value), 4, { line: ink, width: 1.5 });
  }
  along(right - ESTIMATE, pen.number(estimate), 7);
}
