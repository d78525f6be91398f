// anywhere.js: the player outside of the app: in a file of its own, and in notebooks (by anywidget). It asks for nothing.

import { bytesOf, unzipped } from "./carried.js";
import { element } from "./elements.js";
import { Player } from "./player.js";
import { Recording } from "./recording.js";
import { UnitValues } from "./units.js";
import { partOf } from "../watch/stream.js";

/**
 * What the player is made from, and keeps in step with: a notebook's model, or the values in a file.
 *
 * markup, looks: the player's page and style sheets; recording: what payload.py packs, in gzip; units: the same for
 * unit_values.py, null until it is there; more_units: whether it is there or comes when units_wanted is set; page_keys:
 * whether keys that nothing else uses are the player's; step, layer, stage: what is on show, null for what the player
 * begins with.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 * @property {() => void} save_changes
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
  const host = element("div", "bnviz-player");
  // JupyterLab leaves the keys to what stands in such an element.
  host.dataset.lmSuppressShortcuts = "true";
  const shadow = host.attachShadow({ mode: "open" });
  shadow.innerHTML = `<style>${model.get("looks")}</style>${model.get("markup")}`;
  el.append(host);
  const player = new HostedPlayer(partOf(shadow, ".player"));
  player.pageKeys = model.get("page_keys");
  const leaveColors = followColors(host, player);
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
  const recording = new Recording(await unzipped(bytesOf(model.get("recording"))));
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
      await unzipped(bytesOf(units)).then(
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

/**
 * The last record that is not after a step.
 * @param {ArrayLike<number>} steps
 * @param {number} step
 */
export function recordUpTo(steps, step) {
  return Math.max(
    0,
    Array.from(steps).findLastIndex((recorded) => recorded <= step),
  );
}

/**
 * Let the player have the colors of what it stands on, now and whenever they change; returns what ends this.
 * @param {HTMLElement} host
 * @param {Player} player
 */
function followColors(host, player) {
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  const take = () => {
    const ground = groundBelow(host);
    host.dataset.theme = (ground ? isDark(ground) : scheme.matches) ? "dark" : "light";
    if (ground) host.style.setProperty("--st-background-color", `rgb(${ground.join(" ")})`);
    else host.style.removeProperty("--st-background-color");
    player.refresh();
  };
  take();
  // Notebooks change their theme by an attribute of the page.
  const observer = new MutationObserver(take);
  const attributes = { attributeFilter: ["class", "style", "data-jp-theme-light", "data-theme"] };
  for (const node of [document.documentElement, document.body]) observer.observe(node, attributes);
  scheme.addEventListener("change", take);
  return () => {
    observer.disconnect();
    scheme.removeEventListener("change", take);
  };
}

/**
 * The color of the nearest thing below that hides what is behind it; null where nothing does.
 * @param {Element} host
 */
function groundBelow(host) {
  const editor = "--vscode-editor-background";
  for (let node = host.parentElement; node; node = node.parentElement) {
    const color = colorOf(getComputedStyle(node).backgroundColor);
    if (color) return color;
  }
  return colorOf(getComputedStyle(document.documentElement).getPropertyValue(editor));
}

/**
 * Red, green and blue of a color of a style sheet; null where one sees through it.
 * @param {string} color
 */
function colorOf(color) {
  const probe = document.createElement("canvas").getContext("2d");
  if (!probe || !color.trim()) return null;
  probe.fillStyle = color;
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue, opacity] = probe.getImageData(0, 0, 1, 1).data;
  return opacity > 127 ? [red, green, blue] : null;
}

/** @param {number[]} color */
function isDark([red, green, blue]) {
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/** The values that a file carries in itself, in the place of a notebook's model. */
export class CarriedModel {
  /** @param {Record<string, unknown>} values */
  constructor(values) {
    this.values = new Map(Object.entries(values));
  }

  /** @param {string} name */
  get(name) {
    return this.values.get(name);
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    this.values.set(name, value);
  }

  on() {}

  off() {}

  save_changes() {}
}

const playerWidget = { render: renderPlayer };

export default playerWidget;
