// trajectories.js: γ and β of every unit of the focused layer, the μ and σ that they follow, and what comes out.

import { STEP_AXIS } from "./curves.js";
import { fewTicks, FONT_SIZE, formatNumber, formatTick, linearScale, Sheet } from "./drawing.js";
import { COLUMN_GAP } from "./histograms.js";
import {
  drawCursor,
  drawInterventions,
  drawStepAxis,
  recordAt,
  seenIn,
  stepAt,
  TracedLines,
  tracePoints,
} from "./lines.js";

/**
 * @typedef {import("./drawing.js").Theme} Theme
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {import("./player.js").State} State
 *
 * What of each unit is drawn: its name in the recording, its sign, what a run must have for it, and its words.
 * @typedef {{ name: string, symbol: string, needs?: string, words: string }} Quantity
 *
 * @typedef {object} Place
 * @property {Quantity} quantity
 * @property {number} run
 * @property {number} column
 * @property {number} row
 * @property {number} lo
 * @property {number} hi
 * @typedef {import("./lines.js").Panel & Place} Panel
 */

/** @type {Quantity[]} */
const QUANTITIES = [
  { name: "gamma", symbol: "γ", words: "scale γ" },
  { name: "beta", symbol: "β", words: "shift β" },
  { name: "mu", symbol: "μ", words: "batch mean μ before normalization" },
  { name: "sigma", symbol: "σ", words: "batch standard deviation σ before normalization" },
  { name: "output_mean", symbol: "mean of y", words: "batch mean of the output y, after γ and β" },
  { name: "output_sd", symbol: "sd of y", words: "batch standard deviation of the output y, after γ and β" },
  { name: "mean_less_beta", symbol: "mean − β", words: "how far the batch mean of the output y is from β" },
  {
    name: "sd_less_gamma",
    symbol: "sd − |γ|",
    needs: "γ",
    words: "how far the batch standard deviation of the output y is from |γ|",
  },
];
const PANEL_HEIGHT = 56;
const PANEL_GAP = 10;
const MOST = 3; // times the usual height, on a screen of its own
const TRAJECTORY_GUTTER = 78;
const HEADING = 24;

