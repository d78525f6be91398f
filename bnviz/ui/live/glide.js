// glide.js: going to other values on a straight way, or at once for readers who want no motion.

/** @import { Inputs } from "./inputs.js" */
/** @import { Values } from "./types.js" */

const GLIDE = 300; // milliseconds

/**
 * Call `show` with the values on the way, and `arrive` after the last of them. Returns what stops it.
 *
 * @param {Values} from
 * @param {Values} to
 * @param {Inputs} inputs
 * @param {(values: Values) => void} show
 * @param {() => void} arrive
 * @param {number} [duration] milliseconds
 */
export function glide(from, to, inputs, show, arrive, duration = GLIDE) {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    show(to);
    arrive();
    return () => {};
  }
  let start = 0;
  let request = 0;
  const step = (/** @type {number} */ now) => {
    start ||= now;
    const share = Math.min(1, (now - start) / duration);
    const eased = share * share * (3 - 2 * share);
    const between = Object.entries(to).map(([name, end]) => {
      const { choices, format } = inputs.find(name);
      const jumps = share === 1 || choices || format === "whole" || !(name in from);
      return [name, jumps ? end : from[name] + eased * (end - from[name])];
    });
    show(Object.fromEntries(between));
    if (share < 1) request = requestAnimationFrame(step);
    else arrive();
  };
  request = requestAnimationFrame(step);
  return () => cancelAnimationFrame(request);
}
