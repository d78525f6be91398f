// painting.js: a guess painted over the cells of maps while a figure is held: by a pointer (pointing.js), or by keys.

/** @import { LiveFigure } from "./figure.js" */
/** @import { Mark } from "./types.js" */

import { formatTick } from "../player/drawing.js";

/** @typedef {{ panel: string, cell: number }} Cursor */

const PAINTED_BY = "Paint your guess. The arrows move from cell to cell and from map to map, space paints a cell.";
/** @type {Record<string, [number, number]>} columns to the right, rows up */
const BRUSH_MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @type {(figure: LiveFigure, cursor: Cursor, fills: boolean) => void} */
export function paintCell(figure, { panel, cell }, fills) {
  const cells = figure.painted.get(panel) ?? new Set();
  if (fills) cells.add(cell);
  else cells.delete(cell);
  figure.painted.set(panel, cells);
  figure.requestDraw();
}

/**
 * Where a key leads from a cell: over the edge of a map into the one beside it.
 *
 * @param {Mark[]} maps that can be painted, from left to right
 * @param {Cursor} cursor
 * @param {string} key
 * @returns {Cursor}
 */
export function movedBrush(maps, { panel, cell }, key) {
  const at = maps.findIndex((mark) => mark.panel === panel);
  const { columns, rows } = maps[at];
  const [right, up] = BRUSH_MOVES[key];
  const column = (cell % columns) + right;
  const row = Math.min(rows - 1, Math.max(0, Math.floor(cell / columns) + up));
  if (column >= 0 && column < columns) return { panel, cell: row * columns + column };
  const beside = maps[at + right];
  if (!beside) return { panel, cell };
  return { panel: beside.panel, cell: row * columns + (right > 0 ? 0 : columns - 1) };
}

/**
 * Let keys paint, once the picture has the focus.
 * @param {LiveFigure} figure
 */
export function letPaintByKeys(figure) {
  const { signal } = figure.leaving;
  const picture = figure.part(".picture");
  const maps = () => (figure.held ? (figure.scene?.marks ?? []).filter(({ paint }) => paint) : []);
  /** @param {Cursor | null} cursor */
  const show = (cursor) => {
    if (figure.pen) figure.pen.cursor = cursor;
    figure.requestDraw();
  };
  /** @param {Cursor} cursor */
  const say = ({ panel, cell }) => {
    const { rates, scales } = figure.scene?.given ?? {};
    const title = figure.scene?.rows.flat().find(({ name }) => name === panel)?.title ?? "";
    const painted = figure.painted.get(panel);
    const [rate, scale] = [rates[cell % rates.length], scales[Math.floor(cell / rates.length)]].map(formatTick);
    figure.part(".hidden-text").textContent =
      `${title}, learning rate ${rate}, initial scale ${scale}: ${painted?.has(cell) ? "" : "not "}painted. ` +
      `${painted?.size ?? 0} painted.`;
  };
  /** @type {Cursor | null} */
  let last = null;
  const begin = () => {
    const [first] = maps();
    if (!first) return null;
    const { columns, rows } = /** @type {{ columns: number, rows: number }} */ (/** @type {unknown} */ (first));
    return { panel: first.panel, cell: Math.floor(rows / 2) * columns + Math.floor(columns / 2) };
  };

  picture.addEventListener(
    "focus",
    () => {
      if (!maps().length || !picture.matches(":focus-visible")) return;
      last ??= begin();
      show(last);
      if (last) say(last);
    },
    { signal },
  );
  picture.addEventListener("blur", () => show(null), { signal });
  picture.addEventListener(
    "keydown",
    (event) => {
      if (event.target !== picture || !maps().length) return;
      const paints = event.key === " " || event.key === "Enter";
      if (!paints && !(event.key in BRUSH_MOVES)) return;
      event.preventDefault();
      last ??= begin();
      if (!last) return;
      if (paints) paintCell(figure, last, !figure.painted.get(last.panel)?.has(last.cell));
      else last = movedBrush(maps(), last, event.key);
      show(last);
      say(last);
    },
    { signal },
  );
}

/**
 * Make the picture a stop of the keyboard for as long as a guess can be painted on it.
 * @param {LiveFigure} figure
 * @param {boolean} paintable
 */
export function offerBrush(figure, paintable) {
  const picture = figure.part(".picture");
  figure.root.classList.toggle("paintable", paintable);
  if (paintable) {
    picture.tabIndex = 0;
    picture.setAttribute("role", "application");
    picture.setAttribute("aria-label", PAINTED_BY);
    return;
  }
  for (const name of ["tabindex", "role", "aria-label"]) picture.removeAttribute(name);
  if (figure.pen) figure.pen.cursor = null;
}
