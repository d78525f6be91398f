// pointing.js: cells of maps under a pointer: one that is pointed at is looked into, a press chooses it; a figure that
// is held takes a guess, painted over cells.

/** @import { LiveFigure } from "./figure.js" */

import { cellAt } from "./cells.js";
import { paintCell } from "./painting.js";

/** @param {LiveFigure} figure */
export function letPoint(figure) {
  const { signal } = figure.leaving;
  const picture = figure.part(".picture");
  /** @type {{ pointer: number, panel: string, fills: boolean | null } | null} what a pressed pointer does */
  let press = null;

  /** @param {PointerEvent} event */
  const under = (event) => {
    const { pen, scene } = figure;
    const box = picture.getBoundingClientRect();
    const zoom = box.width / picture.clientWidth || 1;
    const at = { x: (event.clientX - box.left) / zoom, y: (event.clientY - box.top) / zoom };
    for (const mark of scene?.marks ?? []) {
      const place = mark.kind === "cells" && pen?.places.get(mark.panel);
      const cell = place ? cellAt(place, mark, at) : -1;
      if (cell >= 0) return { mark, cell };
    }
    return null;
  };
  /** @param {number} cell */
  const valuesOf = (cell) => {
    const { rates, scales } = figure.scene?.given ?? {};
    return { rate: rates[cell % rates.length], scale: scales[Math.floor(cell / rates.length)] };
  };
  /** @param {{ rate: number, scale: number } | null} values */
  const peek = (values) => {
    if (JSON.stringify(figure.peeked) === JSON.stringify(values)) return;
    figure.peeked = values;
    figure.requestDraw();
  };
  /** @param {number} cell */
  const choose = (cell) => {
    figure.values = { ...figure.values, ...valuesOf(cell) };
    figure.requestDraw();
  };

  picture.addEventListener(
    "pointerdown",
    (event) => {
      const found = event.button === 0 && !press && !figure.holding ? under(event) : null;
      if (!found) return;
      const { mark, cell } = found;
      if (figure.held) {
        if (!mark.paint) return;
        const fills = !figure.painted.get(mark.panel)?.has(cell);
        press = { pointer: event.pointerId, panel: mark.panel, fills };
        paintCell(figure, { panel: mark.panel, cell }, fills);
      } else {
        press = { pointer: event.pointerId, panel: mark.panel, fills: null };
        peek(null);
        figure.take("rate");
        choose(cell);
      }
      picture.setPointerCapture?.(event.pointerId);
    },
    { signal },
  );
  picture.addEventListener(
    "pointermove",
    (event) => {
      const found = under(event);
      if (press?.pointer === event.pointerId) {
        if (!found || found.mark.panel !== press.panel) return;
        if (press.fills === null) choose(found.cell);
        else paintCell(figure, { panel: press.panel, cell: found.cell }, press.fills);
      } else if (!figure.holding && event.pointerType === "mouse") {
        peek(found ? valuesOf(found.cell) : null);
      }
    },
    { signal },
  );
  for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
    picture.addEventListener(
      type,
      (event) => {
        if (press?.pointer !== event.pointerId) return;
        const chose = press.fills === null;
        press = null;
        if (chose) figure.letGo();
      },
      { signal },
    );
  }
  picture.addEventListener("pointerleave", () => peek(null), { signal });
}
