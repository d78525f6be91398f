// anywhere.js: the player outside of the app: in a file of its own, and in notebooks (by anywidget). It asks for nothing.

import { bytesOf } from "./carried.js";
import { followColors, hostIn } from "./hosting.js";
import { Player } from "./player.js";
import { Recording, recordUpTo } from "./recording.js";
import { UnitValues } from "./units.js";
import { inflated, partOf } from "../watch/stream.js";

/**
 * What the player is made from, and keeps in step with, besides its page. recording: what payload.py packs, in gzip;
 * units: the same for unit_values.py, null until it is there; more_units: whether it is there or comes when units_wanted
 * is set; page_keys: whether keys that nothing else uses are the player's; step, layer, stage: what is on show, null for
 * what the player begins with.
 * @typedef {import("./hosting.js").Model} Model
 */

/** A player that tells what it shows, whenever it comes to rest. */
class HostedPlayer extends Player {
  pageKeys = true;
  report = () => {};

  /** @param {Partial<import("./player.js").State>} change */
  choose(change) {
    super.choose(change);
    this.report();
  }

  announce() {
    super.announce();
    this.report();
  }

  /**
   * Show what somebody else chose: the controls, which know only what was chosen by them, are made anew.
   * @param {Partial<import("./player.js").State>} change
   */
  show(change) {
    this.choose(change);
    this.buildControls();
    this.layout();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (this.pageKeys || this.root.contains(/** @type {Node} */ (event.composedPath()[0]))) super.onKey(event);
  }
}

/**
 * Show a player in `el`, and return what takes it down.
 * @param {{ model: Model, el: HTMLElement }} place
 */
export async function renderPlayer({ model, el }) {
  const { host, shadow } = hostIn(el, model);
  const player = new HostedPlayer(partOf(shadow, ".player"));
  player.pageKeys = model.get("page_keys");
  const leaveColors = followColors(host, () => player.refresh());
  let leaveModel = () => {};
  let gone = false;
  const loading = loadRecording(model).then((recording) => {
    if (gone) return;
    player.load(recording, recording.id, false, unitsFrom(model, player));
    leaveModel = keepInStep(model, player);
  });
  await loading.catch(() => player.say("This recording cannot be read."));
  return () => {
    gone = true;
    leaveModel();
    leaveColors();
    player.destroy();
    host.remove();
  };
}

/** @param {Model} model */
async function loadRecording(model) {
  const recording = new Recording(await inflated(bytesOf(model.get("recording"))));
  // Whoever names a step wants to see it.
  if (model.get("step") !== null) recording.autoplay = false;
  return recording;
}

/**
 * What asks for the values of single units, or null where there are none.
 * @param {Model} model
 * @param {Player} player
 */
function unitsFrom(model, player) {
  if (!model.get("more_units")) return null;
  let asked = false;
  const take = async () => {
    const units = model.get("units");
    if (!units) return;
    model.off("change:units", take);
    player.take(
      await inflated(bytesOf(units)).then(
        (bytes) => new UnitValues(bytes),
        () => null,
      ),
    );
  };
  return () => {
    if (asked) return;
    asked = true;
    if (model.get("units")) {
      take();
      return;
    }
    model.on("change:units", take);
    model.set("units_wanted", true);
    model.save_changes();
  };
}

/**
 * Show what the model says, and let it know what is on show; returns what ends this.
 * @param {Model} model
 * @param {HostedPlayer} player
 */
function keepInStep(model, player) {
  const { recording, playback, state } = player;
  const shown = () => ({
    step: recording.steps[playback.frame],
    layer: state.layer,
    stage: recording.stages[state.stage],
  });
  // What one of them changes, the other need not hear of.
  let busy = false;
  const follow = () => {
    if (busy) return;
    busy = true;
    const [step, layer, stage] = ["step", "layer", "stage"].map((name) => model.get(name));
    const now = shown();
    if (layer !== null && layer !== now.layer) player.show({ layer });
    if (stage !== null && stage !== now.stage) {
      player.show({ stage: recording.stages.indexOf(stage), cells: "histograms" });
    }
    if (step !== null && step !== now.step) {
      playback.seek(recordUpTo(recording.steps, step));
      player.announce();
    }
    busy = false;
    player.report();
  };
  player.report = () => {
    if (busy) return;
    busy = true;
    const changed = Object.entries(shown()).filter(([name, value]) => model.get(name) !== value);
    for (const [name, value] of changed) model.set(name, value);
    if (changed.length) model.save_changes();
    busy = false;
  };
  follow();
  const events = ["change:step", "change:layer", "change:stage"];
  for (const event of events) model.on(event, follow);
  return () => {
    player.report = () => {};
    for (const event of events) model.off(event, follow);
  };
}

const playerWidget = { render: renderPlayer };

export default playerWidget;
