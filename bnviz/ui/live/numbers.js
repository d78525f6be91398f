// numbers.js: how the numbers of a live figure are written.

import { formatNumber } from "../player/drawing.js";

/**
 * @param {number} value
 * @param {string} format "number", "whole", "degrees" or "switch"
 */
export function writeAs(value, format) {
  if (format === "switch") return value ? "on" : "off";
  if (format === "number") return formatNumber(value);
  const whole = Number.isFinite(value) ? String(Math.round(value)).replace("-", "−") : "–";
  return format === "degrees" ? `${whole}°` : whole;
}
