// curves.js: loss and accuracy of all runs over the steps, one line style a run.

import { formatNumber, formatPercent, formatTick, linearScale, logScale, logTicks, Sheet } from "./drawing.js";
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

const CURVE_HEIGHT = 104;
const LARGEST = 3; // times that, on a screen of its own
const CURVE_GUTTER = 52;
const TITLE_HEIGHT = 24;
export const STEP_AXIS = 26;
// A diverging run may reach 1e30; beyond this multiple of the first loss, lines end at the upper edge.
const LOSS_CEILING = 10;
const ARROW = 9; // pixels: how high what marks such an end is

/**
 * @typedef {import("./drawing.js").Theme} Theme
 * @typedef {import("./lines.js").Panel & { name: import("./recording.js").Score }} Panel
 * @typedef {import("./recording.js").Recording} Recording
 */

export class Curves {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Recording} recording
   * @param {{ seen?: number }} state
   */
  constructor(canvas, recording, state) {
    this.sheet = new Sheet(canvas);
    this.state = state;
    this.recording = recording;
    /** @type {Panel[]} */
    this.panels = [];
    /** @type {TracedLines | null} */
    this.traced = null;
    this.lossLow = 0.1;
    this.lossHigh = 1;
    this.lossClipped = false;
    this.measureLoss();
  }

  measureLoss() {
    const { recording } = this;
    const first = [];
    let low = Infinity;
    let high = -Infinity;
    for (let run = 0; run < recording.runCount; run++) {
      for (const split of [0, 1]) {
        first.push(recording.score("loss", 0, run, split));
        for (let record = 0; record <= recording.endOf(run); record++) {
          const loss = recording.score("loss", record, run, split);
          if (loss > 0 && Number.isFinite(loss)) {
            low = Math.min(low, loss);
            high = Math.max(high, loss);
          }
        }
      }
    }
    const ceiling = LOSS_CEILING * Math.max(...first.filter(Number.isFinite), 1e-6);
    this.lossClipped = high > ceiling;
    this.lossHigh = Number.isFinite(high) ? Math.min(high, ceiling) : 1;
    this.lossLow = Number.isFinite(low) ? Math.max(Math.min(low, this.lossHigh / 2), 1e-6) : 0.1;
  }

  /**
   * @param {number} width
   * @param {number} [_room]
   * @param {number} [fill] height that it shall take, where that is more than usual
   */
  layout(width, _room, fill = 0) {
    const besides = width >= 520;
    const panelWidth = besides ? (width - 24) / 2 : width;
    const share = fill / (besides ? 1 : 2) - TITLE_HEIGHT - STEP_AXIS;
    const high = Math.round(Math.min(LARGEST * CURVE_HEIGHT, Math.max(CURVE_HEIGHT, share)));
    const blockHeight = TITLE_HEIGHT + high + STEP_AXIS;
    this.sheet.resize(width, besides ? blockHeight : 2 * blockHeight);
    /** @type {(name: Panel["name"], index: number) => Panel} */
    const place = (name, index) => {
      const left = (besides ? index * (panelWidth + 24) : 0) + CURVE_GUTTER;
      const top = TITLE_HEIGHT + (besides ? 0 : index * blockHeight);
      const across = panelWidth - CURVE_GUTTER - 6;
      const { lastStep } = this.recording;
      const x = linearScale(0, lastStep, left, left + across);
      const y =
        name === "loss" ? logScale(this.lossLow, this.lossHigh, top + high, top) : linearScale(0, 1, top + high, top);
      return { name, left, top, width: across, height: high, lastStep, x, y };
    };
    this.panels = [place("loss", 0), place("accuracy", 1)];
    this.traced = null;
  }

  /**
   * @param {Panel} panel
   * @param {number} record
   * @param {number} run
   * @param {number} split
   */
  valueY(panel, record, run, split) {
    const value = this.recording.score(panel.name, record, run, split);
    if (!Number.isFinite(value)) return NaN;
    return panel.name === "loss" ? panel.y(Math.min(Math.max(value, this.lossLow), this.lossHigh)) : panel.y(value);
  }

  /**
   * @param {Sheet} sheet
   * @param {Theme} theme
   */
  trace(sheet, theme) {
    const { recording } = this;
    for (const panel of this.panels) {
      for (const [split, alpha, width] of [
        [0, 0.35, 1],
        [1, 1, 2.25],
      ]) {
        recording.runs.forEach((run, index) => {
          sheet.context.globalAlpha = alpha;
          sheet.context.strokeStyle = theme.runColor(run);
          sheet.context.lineWidth = width;
          sheet.context.setLineDash(split ? run.dash : []);
          tracePoints(
            sheet.context,
            recording.endOf(index) + 1,
            (record) => panel.x(recording.steps[record]),
            (record) => this.valueY(panel, record, index, split),
          );
        });
      }
    }
  }

  /**
   * @param {number} position
   * @param {Theme} theme
   */
  draw(position, theme) {
    const { sheet, recording } = this;
    sheet.clear(theme);
    this.traced ??= new TracedLines(sheet, (copy) => this.trace(copy, theme));
    const step = stepAt(recording, position);
    for (const panel of this.panels) {
      this.drawFrame(panel, theme);
      const cursor = panel.x(step);
      this.traced.copy(sheet, panel, cursor, seenIn(recording, panel, this.state));
      drawInterventions(sheet, recording, panel, theme, panel.name === "loss");
      drawCursor(sheet, panel, cursor, theme);
      if (panel.name === "loss") this.drawExits(panel, step, theme);
      this.drawDots(panel, position, theme);
    }
  }

  /**
   * Where a run leaves the axis of the loss at its top, having been on it before: one place for each time.
   * @returns {{ run: number, record: number }[]}
   */
  exits() {
    const { recording } = this;
    const found = [];
    for (let run = 0; run < recording.runCount; run++) {
      let wasAbove = false;
      for (let record = 0; record <= recording.endOf(run); record++) {
        const isAbove = [0, 1].some((split) => recording.score("loss", record, run, split) > this.lossHigh);
        if (isAbove && !wasAbove) found.push({ run, record });
        wasAbove = isAbove;
      }
    }
    return found;
  }

  /**
   * Arrows where lines have left the axis up to this step: what follows lies above it, not on its edge.
   * @param {Panel} panel
   * @param {number} step
   * @param {Theme} theme
   */
  drawExits(panel, step, theme) {
    const { sheet, recording } = this;
    for (const { run, record } of this.exits()) {
      if (recording.steps[record] > step) continue;
      const x = panel.x(recording.steps[record]);
      sheet.context.beginPath();
      sheet.context.moveTo(x, panel.top - ARROW);
      sheet.context.lineTo(x + ARROW / 2, panel.top);
      sheet.context.lineTo(x - ARROW / 2, panel.top);
      sheet.context.closePath();
      sheet.context.fillStyle = theme.runColor(recording.runs[run]);
      sheet.context.fill();
    }
  }

  /**
   * @param {Panel} panel
   * @param {Theme} theme
   */
  drawFrame(panel, theme) {
    const { sheet } = this;
    const loss = panel.name === "loss";
    sheet.setFont(theme, 600);
    const title = loss ? "Loss" : "Accuracy";
    sheet.text(title, panel.left - CURVE_GUTTER, panel.top - 10, { color: theme.text });
    const titleWidth = sheet.context.measureText(title).width;
    sheet.setFont(theme);
    const note = loss ? `log scale, by step${this.lossClipped ? "; the highest values are cut" : ""}` : "by step";
    sheet.text(note, panel.left - CURVE_GUTTER + titleWidth + 8, panel.top - 10, { color: theme.text, alpha: 0.7 });
    const ticks = loss ? logTicks(this.lossLow, this.lossHigh, 4) : [0, 0.5, 1];
    for (const tick of ticks) {
      const y = panel.y(tick);
      sheet.line(panel.left, y, panel.left + panel.width, y, { color: theme.text, alpha: 0.12 });
      sheet.text(loss ? formatTick(tick) : formatPercent(tick), panel.left - 7, y + 5, {
        align: "right",
        color: theme.text,
        alpha: 0.75,
      });
    }
    drawStepAxis(sheet, panel, theme);
  }

  /**
   * @param {Panel} panel
   * @param {number} position
   * @param {Theme} theme
   */
  drawDots(panel, position, theme) {
    const { sheet, recording } = this;
    recording.runs.forEach((run, index) => {
      const { first, second, weight } = recording.around(index, position);
      const start = this.valueY(panel, first, index, 1);
      const y = weight ? start + weight * (this.valueY(panel, second, index, 1) - start) : start;
      if (!Number.isFinite(y)) return;
      sheet.context.beginPath();
      sheet.context.arc(panel.x(stepAt(recording, Math.min(position, recording.endOf(index)))), y, 5, 0, 2 * Math.PI);
      sheet.context.fillStyle = theme.runColor(run);
      sheet.context.fill();
      sheet.context.strokeStyle = theme.background;
      sheet.context.lineWidth = 1.5;
      sheet.context.stroke();
    });
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  panelAt(x, y) {
    return this.panels.find(
      ({ left, top, width, height }) =>
        x >= left - 8 && x <= left + width + 8 && y >= top - 8 && y <= top + height + STEP_AXIS,
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
   * @param {number} x
   * @param {number} y
   */
  tip(x, y) {
    const panel = this.panelAt(x, y);
    if (!panel) return null;
    const { recording } = this;
    const record = recordAt(recording, panel, x);
    const show = panel.name === "loss" ? formatNumber : formatPercent;
    const lines = recording.runs.map(({ label, status }, run) => {
      if (recording.hasEnded(run, record)) return `${label}: ${status}`;
      const [train, test] = [0, 1].map((split) => show(recording.score(panel.name, record, run, split)));
      return `${label}: test ${test}, batch ${train}`;
    });
    return [`${panel.name} at step ${recording.steps[record]}`, ...lines, "Click to go there."];
  }
}
