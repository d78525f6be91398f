// words.js: what the player says in words: captions, scores, and the names of its canvases for screen readers.

import { formatMoment, formatNumber, formatPercent, formatSpread } from "./drawing.js";

export const CELL_LABELS = {
  images: "examples",
  unit: "one unit",
  ridges: "units one by one",
  histograms: "all units pooled",
};

export const STAGE_LABELS = {
  pre_norm: "before normalization",
  normalized: "normalized",
  post_affine: "after γ and β",
  post_activation: "after the activation",
};

/**
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {import("./player.js").State} State
 * @typedef {import("./units.js").UnitValues} UnitValues
 */

/**
 * The line under a run's name.
 * @param {Recording} recording
 * @param {number} run
 * @param {number} record
 * @param {boolean} [brief] where there is no room for more than the accuracy
 */
export function describeScores(recording, run, record, brief = false) {
  const { status } = recording.runs[run];
  if (recording.hasEnded(run, record)) return status;
  const loss = formatNumber(recording.score("loss", record, run, 1));
  const accuracy = formatPercent(recording.score("accuracy", record, run, 1));
  if (brief) return `accuracy ${accuracy}`;
  const end = record === recording.lastRecord && status !== "finished" ? `, ${status}` : "";
  return `test loss ${loss}, accuracy ${accuracy}${end}`;
}

/**
 * What a screen reader is told when the player comes to rest.
 * @param {Recording} recording
 * @param {number} record
 */
export function describeRecord(recording, record) {
  const runs = recording.runs.map(({ label }, run) => `${label}: ${describeScores(recording, run, record)}`);
  return `Step ${recording.steps[record]} of ${recording.lastStep}. ${runs.join(". ")}.`;
}

/**
 * How far a training has come of which `recording` has arrived, null before the first part.
 * @param {import("../watch/stream.js").Waiting | import("../watch/stream.js").Running} news
 * @param {Recording | null} recording
 */
export function describeTraining(news, recording) {
  if (news.kind === "waiting") return news.ahead ? `waiting, ${news.ahead} before` : "waiting";
  return recording ? `training ${Math.floor((100 * news.step) / recording.lastStep)} %` : "loading";
}

/**
 * The names of the canvases, by their selectors.
 * @param {Recording} recording
 * @param {State} state
 * @param {number} record
 * @param {UnitValues | null} [units]
 */
export function describeCanvases(recording, state, record, units = null) {
  const { stage, layer } = state;
  const labels = recording.runs.map(({ label }) => label).join(", ");
  const layerName = recording.layers[layer];
  const moments = state.columns.map((run) => {
    const cell = recording.cell(Math.min(record, recording.endOf(run)), run, layer, stage);
    const { mean, sd } = recording.arrays;
    return `${recording.runs[run].label}: mean ${formatMoment(mean[cell])}, sd ${formatMoment(sd[cell])}`;
  });
  const spreads = recording.runs.map(({ label }, run) => `${label} ${describeSpreads(recording, run, record)}`);
  return {
    ".images":
      `The same ${recording.exampleCount} test examples in each layer, one row a layer, one column a run, at step ` +
      `${recording.steps[record]}.${
        state.held ? "" : ` Spread of a unit over the batch, from the first layer to the last: ${spreads.join("; ")}.`
      }`,
    ".units": units ? describeUnits(recording, state, record, units) : "Single units in each layer",
    ".histograms":
      `Histograms of the activations ${STAGE_LABELS[recording.stages[stage]]}, one row a layer, ` +
      `one column a run, at step ${recording.steps[record]}. ${layerName}: ${moments.join("; ")}.`,
    ".curves": `Loss and accuracy over the steps of ${labels}. ${describeRecord(recording, record)}`,
    ".trajectories":
      `γ, β, batch mean and batch standard deviation of the units of ${layerName} over the steps` +
      `${recording.view === "layer" ? `, mean and standard deviation of their output, and how far these are from β and |γ|, for ${labels}` : ""}.`,
    ".decisions": `Class probabilities over the plane with training points, for ${labels}.`,
  };
}

/**
 * @param {Recording} recording
 * @param {State} state
 * @param {number} record
 * @param {UnitValues} units
 */
