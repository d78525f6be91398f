// lines.js: what the curves and the trajectories share. Lines are traced once; a frame only copies
// the part up to the cursor at full strength and the rest faintly.

import { Vector } from "../vector.js";
import { fewTicks, formatTick, Sheet } from "./drawing.js";

/**
 * @typedef {import("./drawing.js").Scale} Scale
 * @typedef {import("./drawing.js").Theme} Theme
 * @typedef {import("./recording.js").Recording} Recording
 *
 * A box with an axis of steps, and one of values.
 * @typedef {{ left: number, top: number, width: number, height: number, lastStep: number, x: Scale, y: Scale }} Panel
 */

const FUTURE = 0.22;

export class TracedLines {
  /**
   * `trace(sheet)` draws every line at full strength on a sheet of the same size.
   * @param {Sheet} sheet
   * @param {(sheet: Sheet) => void} trace
   */
  constructor(sheet, trace) {
    this.trace = trace;
    this.canvas = document.createElement("canvas");
    const copy = new Sheet(this.canvas);
    copy.resize(sheet.width, sheet.height);
    copy.context.lineJoin = "round";
    trace(copy);
  }

  /**
   * Copy a panel: up to `cursor` (CSS pixels) at full strength, the rest faint, and nothing beyond `end`.
   * @param {Sheet} sheet
   * @param {Panel} panel
   * @param {number} cursor
   * @param {number} [end]
   */
  copy(sheet, panel, cursor, end = Infinity) {
    const ratio = this.canvas.width / sheet.width;
    /** @type {(left: number, right: number, alpha: number) => void} */
    const part = (left, right, alpha) => {
      if (right <= left) return;
      sheet.context.save();
      sheet.context.globalAlpha *= alpha;
      const margin = 4;
      if (sheet.context instanceof Vector) {
        sheet.context.beginPath();
        sheet.context.rect(left, panel.top - margin, right - left, panel.height + 2 * margin);
        sheet.context.clip();
        sheet.context.again(this, () => this.trace(sheet));
        sheet.context.restore();
        return;
      }
      sheet.context.drawImage(
        this.canvas,
        left * ratio,
        (panel.top - margin) * ratio,
        (right - left) * ratio,
        (panel.height + 2 * margin) * ratio,
        left,
        panel.top - margin,
        right - left,
        panel.height + 2 * margin,
      );
      sheet.context.restore();
    };
    part(panel.left - 2, cursor, 1);
    part(cursor, Math.min(end, panel.left + panel.width + 4), FUTURE);
  }
}

/**
 * Trace values over steps, skipping what is missing.
 * @param {CanvasRenderingContext2D} context
 * @param {number} count
 * @param {(index: number) => number} xAt
 * @param {(index: number) => number} yAt
 */
export function tracePoints(context, count, xAt, yAt) {
  let drawing = false;
  context.beginPath();
  for (let index = 0; index < count; index++) {
    const y = yAt(index);
    if (!Number.isFinite(y)) continue;
    if (drawing) context.lineTo(xAt(index), y);
    else context.moveTo(xAt(index), y);
    drawing = true;
  }
  context.stroke();
}

/**
 * @param {Sheet} sheet
 * @param {Recording} recording
 * @param {Panel} panel
 * @param {Theme} theme
 * @param {boolean} labeled
 */
export function drawInterventions(sheet, recording, panel, theme, labeled) {
  for (const { step, factor } of recording.interventions) {
    const x = panel.x(step);
    sheet.line(x, panel.top, x, panel.top + panel.height, { color: theme.text, alpha: 0.7, width: 1.5, dash: [2, 3] });
    if (labeled) {
      const late = x > panel.left + 0.75 * panel.width;
      sheet.text(`W × ${formatTick(factor)}`, late ? x - 5 : x + 5, panel.top + panel.height - 6, {
        align: late ? "right" : "left",
        color: theme.text,
        halo: theme.background,
      });
    }
  }
}

/**
 * @param {Sheet} sheet
 * @param {Panel} panel
 * @param {number} x
 * @param {Theme} theme
 */
export function drawCursor(sheet, panel, x, theme) {
  sheet.line(x, panel.top, x, panel.top + panel.height, { color: theme.text, alpha: 0.75, width: 1.5 });
}

/**
 * @param {Sheet} sheet
 * @param {Panel} panel
 * @param {Theme} theme
 */
export function drawStepAxis(sheet, panel, theme) {
  const ticks = fewTicks(0, panel.lastStep, panel.width / 75);
  for (const tick of ticks) {
    const x = panel.x(tick);
    sheet.line(x, panel.top + panel.height, x, panel.top + panel.height + 4, { color: theme.text, alpha: 0.5 });
    const align = tick === 0 ? "left" : x > panel.left + panel.width - 16 ? "right" : "center";
    sheet.text(formatTick(tick), x, panel.top + panel.height + 18, { align, color: theme.text, alpha: 0.75 });
  }
}

/**
 * Record whose step is nearest to a horizontal place in a panel.
 * @param {Recording} recording
 * @param {Panel} panel
 * @param {number} x
 */
export function recordAt(recording, panel, x) {
  const step = ((x - panel.left) / panel.width) * recording.lastStep;
  let nearest = 0;
  for (let record = 1; record < recording.records; record++) {
    if (Math.abs(recording.steps[record] - step) < Math.abs(recording.steps[nearest] - step)) nearest = record;
  }
  return nearest;
}

/**
 * The place up to which a panel shows its lines: those of a race that is not over tell no more than was seen of it.
 * @param {Recording} recording
 * @param {Panel} panel
 * @param {{ seen?: number }} state
 */
export function seenIn(recording, panel, { seen = Infinity }) {
  return seen < recording.lastRecord ? panel.x(stepAt(recording, seen)) : Infinity;
}

/**
 * The step at a position between two records.
 * @param {Recording} recording
 * @param {number} position
 */
export function stepAt(recording, position) {
  const first = Math.floor(position);
  const second = Math.min(first + 1, recording.lastRecord);
  return recording.steps[first] + (position - first) * (recording.steps[second] - recording.steps[first]);
}
