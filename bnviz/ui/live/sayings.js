// sayings.js: words with live numbers inside a panel, beside the marks that they are about.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */

import { fillSentence } from "./texts.js";

const LINE = 21; // pixels from line to line

/** Lines of text that begin at a share of the panel's sides; left out where the number `when` is 0. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawSaying(pen, { panel, words, at, color, strong, when }) {
  if (when !== null && !pen.number(when)) return;
  const { left, top, width, height } = pen.place(panel);
  const { sheet, theme } = pen;
  const [across, down] = at;
  sheet.setFont(theme, strong ? 600 : 400, strong ? 18 : 15);
  fillSentence(words, pen.arrays)
    .split("\n")
    .forEach((line, index) =>
      sheet.text(line, left + across * width, top + down * height + index * LINE, {
        ...{ color: pen.ink(color), halo: theme.background, align: "left" },
      }),
    );
  sheet.setFont(theme);
}
