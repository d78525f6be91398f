// clouds.js: a cloud of points in a plane, the lines at which units bend, and how many no longer do.

/** @import { Mark } from "./types.js" */
/** @import { Pen } from "./pen.js" */

/** Every point as a small disc. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawCloud(pen, { panel, x, y, color }) {
  const box = pen.place(panel);
  const [across, up] = [pen.list(x), pen.list(y)];
  const { context } = pen.sheet;
  pen.inside(box, () => {
    context.globalAlpha *= 0.55;
    for (let index = 0; index < across.length; index++) {
      pen.disc(box.x(across[index]), box.y(up[index]), 3, { fill: pen.ink(color) });
    }
  });
}

/** Lines w·x = c: solid where `solid` is 1, else dashed and in the color `off`. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawLines(pen, { panel, x, y, at, solid, color, off }) {
  const box = pen.place(panel);
  const [wx, wy, values, whole] = [x, y, at, solid].map((name) => pen.list(name));
  const far = 2 * (box.panel.x.high - box.panel.x.low);
  pen.inside(box, () => {
    for (const kind of [1, 0]) {
      for (let index = 0; index < values.length; index++) {
        if (whole[index] !== kind) continue;
        // the point of the line that is nearest to the origin, and from there along the line
        const square = wx[index] ** 2 + wy[index] ** 2;
        const [px, py] = [(values[index] * wx[index]) / square, (values[index] * wy[index]) / square];
        const [dx, dy] = [-far * wy[index], far * wx[index]];
        pen.sheet.line(box.x(px - dx), box.y(py - dy), box.x(px + dx), box.y(py + dy), {
          ...{ color: pen.ink(kind ? color : off), width: kind ? 1.75 : 2.25, dash: kind ? [] : [6, 4] },
        });
      }
    }
  });
}

/** A sentence with a number, above a plane on the right. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawCount(pen, { panel, number, of, words, color, none }) {
  const box = pen.place(panel);
  const { sheet, theme } = pen;
  const count = pen.number(number);
  sheet.setFont(theme, 600, 15);
  const text = `${count} of ${of} ${words}`;
  const [own, title] = [text, box.panel.title].map((each) => sheet.context.measureText(each).width);
  // Where there is no room beside the title, it stands below it, in the panel.
  const up = own + title + 16 > box.width ? box.top + 20 : box.top - 12;
  sheet.text(text, box.left + box.width, up, {
    ...{ color: pen.ink(count ? color : none), align: "right", halo: theme.background },
  });
  sheet.setFont(theme);
}

/** A circle around a point, with its radius in the units of the axes. */
/** @type {(pen: Pen, mark: Mark) => void} */
export function drawCircle(pen, { panel, x, y, radius, color }) {
  const box = pen.place(panel);
  const [left, top] = [box.x(pen.number(x)), box.y(pen.number(y))];
  const reach = Math.abs(box.x(pen.number(radius)) - box.x(0));
  pen.inside(box, () => pen.disc(left, top, reach, { line: pen.ink(color), width: 1.5 }));
}
