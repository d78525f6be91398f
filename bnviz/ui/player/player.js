// player.js: lays out the views and ties them to the playback and to what was chosen.

import { partOf, showWaiting } from "../watch/stream.js";
import { bindControls, buildControls, markGuess, placeSliders } from "./controls.js";
import { Curves } from "./curves.js";
import { Decisions } from "./decisions.js";
import { Theme } from "./drawing.js";
import { element } from "./elements.js";
import { Histograms } from "./histograms.js";
import { Images } from "./images.js";
import { keyAction, Playback } from "./playback.js";
import { Ridges } from "./ridges.js";
import { showWish } from "./shown.js";
import { Trajectories } from "./trajectories.js";
import { UnitStrip } from "./unit_strip.js";
import { describeCanvases, describeCaptions, describeRecord, describeScores } from "./words.js";

const WIDE = 900;
const NARROW = 600;
const HEADING_OF_LINES = 36; // pixels, with what is above and below
// What a screen shows above and below the cells: title, question, names of the runs, controls.
const ABOVE_AND_BELOW = { wide: 400, narrow: 515 };

/**
 * What of a recording is on show.
 * @typedef {object} State
 * @property {"images" | "unit" | "ridges" | "histograms"} cells what the cells show
 * @property {number} stage of the histograms
 * @property {number} layer
 * @property {number} unit its place among those of its layer that were followed
 * @property {number} run that of a narrow player
 * @property {number[]} columns the runs that have one
 * @property {number | null} example the one that is pointed at
 * @property {boolean} held whether the reader still has a guess to make
 * @property {number} seen position up to which lines are shown, Infinity where the end is no secret
 *
 * What draws on one canvas, and answers the pointer there.
 * @typedef {object} View
 * @property {import("./drawing.js").Sheet} sheet
 * @property {(width: number, room: number, fill?: number) => void} layout
 * @property {(position: number, theme: Theme) => void} draw
 * @property {(x: number, y: number, record: number) => string[] | null} tip
 * @property {(x: number, y: number) => number | null} [recordAt]
 * @property {(x: number, y: number, position: number) => { layer: number, unit?: number } | null} [find]
 *
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {import("./units.js").UnitValues} UnitValues
 */

/** @param {HTMLElement} part */
function heightWithMargins(part) {
  if (!part.offsetHeight) return 0;
  const { marginTop, marginBottom } = getComputedStyle(part);
  return part.offsetHeight + parseFloat(marginTop) + parseFloat(marginBottom);
}

export class Player {
  /** @type {Set<Player>} */
  static all = new Set();

