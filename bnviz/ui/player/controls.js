// controls.js: the controls of a player, what they are labeled with, and what they do.

import { partOf } from "../watch/stream.js";
import { buildOption, buildSwatch, element } from "./elements.js";
import { exampleByKey, sayFollowed } from "./following.js";
import { CELL_LABELS, STAGE_LABELS } from "./words.js";
import { savePicture } from "../picture.js";

/**
 * @typedef {import("./player.js").Player} Player
 * @typedef {import("./player.js").View} View
 *
 * What an event brings follows from its type.
 * @typedef {(target: EventTarget, type: string, handler: (event: any) => void) => void} Listen
 */

const VIEWS = /** @type {const} */ (["images", "units", "histograms", "curves", "trajectories", "decisions"]);
const CELLS = /** @type {const} */ (["images", "units", "histograms"]);

const NO_PICTURE = ".choices, .transport, .tip";

/** @param {Player} player */
export function bindControls(player) {
  const { signal } = player.listeners;
  // Until a recording has arrived there is nothing to act on.
  /** @type {Listen} */
  const on = (target, type, handler) =>
    target.addEventListener(
      type,
      (event) => {
        if (player.playback) handler(event);
      },
      { signal },
    );
  const part = player.part;
  on(part(".buttons"), "click", (event) => {
    const button = event.target.closest("button");
    if (button) player.playback.act(button.dataset.action);
  });
  on(part(".save-picture"), "click", ({ target }) =>
    savePicture(target, player.root, NO_PICTURE, part(".step").textContent ?? ""),
  );
  on(part(".scrub"), "input", (event) => player.playback.seek(Number(event.target.value)));
  on(part(".scrub"), "change", () => player.announce());
  on(part(".speed select"), "change", (event) => {
    player.playback.speed = Number(event.target.value);
  });
  on(part(".cells-switch"), "change", (event) => player.choose({ cells: event.target.value }));
  on(part(".stage-switch"), "change", (event) => player.choose({ stage: Number(event.target.value) }));
  on(part(".layer-switch"), "change", (event) => player.choose({ layer: Number(event.target.value) }));
  on(part(".run-switch"), "change", (event) => player.choose({ run: Number(event.target.value) }));
  on(part(".layer-buttons"), "click", (event) => {
    const button = event.target.closest("button");
    if (button) player.choose({ layer: Number(button.dataset.layer) });
  });
  on(part(".unit-choice input"), "input", (event) => player.choose({ unit: Number(event.target.value) - 1 }));
  bindFollowing(player, on);
  on(document, "visibilitychange", () => player.updateAwake());
  on(document, "keydown", (event) => player.onKey(event));
  // Presenter mode gives it another size, or shows another part of it; on paper it is drawn anew.
  on(player.root, "bnviz-stage", () => player.refresh());
  for (const name of VIEWS) bindPointer(player, name, on);
}

/**
 * An example is followed by a slider, which has the keys of one and two more.
 * @param {Player} player
 * @param {Listen} on
 */
function bindFollowing(player, on) {
  const slider = /** @type {HTMLInputElement} */ (player.part(".follow input"));
  on(slider, "input", () => player.follow(slider.value === "0" ? null : Number(slider.value) - 1));
  on(slider, "keydown", (event) => {
    const example = exampleByKey(event.key, player.recording, player.followed);
    if (example === undefined) return;
    event.preventDefault();
    player.follow(example);
  });
}

/**
 * @param {Player} player
 * @param {typeof VIEWS[number]} name
 * @param {Listen} on
 */
function bindPointer(player, name, on) {
  const canvas = player.part(`.${name}`);
  const view = () => /** @type {View} */ (player[name]);
  const ofExamples = name === "images" || name === "units";
  /** @type {(event: PointerEvent) => [number, number]} */
  const inside = (event) => {
    const box = canvas.getBoundingClientRect();
    const zoom = box.width / canvas.clientWidth || 1; // of presenter mode
    return [(event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom];
  };
  /** @type {(event: PointerEvent) => void} */
  const scrub = (event) => {
    const record = view().recordAt?.(...inside(event)) ?? null;
    if (record !== null && !player.state.held) player.playback.seek(record);
  };
  on(canvas, "pointerdown", (event) => {
    if (ofExamples) player.pointAt(inside(event));
    if (CELLS.some((each) => each === name)) return;
    canvas.setPointerCapture(event.pointerId);
    scrub(event);
  });
  on(canvas, "pointermove", (event) => {
    if (event.buttons && canvas.hasPointerCapture(event.pointerId)) scrub(event);
    if (ofExamples) player.pointAt(inside(event));
    const { frame, position } = player.playback;
    player.showTip(event, view().tip(...inside(event), ofExamples ? position : frame));
  });
  on(canvas, "pointerup", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) player.announce();
  });
  on(canvas, "pointerleave", () => {
    player.part(".tip").hidden = true;
    if (ofExamples) player.pointAt(null);
  });
  if (!CELLS.some((each) => each === name)) return;
  on(canvas, "click", (event) => {
    const found = view().find?.(...inside(event), player.playback.position);
    if (!found) return;
    const { layer, unit } = found;
    // A ridge opens what it is made of.
    if (player.state.cells === "ridges") player.choose({ layer, unit, cells: "unit" });
    else player.choose({ layer });
  });
}

