// shown.js: what a player shows, in words that a link or a file carries, and back.

import { recordUpTo } from "./recording.js";

/**
 * @typedef {import("./player.js").Player} Player
 * @typedef {import("./player.js").State} State
 * @typedef {Record<string, string>} Shown
 */

// As readers name them.
const SHOWS = /** @type {const} */ ({ images: "examples", unit: "unit", ridges: "units", histograms: "histograms" });
const STAGE = 2; // the one that a player begins with
const END = "end";

/**
 * What the player shows, as far as it is not what every player begins with. A player that is held shows nothing.
 * @param {Player} player
 * @returns {Shown}
 */
export function shownBy({ recording, playback, state, images, followed, suspense, root }) {
  if (!recording || state.held) return {};
  /** @type {Shown} */
  const shown = { step: String(recording.steps[playback.frame]) };
  if (suspense && state.seen > playback.position) {
    shown.seen = state.seen === Infinity ? END : String(recording.steps[Math.floor(state.seen)]);
  }
  if (state.layer !== recording.layerCount - 1) shown.layer = String(state.layer + 1);
  if (state.stage !== STAGE) shown.stage = recording.stages[state.stage];
  if (images && state.cells !== "images") shown.shows = SHOWS[state.cells];
  if (state.cells === "unit" && state.unit) shown.unit = String(state.unit + 1);
  if (followed !== null) shown.example = String(followed + 1);
  if (root.classList.contains("narrow") && state.run) shown.run = String(state.run + 1);
  return shown;
}

/**
 * A place among `count`, from its number in a link; null if there is none of this number.
 * @param {string | undefined} text
 * @param {number} count
 */
function placeOf(text, count) {
  const place = Number(text ?? NaN) - 1;
  return Number.isInteger(place) && place >= 0 && place < count ? place : null;
}

/**
 * Show what the player's `wish` asks for, as far as it has come, and rest there. What is fulfilled or cannot be is
 * wished no longer. The step of a training that is still under way is waited for, unless the reader moves the player.
 * @param {Player} player
 */
export function showWish(player) {
  const { wish, recording, state, playback } = player;
  if (!wish || state.held) return;
  player.choose(choicesOf(player, wish));
  const example = placeOf(wish.example, recording.exampleCount);
  if (example !== null) player.follow(example);
  for (const name of ["layer", "stage", "unit", "run", "example"]) delete wish[name];
  if (wish.shows !== undefined && (player.onWant || !playback.growing)) delete wish.shows;
  seekWished(player, wish);
  if (!Object.keys(wish).length) player.wish = null;
  player.announce();
}

/**
 * @param {Player} player
 * @param {Shown} wish
 * @returns {Partial<State>}
 */
function choicesOf(player, wish) {
  const { recording } = player;
  /** @type {Partial<State>} */
  const choices = {};
  const layer = placeOf(wish.layer, recording.layerCount);
  if (layer !== null) choices.layer = layer;
  const stage = recording.stages.findIndex((each) => each === wish.stage);
  if (stage >= 0) choices.stage = stage;
  const run = placeOf(wish.run, recording.runs.length);
  if (run !== null) choices.run = run;
  const unit = placeOf(wish.unit, Infinity);
  if (unit !== null) choices.unit = unit;
  const cells = /** @type {State["cells"][]} */ (Object.keys(SHOWS)).find((each) => SHOWS[each] === wish.shows);
  if (cells && player.images && player.offers(cells)) choices.cells = cells;
  return choices;
}

/**
 * @param {Player} player
 * @param {Shown} wish
 */
function seekWished(player, wish) {
  const { recording, playback, state } = player;
  if (wish.step === undefined) return;
  const moved = playback.playing || (player.wished !== null && playback.position !== player.wished);
  const step = Number(wish.step);
  const seen = wish.seen === END ? Infinity : Number(wish.seen) || 0;
  const reached = recording.steps[recording.lastRecord] >= Math.max(step, seen) || !playback.growing;
  if (!moved && wish.step !== "" && step >= 0) {
    if (reached && wish.seen !== undefined) seeUpTo(player, wish.seen);
    playback.seek(recordUpTo(recording.steps, step));
    player.wished = playback.position;
    state.seen = Math.max(state.seen, playback.position);
  }
  if (!moved && !reached) return;
  delete wish.step;
  delete wish.seen;
}

/**
 * Draw lines as far as whoever made the link had seen them.
 * @param {Player} player
 * @param {string} seen
 */
function seeUpTo(player, seen) {
  const { recording, state } = player;
  if (seen === END && !player.ended) {
    state.seen = Infinity;
    player.ended = true;
    player.onEnd();
  } else if (Number(seen) >= 0) state.seen = Math.max(state.seen, recordUpTo(recording.steps, Number(seen)));
}