function describeUnits(recording, { cells, layer, unit, held }, record, units) {
  const count = recording.exampleCount;
  const at = `one row a layer, one column a run, at step ${recording.steps[record]}.`;
  const { numbers } = units.units[layer];
  const each = (/** @type {(run: number) => string} */ say) =>
    recording.runs.map(({ label }, run) => `${label}: ${say(run)}`).join("; ");
  /** @type {(name: import("./units.js").Moment, run: number, place: number) => number} */
  const moment = (name, run, place) => units.moment(name, recording, run, record, layer, place);
  if (cells === "unit") {
    const place = units.held(layer, unit);
    const moments = each((run) => {
      const [mean, sd] = [moment("output_mean", run, place), moment("output_sd", run, place)];
      return `mean ${formatMoment(mean)}, sd ${formatSpread(sd)}`;
    });
    const told = held ? "" : ` Unit ${numbers[place]} of ${recording.layers[layer]}: ${moments}.`;
    return `The same ${count} test examples along the value of one unit of each layer, ${at}${told}`;
  }
  const spreads = each((run) => {
    const sds = numbers.map((_, place) => moment("output_sd", run, place));
    return `${formatSpread(Math.min(...sds))} to ${formatSpread(Math.max(...sds))}`;
  });
  const told = held ? "" : ` Standard deviations in ${recording.layers[layer]}: ${spreads}.`;
  return `Histograms of the same ${count} test examples, one for each of ${numbers.length} units of a layer, ${at}${told}`;
}

/**
 * @param {Recording} recording
 * @param {number} run
 * @param {number} record
 */
function describeSpreads(recording, run, record) {
  if (!recording.examples) return "";
  return recording.layers.map((_, layer) => formatSpread(recording.spread(run, record, layer))).join(", ");
}

/**
 * What the cells show and how to read it.
 * @param {Recording} recording
 * @param {State} state
 * @param {UnitValues | null} units
 */
function describeCells(recording, { cells, stage, layer }, units) {
  if (cells === "unit" || cells === "ridges") {
    if (!units) return "The values of single units are on their way.";
    const beyond = units.beyond ? " What lies beyond the axis is drawn at its end." : "";
    if (cells === "unit") {
      return (
        `The same ${recording.exampleCount} test examples along the value that one unit has for each, after γ and β and ` +
        "in evaluation mode; those of a class at one height. Upper bracket: the unit's mean ± sd over the training " +
        `batch. Lower bracket: β ± |γ|.${beyond}`
      );
    }
    const { numbers, of } = units.units[layer];
    return (
      `One shape a unit, for ${numbers.length} of ${of} units: the same ${recording.exampleCount} test examples by the ` +
      "value that it has for each, after γ and β and in evaluation mode. Smoothed, and scaled to their own peak: " +
      `compare place and width. sd: over the training batch, of the least and the most spread unit.${beyond}`
    );
  }
  if (cells === "images") {
    const beyond = recording.examples?.beyond ? " What lies beyond the scale is drawn at the edge." : "";
    return (
      `The same ${recording.exampleCount} test examples in every cell, where the layer puts them in evaluation mode: in ` +
      "the plane in which its outputs differ most, turned to stay like that of the step before, all on one scale. Spread: " +
      `the standard deviation over the batch, before normalization, of the median unit.${beyond}`
    );
  }
  const zeros =
    stage === recording.zero_bin?.stage ? "Left bar: share of the bin at 0, full height is all values. " : "";
  return (
    "Shapes are scaled to their own peak: compare place and width. Bar below: mean ± sd. Thin outline: step 0. " +
    `${zeros}At an edge: share beyond the range. Blended between recorded steps.`
  );
}

/**
 * The captions, by their selectors.
 * @param {Recording} recording
 * @param {State} state
 * @param {UnitValues | null} [units]
 */
export function describeCaptions(recording, state, units = null) {
  const { layer } = state;
  const { drawn, of } = recording.units[layer];
  const cut = Object.values(recording.scales).some((scales) => scales[layer].clipped);
  const output =
    recording.view === "layer" ? "y the output, after γ and β; lowest rows: how far it is from what β and γ say. " : "";
  return {
    ".shapes-caption": describeCells(recording, state, units),
    ".inside-title": `Inside ${recording.layers[layer]}: every line is one unit`,
    ".inside-caption":
      `γ scale, β shift, μ and σ the batch mean and sd before normalization, by step. ${output}` +
      `${drawn.length} of ${of} units drawn.${cut ? " Values beyond the axes are drawn at their edge." : ""}`,
  };
}