/**
 * Label the controls for the recording that is there.
 * @param {Player} player
 */
export function buildControls(player) {
  const { recording, state, root, part } = player;
  const scrub = /** @type {HTMLInputElement} */ (part(".scrub"));
  scrub.max = String(recording.lastRecord);
  // The longest words it will hold, so that nothing moves while playing.
  part(".step").style.minWidth = `${`step ${recording.lastStep} of ${recording.lastStep}`.length}ch`;
  part(".cells-switch").hidden = !player.images;
  buildChoices(player);
  for (const input of root.querySelectorAll(/** @type {"input"} */ (".segments input"))) {
    input.checked = input.value === String(state[/** @type {"cells"} */ (input.name)]);
  }
  const follow = /** @type {HTMLInputElement} */ (part(".follow input"));
  follow.max = String(recording.exampleCount);
  player.heads = [...root.querySelectorAll(/** @type {"div"} */ (".head"))];
  player.shownFrame = null;
  player.paintSwatches();
  markGuess(player);
}

/**
 * Write into each head what the reader said of its run, if anything.
 * @param {Player} player
 */
export function markGuess({ heads, guess }) {
  heads.forEach((head, run) => {
    partOf(head, ".head-guess").textContent = guess ? `your guess: ${guess[run] ? "yes" : "no"}` : "";
  });
}

/**
 * Make a choice, a head or a button for each run, stage and layer. A training brings some records after others: those
 * that still say the same stay, and with them a press that has begun, and the focus.
 * @param {Player} player
 */
function buildChoices(player) {
  const { recording, part } = player;
  /**
   * @template T
   * @param {string} selector
   * @param {T[]} of
   * @param {(each: T, index: number) => HTMLElement} make
   */
  const renew = (selector, of, make) => {
    const said = JSON.stringify(of);
    if (player.made.get(selector) === said) return;
    player.made.set(selector, said);
    part(selector).replaceChildren(...of.map(make));
  };
  const { stages, layers, runs } = recording;
  const offered = Object.entries(CELL_LABELS).filter(([cells]) => player.offers(cells));
  renew(".cells-switch .options", offered, ([cells, words]) => buildOption("cells", cells, words));
  renew(".stage-switch .options", stages, (stage, index) => buildOption("stage", index, STAGE_LABELS[stage]));
  renew(".layer-switch .options", layers, (label, index) => buildOption("layer", index, label.replace("layer ", "")));
  renew(".run-switch .options", runs, (run, index) => buildOption("run", index, run.label, buildSwatch(run)));
  renew(".heads", runs, (run) => {
    const name = element("div", "head-name", buildSwatch(run), element("span", "", run.label));
    return element("div", "head", name, element("div", "head-guess"), element("div", "head-scores"));
  });
  renew(".legend", runs, (run) => element("li", "", buildSwatch(run), run.label));
  renew(".layer-buttons", layers, (label, layer) => {
    // In a narrow player the number alone is shown.
    const [word, number] = label.split(" ");
    const button = element("button", "", element("span", "word", `${word} `), number);
    button.type = "button";
    button.dataset.layer = String(layer);
    return button;
  });
}

/**
 * Let the sliders of units and examples stand where they belong, and say so.
 * @param {Player} player
 */
export function placeSliders({ part, state, recording, unitValues, followed, playback }) {
  const unit = /** @type {HTMLInputElement} */ (part(".unit-choice input"));
  part(".unit-choice").hidden = state.cells !== "unit" || !unitValues;
  if (unitValues) {
    const { numbers, of } = unitValues.units[state.layer];
    const held = unitValues.held(state.layer, state.unit);
    unit.max = String(numbers.length);
    unit.value = String(held + 1);
    part(".unit-choice output").textContent = `${numbers[held]} of ${of}`;
    unit.setAttribute("aria-valuetext", `unit ${numbers[held]} of ${of} in ${recording.layers[state.layer]}`);
  }
  const example = /** @type {HTMLInputElement} */ (part(".follow input"));
  part(".follow").hidden = !recording.examples || !["images", "unit"].includes(state.cells);
  if (!recording.examples) return;
  const { brief, full } = sayFollowed(recording, state, followed, playback.frame, unitValues);
  example.value = String(followed === null ? 0 : followed + 1);
  part(".follow output").textContent = brief;
  example.setAttribute("aria-valuetext", full);
}