  // What comes with a recording; until one has arrived, nothing asks for it.
  /** @type {Recording} */
  recording;
  /** @type {string} */
  of;
  /** @type {Playback} */
  playback;
  /** @type {Theme} */
  theme;
  /** @type {Trajectories} */
  trajectories;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.part = (/** @type {string} */ selector) => partOf(root, selector);
    /** @type {State} */
    this.state = {
      cells: "images",
      stage: 2,
      layer: 0,
      unit: 0,
      run: 0,
      columns: [],
      example: null,
      held: false,
      seen: Infinity,
    };
    /** @type {"held" | "hidden" | "open" | null} */
    this.suspense = null;
    /** What the reader said of each run. @type {boolean[] | null} */
    this.guess = null;
    this.onEnd = () => {};
    /** What asks for single units' values, where there are some to be had. @type {(() => void) | null} */
    this.onWant = null;
    /** What a link asks to be shown. @type {import("./shown.js").Shown | null} */
    this.wish = null;
    /** @type {number | null} where the playback rests for the wish */
    this.wished = null;
    /** @type {UnitValues | null} */
    this.unitValues = null;
    /** @type {number | null} the example that is followed by hand */
    this.followed = null;
    /** @type {Histograms | null} */
    this.histograms = null;
    /** @type {Images | null} */
    this.images = null;
    /** @type {UnitStrip | Ridges | null} */
    this.units = null;
    /** @type {Curves | null} */
    this.curves = null;
    /** @type {Decisions | null} */
    this.decisions = null;
    /** @type {HTMLElement[]} */
    this.heads = [];
    /** What choices, heads and buttons were made of, by their place. @type {Map<string, string>} */
    this.made = new Map();
    /** @type {number | null} */
    this.shownFrame = null;
    this.drawRequest = 0;
    this.ratio = 1;
    this.ended = false;
    this.visibleHeight = 0;
    this.draws = 0;
    this.listeners = new AbortController();
    bindControls(this);
    this.resizeObserver = new ResizeObserver(() => this.layout());
    this.resizeObserver.observe(root);
    this.intersectionObserver = new IntersectionObserver(
      ([entry]) => {
        this.visibleHeight = entry.isIntersecting ? entry.intersectionRect.height : 0;
        this.updateAwake();
      },
      { threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] },
    );
    this.intersectionObserver.observe(root);
    Player.all.add(this);
  }

  /**
   * Show a recording, `of` a training whose name tells it from others; `growing` while more of it will come. `onWant`
   * asks for the values of its single units, which `take` is given then.
   * @param {Recording} recording
   * @param {string} of
   * @param {boolean} growing
   * @param {(() => void) | null} onWant
   */
  load(recording, of, growing = false, onWant = null) {
    this.takeTheme();
    const goesOn = this.recording && of === this.of;
    this.onWant = onWant;
    if (this.recording?.id === recording.id) {
      // The only part of a short training is all of it: what waited for more at its end rests there now.
      this.playback.extend(recording.lastRecord, growing);
      this.buildControls();
      this.refresh();
      showWish(this);
      return;
    }
    this.recording = recording;
    this.of = of;
    this.unitValues = null;
    if (goesOn) this.playback.extend(recording.lastRecord, growing);
    else this.begin(recording, growing);
    this.buildViews();
    this.buildControls();
    this.updateAwake();
    this.layout();
    this.describe();
    this.wantUnits();
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const rests = this.wish?.step !== undefined;
    showWish(this);
    if (!goesOn && recording.autoplay && !still && !this.state.held && !rests) this.playback.play();
  }

  /**
   * Keep what comes to itself: "held" stands still at the start until the reader has made a guess, "open" plays, and
   * draws no line farther than it was played, "hidden" stands still until the page says otherwise. null keeps no secret.
   * @param {"held" | "hidden" | "open" | null} suspense
   * @param {boolean[] | null} [guess] what the reader said of each run
   */
  keep(suspense, guess = null) {
    this.guess = guess;
    markGuess(this);
    const held = suspense === "held" || suspense === "hidden";
    const released = this.state.held && !held;
    this.suspense = suspense;
    this.state.held = held;
    this.root.classList.toggle("hidden-away", suspense === "hidden");
    this.root.classList.toggle("held", this.state.held);
    if (!released || !this.playback) return;
    this.requestDraw();
    this.describe();
    const rests = this.wish?.step !== undefined;
    showWish(this);
    if (!rests && !window.matchMedia("(prefers-reduced-motion: reduce)").matches) this.playback.play();
  }

  /** @param {string} cells */
  offers(cells) {
    return !["unit", "ridges"].includes(cells) || Boolean(this.onWant && this.images);
  }

  /** Ask for the values of single units where they are to be shown; they are no part of the recording itself. */
  wantUnits() {
    if (["unit", "ridges"].includes(this.state.cells) && !this.unitValues) this.onWant?.();
  }

  /**
   * Show the values of single units; null where they did not arrive.
   * @param {UnitValues | null} units
   */
  take(units) {
    this.unitValues = units;
    if (!units) {
      this.state.cells = "images";
      this.say("The values of single units did not arrive.");
      this.buildControls();
    }
    this.buildUnits();
    this.layout();
    this.describe();
  }

  /**
   * @param {Recording} recording
   * @param {boolean} growing
   */
  begin(recording, growing) {
    this.playback?.suspend();
    this.state.seen = this.suspense ? 0 : Infinity;
    this.ended = false;
    this.state.run = 0;
    this.state.unit = 0;
    this.state.layer = recording.layerCount - 1;
    this.playback = new Playback(recording.lastRecord, {
      onFrame: () => this.drawNow(),
      onMove: () => this.requestDraw(),
      onRest: () => this.announce(),
    });
    this.playback.growing = growing;
    this.playback.speed = Number(/** @type {HTMLSelectElement} */ (this.part(".speed select")).value);
  }

  buildViews() {
    const { recording, state } = this;
    const alone = recording.view === "layer";
    this.root.classList.toggle("layer-view", alone);
    const canvas = (/** @type {string} */ selector) => /** @type {HTMLCanvasElement} */ (this.part(selector));
    this.histograms = alone ? null : new Histograms(canvas(".histograms"), recording, state);
    this.images = recording.examples ? new Images(canvas(".images"), recording, state) : null;
    if (!this.images) state.cells = "histograms";
    else if (!this.offers(state.cells)) state.cells = "images";
    // Another training may have fewer examples.
    if (this.followed !== null && this.followed >= recording.exampleCount) this.follow(null);
    this.buildUnits();
    this.curves = alone ? null : new Curves(canvas(".curves"), recording, state);
    this.trajectories = new Trajectories(canvas(".trajectories"), recording, state);
    this.part(".plane").hidden = !recording.arrays.decision;
    this.decisions = recording.arrays.decision ? new Decisions(canvas(".decisions"), recording, state) : null;
  }

  /** Both pictures of single units share a canvas. */
  buildUnits() {
    const { recording, state, unitValues } = this;
    const canvas = /** @type {HTMLCanvasElement} */ (this.part(".units"));
    const chosen = state.cells === "ridges" ? Ridges : UnitStrip;
    this.units = unitValues ? new chosen(canvas, recording, unitValues, state) : null;
  }

  takeTheme() {
    this.theme = new Theme(this.root);
    this.root.style.colorScheme = this.theme.dark ? "dark" : "light";
  }

  /** Draw again what is on show: the theme may be another one. */
  refresh() {
    this.takeTheme();
    if (!this.recording) return;
    this.paintSwatches();
    this.layout();
  }

  /**
   * Say how far a training has come that is waited for, with a button to stop it; "" when it is over.
   * @param {string} words
   */
  wait(words) {
    this.root.classList.toggle("waiting", words !== "");
    showWaiting(this.root, words !== "");
    this.part(".training-words").textContent = words;
  }

  /**
   * Say something in the place of the step.
   * @param {string} words
   */
  say(words) {
    this.part(".step").textContent = words;
  }

  destroy() {
    this.playback?.suspend();
    cancelAnimationFrame(this.drawRequest);
    this.listeners.abort();
    this.resizeObserver.disconnect();
    this.intersectionObserver.disconnect();
    Player.all.delete(this);
  }

  /**
   * Let the example at a place of the cells stand out everywhere; without one there, the one that is followed.
   * @param {[number, number] | null} place
   */
  pointAt(place) {
    const view = this.state.cells === "images" ? this.images : this.units;
    const example = (place && view?.find(...place, this.playback.position)?.example) ?? this.followed;
    if (example === this.state.example) return;
    this.state.example = example;
    this.requestDraw();
  }

  /**
   * Let an example stand out for as long as nothing else is pointed at; null for none.
   * @param {number | null} example
   */
  follow(example) {
    this.followed = example;
    this.state.example = example;
    placeSliders(this);
    this.requestDraw();
  }

  /**
   * Keys without a focused control go to the player that fills most of the screen.
   * @param {KeyboardEvent} event
   */
  onKey(event) {
    const action = keyAction(event, this.root);
    if (!action || this.state.held) return;
    if (!this.root.contains(/** @type {Node} */ (event.composedPath()[0]))) {
      const heights = [...Player.all].map((player) => player.visibleHeight);
      if (this.visibleHeight < 100 || this.visibleHeight < Math.max(...heights)) return;
    }
    event.preventDefault();
    this.playback.act(action);
  }

  /** @param {Partial<State>} change */
  choose(change) {
    Object.assign(this.state, change);
    if (change.cells) this.chooseCells();
    // Another unit has the same places.
    if (Object.keys(change).join() === "unit") this.requestDraw();
    else this.layout();
    this.describe();
  }

  chooseCells() {
    this.buildUnits();
    this.wantUnits();
    for (const input of this.root.querySelectorAll(/** @type {"input"} */ (".cells-switch input"))) {
      input.checked = input.value === this.state.cells;
    }
  }

  updateAwake() {
    this.playback?.setAwake(this.visibleHeight > 0 && !document.hidden);
  }

  buildControls() {
    buildControls(this);
    placeSliders(this);
  }

  paintSwatches() {
    for (const group of [".run-switch .options", ".heads", ".legend"]) {
      this.part(group)
        .querySelectorAll(/** @type {"line"} */ (".swatch line"))
        .forEach((line, run) => {
          line.style.stroke = this.theme.runColor(this.recording.runs[run]);
        });
    }
  }

  // Layout and drawing

  layout() {
    const width = this.root.clientWidth;
    if (!this.recording || width < 50) return;
    const { root, recording, state } = this;
    root.classList.toggle("wide", width >= WIDE);
    root.classList.toggle("narrow", width < NARROW);
    const narrow = width < NARROW;
    const all = recording.runs.map((_, run) => run);
    state.columns = narrow ? [state.run] : all;
    const strip = state.cells !== "histograms";
    root.classList.toggle("strip", strip);
    root.classList.toggle("by-unit", this.cells === this.units);
    const heads = strip ? all : state.columns;
    root.style.setProperty("--columns", String(heads.length));
    this.heads.forEach((head, run) => {
      head.hidden = !heads.includes(run);
    });
    this.shownFrame = null;
    const room = root.dataset.staged
      ? root.clientHeight - this.heightBesides()
      : window.innerHeight - (narrow ? ABOVE_AND_BELOW.narrow : ABOVE_AND_BELOW.wide);
    const fill = root.dataset.staged ? room - HEADING_OF_LINES : 0;
    for (const view of this.views()) view.layout(view.sheet.canvas.clientWidth, room, fill);
    this.placeLayerButtons();
    this.writeCaptions();
    this.ratio = window.devicePixelRatio;
    this.draw();
  }

  /** What stands above and below the part of a player that fills the screen. */
  heightBesides() {
    const parts = [...this.root.children].filter((part) => !part.matches(".hero, .plane, .lower, .hidden-text, .tip"));
    return parts.reduce((sum, part) => sum + heightWithMargins(/** @type {HTMLElement} */ (part)), 0);
  }

  views() {
    const views = [this.cells, this.decisions, this.curves, this.trajectories];
    return /** @type {View[]} */ (views.filter(Boolean));
  }

  get cells() {
    if (this.state.cells === "histograms") return this.histograms;
    // Until the values of single units have arrived.
    return this.state.cells === "images" ? this.images : (this.units ?? this.images);
  }

  placeLayerButtons() {
    const rows = this.cells?.rows;
    if (!rows) return;
    this.part(".layer-buttons")
      .querySelectorAll("button")
      .forEach((button, layer) => {
        const { top, height } = rows[layer];
        button.style.top = `${top}px`;
        button.style.height = `${height}px`;
        button.setAttribute("aria-pressed", String(layer === this.state.layer));
      });
  }

  writeCaptions() {
    const captions = describeCaptions(this.recording, this.state, this.unitValues);
    for (const [selector, words] of Object.entries(captions)) this.part(selector).textContent = words;
  }

  requestDraw() {
    this.drawRequest ||= requestAnimationFrame(() => {
      this.drawRequest = 0;
      this.drawNow();
    });
  }

  drawNow() {
    if (this.ratio !== window.devicePixelRatio) this.layout();
    else this.draw();
  }

  draw() {
    const { playback, root, state } = this;
    const seen = Math.max(state.seen, playback.position);
    state.seen = playback.playing ? seen : Math.ceil(seen); // at rest up to a record, which a link can name
    for (const view of this.views()) {
      // In presenter mode one part alone may be shown.
      if (view.sheet.width) view.sheet.draw(() => view.draw(playback.position, this.theme));
    }
    this.showFrame(playback.frame);
    this.part(".scrub").style.setProperty("--done", String(playback.position / Math.max(1, playback.lastRecord)));
    root.dataset.playing = String(playback.playing);
    root.dataset.draws = String(++this.draws);
    if (!this.ended && playback.position >= playback.lastRecord && !playback.growing) {
      this.ended = true;
      state.seen = Infinity;
      this.onEnd();
    }
  }

  /** @param {number} frame */
  showFrame(frame) {
    const { recording, root, playback } = this;
    const button = this.part(".play");
    button.setAttribute("aria-label", playback.playing ? "Pause" : "Play");
    if (this.shownFrame === frame) return;
    this.shownFrame = frame;
    const words = `step ${recording.steps[frame]} of ${recording.lastStep}`;
    root.dataset.frame = String(frame);
    root.dataset.step = String(recording.steps[frame]);
    this.part(".step").textContent = words;
    const scrub = /** @type {HTMLInputElement} */ (this.part(".scrub"));
    scrub.value = String(frame);
    scrub.setAttribute("aria-valuetext", words);
    this.heads.forEach((head, run) => {
      const scores = partOf(head, ".head-scores");
      scores.classList.toggle("ended", recording.hasEnded(run, frame));
      const brief = root.classList.contains("narrow") && this.state.cells !== "histograms";
      scores.textContent = describeScores(recording, run, frame, brief);
    });
  }

  // Words

  announce() {
    this.part("[aria-live]").textContent = describeRecord(this.recording, this.playback.frame);
    this.describe();
  }

  /** Name the canvases by what they show now; called at rest only, so that no reader is flooded. */
  describe() {
    const labels = describeCanvases(this.recording, this.state, this.playback.frame, this.unitValues);
    placeSliders(this);
    for (const [selector, words] of Object.entries(labels)) this.part(selector).setAttribute("aria-label", words);
  }

  /**
   * @param {PointerEvent} event
   * @param {string[] | null} lines
   */
  showTip(event, lines) {
    const tip = this.part(".tip");
    tip.hidden = !lines;
    if (!lines) return;
    tip.replaceChildren(...lines.map((line) => element("div", "", line)));
    const box = this.root.getBoundingClientRect();
    // In presenter mode the page enlarges the player, which goes on counting in pixels of its own.
    const zoom = box.width / this.root.offsetWidth || 1;
    const x = (event.clientX - box.left) / zoom;
    const y = (event.clientY - box.top) / zoom;
    const left = x + 16 + tip.offsetWidth > this.root.offsetWidth ? x - 16 - tip.offsetWidth : x + 16;
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${Math.max(0, y - tip.offsetHeight - 12)}px`;
  }
}
