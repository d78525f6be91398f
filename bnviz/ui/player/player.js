// player.js: builds the controls, lays out the views and ties them to the playback.

import { partOf, showWaiting } from "../watch/stream.js";
import { Curves } from "./curves.js";
import { Decisions } from "./decisions.js";
import { Theme } from "./drawing.js";
import { buildOption, buildSwatch, element } from "./elements.js";
import { Histograms } from "./histograms.js";
import { Images } from "./images.js";
import { keyAction, Playback } from "./playback.js";
import { Trajectories } from "./trajectories.js";
import {
  CELL_LABELS,
  describeCanvases,
  describeCaptions,
  describeRecord,
  describeScores,
  STAGE_LABELS,
} from "./words.js";

const WIDE = 900;
const NARROW = 600;
// What a screen shows above and below the cells: title, question, names of the runs, controls.
const ABOVE_AND_BELOW = { wide: 400, narrow: 515 };

/**
 * What of a recording is on show.
 * @typedef {object} State
 * @property {"images" | "histograms"} cells what the cells show
 * @property {number} stage of the histograms
 * @property {number} layer
 * @property {number} run that of a narrow player
 * @property {number[]} columns the runs that have one
 * @property {number | null} example the one that is pointed at
 * @property {boolean} held whether the reader still has a guess to make
 * @property {number} seen position up to which lines are shown, Infinity where the end is no secret
 *
 * What draws on one canvas, and answers the pointer there.
 * @typedef {object} View
 * @property {import("./drawing.js").Sheet} sheet
 * @property {(width: number, room: number) => void} layout
 * @property {(position: number, theme: Theme) => void} draw
 * @property {(x: number, y: number, record: number) => string[] | null} tip
 * @property {(x: number, y: number) => number | null} [recordAt]
 *
 * @typedef {import("./recording.js").Recording} Recording
 *
 * What an event brings follows from its type.
 * @typedef {(target: EventTarget, type: string, handler: (event: any) => void) => void} Listen
 */

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
      run: 0,
      columns: [],
      example: null,
      held: false,
      seen: Infinity,
    };
    /** @type {"held" | "open" | null} */
    this.suspense = null;
    this.onEnd = () => {};
    /** @type {Histograms | null} */
    this.histograms = null;
    /** @type {Images | null} */
    this.images = null;
    /** @type {Curves | null} */
    this.curves = null;
    /** @type {Decisions | null} */
    this.decisions = null;
    /** @type {HTMLElement[]} */
    this.heads = [];
    /** @type {number | null} */
    this.shownFrame = null;
    this.drawRequest = 0;
    this.ratio = 1;
    this.ended = false;
    this.visibleHeight = 0;
    this.draws = 0;
    this.listeners = new AbortController();
    this.bindControls();
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
   * Show a recording, `of` a training whose name tells it from others; `growing` while more of it will come.
   * @param {Recording} recording
   * @param {string} of
   */
  load(recording, of, growing = false) {
    this.takeTheme();
    const goesOn = this.recording && of === this.of;
    if (this.recording?.id === recording.id) {
      // The only part of a short training is all of it: what waited for more at its end rests there now.
      this.playback.extend(recording.lastRecord, growing);
      this.refresh();
      return;
    }
    this.recording = recording;
    this.of = of;
    if (goesOn) this.playback.extend(recording.lastRecord, growing);
    else this.begin(recording, growing);
    this.buildViews();
    this.buildControls();
    this.updateAwake();
    this.layout();
    this.describe();
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!goesOn && recording.autoplay && !still && !this.state.held) this.playback.play();
  }

  /**
   * Keep what comes to itself: "held" stands still at the start until the reader has made a guess, "open" plays, and
   * draws no line farther than it was played. null keeps no secret.
   * @param {"held" | "open" | null} suspense
   */
  keep(suspense) {
    const released = this.state.held && suspense !== "held";
    this.suspense = suspense;
    this.state.held = suspense === "held";
    this.root.classList.toggle("held", this.state.held);
    if (!released || !this.playback) return;
    this.requestDraw();
    this.describe();
    if (!window.matchMedia("(prefers-reduced-motion: reduce)").matches) this.playback.play();
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
    this.curves = alone ? null : new Curves(canvas(".curves"), recording, state);
    this.trajectories = new Trajectories(canvas(".trajectories"), recording, state);
    this.part(".plane").hidden = !recording.arrays.decision;
    this.decisions = recording.arrays.decision ? new Decisions(canvas(".decisions"), recording, state) : null;
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

  // Controls

  bindControls() {
    const { signal } = this.listeners;
    // Until a recording has arrived there is nothing to act on.
    /** @type {Listen} */
    const on = (target, type, handler) =>
      target.addEventListener(
        type,
        (event) => {
          if (this.playback) handler(event);
        },
        { signal },
      );
    on(this.part(".buttons"), "click", (event) => {
      const button = event.target.closest("button");
      if (button) this.playback.act(button.dataset.action);
    });
    on(this.part(".scrub"), "input", (event) => this.playback.seek(Number(event.target.value)));
    on(this.part(".scrub"), "change", () => this.announce());
    on(this.part(".speed select"), "change", (event) => {
      this.playback.speed = Number(event.target.value);
    });
    on(this.part(".cells-switch"), "change", (event) => this.choose({ cells: event.target.value }));
    on(this.part(".stage-switch"), "change", (event) => this.choose({ stage: Number(event.target.value) }));
    on(this.part(".layer-switch"), "change", (event) => this.choose({ layer: Number(event.target.value) }));
    on(this.part(".run-switch"), "change", (event) => this.choose({ run: Number(event.target.value) }));
    on(this.part(".layer-buttons"), "click", (event) => {
      const button = event.target.closest("button");
      if (button) this.choose({ layer: Number(button.dataset.layer) });
    });
    on(document, "visibilitychange", () => this.updateAwake());
    on(document, "keydown", (event) => this.onKey(event));
    this.bindPointer(on);
  }

  /** @param {Listen} on */
  bindPointer(on) {
    /** @type {(event: PointerEvent) => [number, number]} */
    const inside = (event) => {
      const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    for (const name of /** @type {const} */ (["images", "histograms", "curves", "trajectories", "decisions"])) {
      const canvas = this.part(`.${name}`);
      const view = () => /** @type {View} */ (this[name]);
      /** @type {(event: PointerEvent) => void} */
      const scrub = (event) => {
        const record = view().recordAt?.(...inside(event)) ?? null;
        if (record !== null && !this.state.held) this.playback.seek(record);
      };
      on(canvas, "pointerdown", (event) => {
        if (name === "images") this.pointAt(inside(event));
        if (name === "images" || name === "histograms") return;
        canvas.setPointerCapture(event.pointerId);
        scrub(event);
      });
      on(canvas, "pointermove", (event) => {
        if (event.buttons && canvas.hasPointerCapture(event.pointerId)) scrub(event);
        if (name === "images") this.pointAt(inside(event));
        const { frame, position } = this.playback;
        this.showTip(event, view().tip(...inside(event), name === "images" ? position : frame));
      });
      on(canvas, "pointerup", (event) => {
        if (canvas.hasPointerCapture(event.pointerId)) this.announce();
      });
      on(canvas, "pointerleave", () => {
        this.part(".tip").hidden = true;
        if (name === "images") this.pointAt(null);
      });
    }
    for (const name of /** @type {const} */ (["images", "histograms"])) {
      on(this.part(`.${name}`), "click", (event) => {
        const found = this[name]?.find(...inside(event), this.playback.position);
        if (found) this.choose({ layer: found.layer });
      });
    }
  }

  /**
   * Let the example at a place of the images stand out everywhere; null for none.
   * @param {[number, number] | null} place
   */
  pointAt(place) {
    const example = (place && this.images?.find(...place, this.playback.position)?.example) ?? null;
    if (example === this.state.example) return;
    this.state.example = example;
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
    this.layout();
    this.describe();
  }

  updateAwake() {
    this.playback?.setAwake(this.visibleHeight > 0 && !document.hidden);
  }

  buildControls() {
    const { recording, state, root } = this;
    const scrub = /** @type {HTMLInputElement} */ (this.part(".scrub"));
    scrub.max = String(recording.lastRecord);
    // The longest words it will hold, so that nothing moves while playing.
    this.part(".step").style.minWidth = `${`step ${recording.lastStep} of ${recording.lastStep}`.length}ch`;
    this.part(".cells-switch").hidden = !this.images;
    this.part(".cells-switch .options").replaceChildren(
      ...Object.entries(CELL_LABELS).map(([cells, words]) => buildOption("cells", cells, words, cells === state.cells)),
    );
    this.part(".stage-switch .options").replaceChildren(
      ...recording.stages.map((stage, index) =>
        buildOption("stage", index, STAGE_LABELS[stage], index === state.stage),
      ),
    );
    this.part(".layer-switch .options").replaceChildren(
      ...recording.layers.map((label, index) =>
        buildOption("layer", index, label.replace("layer ", ""), index === state.layer),
      ),
    );
    this.part(".run-switch .options").replaceChildren(
      ...recording.runs.map((run, index) =>
        buildOption("run", index, run.label, index === state.run, buildSwatch(run)),
      ),
    );
    this.part(".heads").replaceChildren(
      ...recording.runs.map((run) => {
        const name = element("div", "head-name", buildSwatch(run), element("span", "", run.label));
        return element("div", "head", name, element("div", "head-scores"));
      }),
    );
    this.part(".legend").replaceChildren(
      ...recording.runs.map((run) => element("li", "", buildSwatch(run), run.label)),
    );
    this.part(".layer-buttons").replaceChildren(
      ...recording.layers.map((label, layer) => {
        // In a narrow player the number alone is shown.
        const [word, number] = label.split(" ");
        const button = element("button", "", element("span", "word", `${word} `), number);
        button.type = "button";
        button.dataset.layer = String(layer);
        return button;
      }),
    );
    this.heads = [...root.querySelectorAll(/** @type {"div"} */ (".head"))];
    this.shownFrame = null;
    this.paintSwatches();
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
    const strip = state.cells === "images";
    root.classList.toggle("strip", strip);
    const heads = strip ? all : state.columns;
    root.style.setProperty("--columns", String(heads.length));
    this.heads.forEach((head, run) => {
      head.hidden = !heads.includes(run);
    });
    this.shownFrame = null;
    const room = window.innerHeight - (narrow ? ABOVE_AND_BELOW.narrow : ABOVE_AND_BELOW.wide);
    for (const view of this.views()) view.layout(view.sheet.canvas.clientWidth, room);
    this.placeLayerButtons();
    this.writeCaptions();
    this.ratio = window.devicePixelRatio;
    this.draw();
  }

  views() {
    const views = [this.cells, this.decisions, this.curves, this.trajectories];
    return /** @type {View[]} */ (views.filter(Boolean));
  }

  get cells() {
    return this.state.cells === "images" ? this.images : this.histograms;
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
    const captions = describeCaptions(this.recording, this.state);
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
    state.seen = Math.max(state.seen, playback.position);
    for (const view of this.views()) view.draw(playback.position, this.theme);
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
      const brief = root.classList.contains("narrow") && this.state.cells === "images";
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
    const labels = describeCanvases(this.recording, this.state, this.playback.frame);
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
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const left = x + 16 + tip.offsetWidth > box.width ? x - 16 - tip.offsetWidth : x + 16;
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${Math.max(0, y - tip.offsetHeight - 12)}px`;
  }
}
