// numbers.js: how the numbers of a live figure are written.

import { formatNumber, formatTick } from "../player/drawing.js";

/**
 * @param {number} value
 * @param {string} format "number", "exact" (all its digits), "whole", "count" (whole, with a comma before the last
 * three digits), "degrees" or "switch"
 */
export function writeAs(value, format) {
  if (format === "switch") return value ? "on" : "off";
  if (format === "number") return formatNumber(value);
  if (format === "exact") return formatTick(value);
  if (format === "count" && Number.isFinite(value)) return Math.round(value).toLocaleString("en-US").replace("-", "−");
  const whole = Number.isFinite(value) ? String(Math.round(value)).replace("-", "−") : "–";
  return format === "degrees" ? `${whole}°` : whole;
}
