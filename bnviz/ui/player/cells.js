// cells.js: where the cells of a strip stand. Columns are runs, all side by side on a phone too; rows are layers.

/**
 * @typedef {{ top: number, height: number }} Row
 * @typedef {{ gap: number, columnWidth: number, rows: Row[], height: number }} Cells
 */

export const CELL_GAP = 6;
const LOWEST_CELL = 52;
const HIGHEST_CELL = 150;

/**
 * @param {import("./recording.js").Recording} recording
 * @param {number} width
 * @param {number} room height that all rows may take
 * @returns {Cells}
 */
export function layOutCells({ layerCount, runCount }, width, room) {
  const gap = width < 500 ? 6 : 20;
  const share = room / layerCount - CELL_GAP;
  const height = Math.round(Math.min(HIGHEST_CELL, Math.max(LOWEST_CELL, share)));
  return {
    gap,
    columnWidth: (width - gap * (runCount - 1)) / runCount,
    rows: Array.from({ length: layerCount }, (_, layer) => ({ top: layer * (height + CELL_GAP), height })),
    height: layerCount * (height + CELL_GAP),
  };
}

/**
 * The run and the layer of the cell at a place, null beside all cells.
 * @param {Cells} cells
 * @param {number} runCount
 * @param {number} x
 * @param {number} y
 */
export function cellAt({ gap, columnWidth, rows }, runCount, x, y) {
  const run = Math.floor(x / (columnWidth + gap));
  const layer = rows.findIndex(({ top, height }) => y >= top && y < top + height + CELL_GAP);
  return run < 0 || run >= runCount || layer < 0 ? null : { run, layer };
}
