// shown.js: what a live figure shows that its page does not know, in words that a link carries, and back.

/** @typedef {import("./figure.js").LiveFigure} LiveFigure */

/**
 * The number of the step that is shown, and the values where the figure alone `keeps` them. A figure that shows nothing
 * until it is moved has an array `waits` (1 while it does); its link is to move nothing.
 * @param {LiveFigure} figure
 * @param {boolean} keeps
 * @returns {Record<string, string>}
 */
export function shownByFigure({ steps, values, inputs, held, arrays }, keeps) {
  const { waits } = arrays;
  if (!inputs || held || (typeof waits === "object" && waits[0] === 1)) return {};
  /** @type {Record<string, string>} */
  const shown = {};
  if (steps.chosen() >= 0) shown.step = String(steps.chosen() + 1);
  if (!keeps) return shown;
  for (const [name, value] of Object.entries(inputs.own(values))) shown[name] = String(Number(value.toPrecision(6)));
  return shown;
}

/**
 * Show what a link asks for: first the values, as if a hand had moved them, then the step in words.
 * @param {LiveFigure} figure
 * @param {Record<string, string>} shown
 * @param {boolean} keeps
 */
export function showLinked(figure, shown, keeps) {
  const { inputs, steps } = figure;
  if (!inputs) return;
  const wanted = Object.entries(shown).filter(
    ([name, text]) => keeps && inputs.all.has(name) && Number.isFinite(Number(text)),
  );
  for (const [name, text] of wanted) figure.values = inputs.set(name, Number(text), figure.values);
  // What the step lights up goes out under the first move of a hand, and is no part of a link.
  if (steps.steps[Number(shown.step) - 1]) steps.mark(Number(shown.step) - 1);
  figure.draw();
  figure.rest();
  if (wanted.length) figure.release({ ...figure.values });
}