export class Trajectories {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Recording} recording
   * @param {State} state
   */
  constructor(canvas, recording, state) {
    this.sheet = new Sheet(canvas);
    this.recording = recording;
    this.state = state;
    /** @type {Panel[]} */
    this.panels = [];
    /** @type {TracedLines | null} */
    this.traced = null;
    this.quantities = QUANTITIES.filter(({ name }) => name in recording.scales);
  }

  /**
   * @param {number} width
   * @param {number} _room
   * @param {number} [fill] height that all panels shall take, where that is more than usual
   */
  layout(width, _room, fill = 0) {
    const { recording, state, quantities } = this;
    const columns = state.columns.length;
    const columnWidth = (width - TRAJECTORY_GUTTER - COLUMN_GAP * (columns - 1) - 4) / columns;
    const count = quantities.length;
    const share = (fill - HEADING - STEP_AXIS + PANEL_GAP) / count - PANEL_GAP;
    const high = Math.round(Math.min(MOST * PANEL_HEIGHT, Math.max(PANEL_HEIGHT, share)));
    this.sheet.resize(width, HEADING + count * (high + PANEL_GAP) - PANEL_GAP + STEP_AXIS);
    this.panels = [];
    quantities.forEach((quantity, row) => {
      const { lo, hi } = recording.scales[quantity.name][state.layer];
      const top = HEADING + row * (high + PANEL_GAP);
      state.columns.forEach((run, column) => {
        const left = TRAJECTORY_GUTTER + column * (columnWidth + COLUMN_GAP);
        this.panels.push({
          quantity,
          run,
          column,
          row,
          left,
          top,
          width: columnWidth,
          height: high,
          lo,
          hi,
          lastStep: recording.lastStep,
          x: linearScale(0, recording.lastStep, left, left + columnWidth),
          y: linearScale(lo, hi, top + high - 2, top + 2),
        });
      });
    });
    this.traced = null;
  }

  /**
   * @param {Sheet} sheet
   * @param {Theme} theme
   */
  trace(sheet, theme) {
    const { recording, state } = this;
    const units = recording.units[state.layer].drawn.length;
    for (const panel of this.panels) {
      const { run, quantity } = panel;
      sheet.context.strokeStyle = theme.runColor(recording.runs[run]);
      sheet.context.globalAlpha = units > 8 ? 0.55 : 0.85;
      sheet.context.lineWidth = 1.1;
      for (let unit = 0; unit < units; unit++) {
        tracePoints(
          sheet.context,
          recording.endOf(run) + 1,
          (record) => panel.x(recording.steps[record]),
          (record) => panel.y(recording.trajectory(quantity.name, run, state.layer, unit, record)),
        );
      }
    }
  }

  /**
   * @param {number} position
   * @param {Theme} theme
   */
  draw(position, theme) {
    const { sheet, recording, state } = this;
    sheet.clear(theme);
    this.traced ??= new TracedLines(sheet, (copy) => this.trace(copy, theme));
    const step = stepAt(recording, position);
    for (const panel of this.panels) {
      this.drawFrame(panel, theme);
      if (!recording.hasTrajectory(panel.quantity.name, panel.run, state.layer)) {
        sheet.text(
          `no ${panel.quantity.needs ?? panel.quantity.symbol} in this run`,
          panel.left + panel.width / 2,
          panel.top + panel.height / 2 + 5,
          { align: "center", color: theme.text, alpha: 0.75 },
        );
        continue;
      }
      const cursor = panel.x(step);
      this.traced.copy(sheet, panel, cursor, seenIn(recording, panel, state));
      drawInterventions(sheet, recording, panel, theme, false);
      drawCursor(sheet, panel, cursor, theme);
    }
  }

  /**
   * @param {Panel} panel
   * @param {Theme} theme
   */
  drawFrame(panel, theme) {
    const { sheet, recording } = this;
    const { left, top, width, height, column, row } = panel;
    if (row === 0) {
      const run = recording.runs[panel.run];
      sheet.line(left, 9, left + 24, 9, { color: theme.runColor(run), width: 3, dash: run.dash });
      sheet.setFont(theme, 600);
      sheet.text(shorten(sheet.context, run.label, width - 32), left + 32, 14, { color: theme.text });
      sheet.setFont(theme);
    }
    for (const tick of fewTicks(panel.lo, panel.hi)) {
      sheet.line(left, panel.y(tick), left + width, panel.y(tick), { color: theme.text, alpha: 0.12 });
      if (column === 0) {
        sheet.text(formatTick(tick), left - 7, panel.y(tick) + 5, { align: "right", color: theme.text, alpha: 0.75 });
      }
    }
    sheet.line(left, top + height, left + width, top + height, { color: theme.text, alpha: 0.3 });
    if (column === 0) {
      drawSymbol(sheet, panel, theme);
    }
    if (row === this.quantities.length - 1) drawStepAxis(sheet, panel, theme);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  panelAt(x, y) {
    return this.panels.find(
      ({ left, top, width, height }) => x >= left && x <= left + width && y >= top && y <= top + height + PANEL_GAP,
    );
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  recordAt(x, y) {
    const panel = this.panelAt(x, y);
    return panel ? recordAt(this.recording, panel, x) : null;
  }

  /**
   * The unit whose line passes nearest to the pointer.
   * @param {number} x
   * @param {number} y
   */
  tip(x, y) {
    const panel = this.panelAt(x, y);
    const { recording, state } = this;
    if (!panel || !recording.hasTrajectory(panel.quantity.name, panel.run, state.layer)) return null;
    const record = Math.min(recordAt(recording, panel, x), recording.endOf(panel.run));
    const { drawn } = recording.units[state.layer];
    const values = drawn.map((_, unit) =>
      recording.trajectory(panel.quantity.name, panel.run, state.layer, unit, record),
    );
    let nearest = 0;
    values.forEach((value, unit) => {
      if (Math.abs(panel.y(value) - y) < Math.abs(panel.y(values[nearest]) - y)) nearest = unit;
    });
    return [
      `${recording.runs[panel.run].label}, ${recording.layers[state.layer]}`,
      panel.quantity.words,
      `unit ${drawn[nearest]}: ${formatNumber(values[nearest])} at step ${recording.steps[record]}`,
    ];
  }
}

/**
 * A letter is large; words stand one above the other, to leave room for the numbers beside them.
 * @param {Sheet} sheet
 * @param {Panel} panel
 * @param {Theme} theme
 */
function drawSymbol(sheet, { quantity, top, height }, theme) {
  const middle = top + height / 2;
  const [first, ...rest] = quantity.symbol.split(" ");
  sheet.setFont(theme, 600, rest.length ? FONT_SIZE : 20);
  sheet.text(first, 0, rest.length ? middle - 4 : middle + 6, { color: theme.text });
  sheet.text(rest.join(" "), 0, middle + 13, { color: theme.text });
  sheet.setFont(theme);
}

/**
 * Cut a label in its middle: runs of one normalization differ at the end.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} width
 */
export function shorten(context, text, width) {
  let shown = text;
  for (let kept = text.length - 1; kept > 1 && context.measureText(shown).width > width; kept--) {
    const tail = Math.ceil(kept * 0.6);
    shown = `${text.slice(0, kept - tail).trimEnd()}…${text.slice(text.length - tail).trimStart()}`;
  }
  return shown;
}
