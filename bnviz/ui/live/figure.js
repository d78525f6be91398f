// figure.js: a live figure: it holds the values, and whatever moves them is answered in the next frame.

/** @import { Arrays, Handle, Scene, Step, Values } from "./types.js" */
/** @import { Point } from "./hand.js" */

import { Sheet, Theme } from "../player/drawing.js";
import { element } from "../player/elements.js";
import { Fields } from "./fields.js";
import { glide } from "./glide.js";
import { letDrag } from "./hand.js";
import { placeOf, valuesAt } from "./handles.js";
import { Inputs } from "./inputs.js";
import { layOut, zoomIn } from "./layout.js";
import { drawScene } from "./marks.js";
import { writeAs } from "./numbers.js";
import { letPaintByKeys, offerBrush } from "./painting.js";
import { Pen } from "./pen.js";
import { letPoint } from "./pointing.js";
import { Sliders } from "./sliders.js";
import { Steps } from "./steps.js";
import { FIELDS, SUMS } from "./sums/sums.js";
import { fillNumbers, fillSentence } from "./texts.js";
import { savePicture } from "../picture.js";

const LEFT_OUT = ".handles, .save-picture"; // of a saved picture
const PADDING = 8; // pixels above and below a figure that fills the screen
const BESIDE = 900; // pixels: from here on the text may stand beside the picture

/** @typedef {import("./family.js").Family} Computed */

export class LiveFigure {
  /**
   * @param {HTMLElement} root
   * @param {(values: Values) => void} release called once the hand has let go, with what it chose
   */
  constructor(root, release) {
    this.root = root;
    this.release = release;
    this.draws = 0;
    this.drawing = 0;
    this.stopGliding = () => {};
    this.holding = false;
    this.held = false;
    /** @type {Values | null} what is pointed at, and shown for as long */
    this.peeked = null;
    /** @type {Map<string, Set<number>>} the cells that were painted, by panel */
    this.painted = new Map();
    this.written = "";
    this.parts = "";
    /** @type {Values} */
    this.values = {};
    /** @type {Values} */
    this.before = {};
    /** @type {Values | undefined} */
    this.began = undefined;
    /** @type {Arrays} */
    this.arrays = {};
    /** @type {Computed | null} */
    this.family = null;
    this.part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
    this.sheet = new Sheet(/** @type {HTMLCanvasElement} */ (this.part("canvas")));
    this.leaving = new AbortController();
    this.steps = new Steps(this.part(".steps"), (step) => this.takeStep(step));
    letDrag(
      this.part(".handles"),
      {
        places: () => this.places(),
        take: (handle) => this.takeHandle(handle),
        move: (handle, place) => this.moveHandle(handle, place),
        release: () => this.letGo(),
      },
      this.leaving.signal,
    );
    letPoint(this);
    letPaintByKeys(this);
    this.pointAt(".handles", (target) => {
      const handles = [...this.part(".handles").children];
      const inputs = this.scene?.handles[handles.indexOf(target)]?.inputs;
      return inputs ? this.colorOf(inputs[0]) : "";
    });
    this.pointAt(".live-text", (target) => target.closest("[data-symbol]")?.getAttribute("data-symbol") ?? "");
    this.letSave();
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(root);
    // Presenter mode gives it another size; on paper it is drawn anew.
    root.addEventListener("bnviz-stage", () => this.refresh(), { signal: this.leaving.signal });
  }

  letSave() {
    const { signal } = this.leaving;
    const button = this.part(".save-picture");
    const save = (/** @type {Event} */ { target }) => savePicture(target, this.part(".picture"), LEFT_OUT);
    button.addEventListener("click", save, { signal });
    // What lies below it in the picture is not meant.
    button.addEventListener("pointerdown", (event) => event.stopPropagation(), { signal });
  }

  /**
   * Show a scene at these values. Where it was shown before, it glides to them. A `held` one cannot be moved yet.
   *
   * @param {Scene} scene
   * @param {Values} values
   * @param {boolean} [held]
   */
  show(scene, values, held = false) {
    for (const part of [".steps", ".handles", ".controls"]) this.part(part).inert = held;
    this.held = held;
    this.root.classList.toggle("held", held);
    this.steps.show(scene.steps);
    const first = !this.scene;
    const written = JSON.stringify(scene);
    this.theme = new Theme(this.root);
    this.root.style.colorScheme = this.theme.dark ? "dark" : "light";
    const anew = written !== this.written;
    if (anew) {
      this.written = written;
      this.build(scene, first ? values : { ...values, ...this.kept(scene, values) });
    }
    this.pen = new Pen(this.sheet, this.theme, scene.colors);
    this.pen.moves = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.pen.painted = this.painted;
    offerBrush(this, held && scene.marks.some(({ paint }) => paint));
    this.layout();
    if (first || anew) this.rest();
    if (!first && !this.holding) this.glideTo(values);
  }

  /** Draw anew in the colors and the size of the moment. */
  refresh() {
    if (!this.scene || !this.pen) return;
    this.theme = new Theme(this.root);
    this.root.style.colorScheme = this.theme.dark ? "dark" : "light";
    Object.assign(this.pen, { theme: this.theme, colors: this.scene.colors[this.theme.dark ? "dark" : "light"] });
    this.layout();
  }

  /**
   * What the figure goes on from when its scene changes: its own values, as far as the new scene has them.
   *
   * @param {Scene} scene
   * @param {Values} values
   */
  kept(scene, values) {
    const names = scene.inputs.map(({ name }) => name).filter((name) => name in values && name in this.values);
    return Object.fromEntries(names.map((name) => [name, this.values[name]]));
  }

  /**
   * @param {Scene} scene
   * @param {Values} values
   */
  build(scene, values) {
    const focused = this.sliders?.focused();
    this.scene = scene;
    this.inputs = new Inputs(scene.inputs);
    this.values = this.inputs.own(values);
    this.fields = new Fields(FIELDS[scene.sums ?? ""] ?? {}, scene.given);
    this.root.classList.toggle("beside", scene.beside);
    // New numbers alone leave everything in place that a hand may hold.
    const parts = JSON.stringify([scene.inputs, scene.handles, scene.text]);
    if (parts === this.parts) return;
    this.parts = parts;
    this.part(".live-text").innerHTML = scene.text;
    this.part(".handles").replaceChildren(...scene.handles.map(() => element("span", "handle")));
    this.sliders = new Sliders(this.inputs, this.part(".sliders"), {
      take: (name) => this.take(name),
      set: (name, position) => this.move(name, this.inputs?.at(name, position) ?? position),
      press: (name, event) => this.press(name, event),
      release: () => this.letGo(),
      point: (name) => this.light(name ? this.colorOf(name) : ""),
    });
    this.sliders.focus(focused);
  }

  /**
   * Let what a mouse points at stand out.
   *
   * @param {string} selector
   * @param {(target: Element) => string} colorAt
   */
  pointAt(selector, colorAt) {
    const { signal } = this.leaving;
    const part = this.part(selector);
    const over = (/** @type {PointerEvent} */ event) => {
      if (!this.holding) this.light(colorAt(/** @type {Element} */ (event.target)));
    };
    part.addEventListener("pointerover", over, { signal });
    part.addEventListener("pointerleave", () => this.holding || this.light(""), { signal });
  }

  destroy() {
    cancelAnimationFrame(this.drawing);
    this.stopGliding();
    this.leaving.abort();
    this.observer.disconnect();
  }

  // The hand

  /** @param {string} name */
  take(name) {
    this.stopGliding();
    this.holding = true;
    this.before = { ...this.values };
    this.began ??= { ...this.values };
    this.acting = name;
    this.light(this.colorOf(name));
  }

  /** @param {string} name */
  colorOf(name) {
    return this.inputs?.find(name).color ?? "";
  }

  /**
   * Let what has a color stand out, in the picture and in the formula.
   *
   * @param {string} color
   */
  light(color) {
    if (!this.pen || this.pen.touched === color) return;
    this.pen.touched = color;
    this.requestDraw();
  }

  /**
   * @param {string} name
   * @param {number} wanted
   */
  move(name, wanted) {
    if (!this.inputs) return;
    this.values = this.inputs.set(name, wanted, this.before);
    this.requestDraw();
  }

  /**
   * @param {string} name
   * @param {KeyboardEvent} event
   */
  press(name, event) {
    const pressed = this.inputs?.press(name, event, this.values);
    if (!pressed) return false;
    this.values = pressed;
    this.requestDraw();
    return true;
  }

  letGo() {
    if (!this.holding) return;
    this.holding = false;
    const focused = this.sliders?.focused();
    this.light(focused ? this.colorOf(focused) : "");
    const changed = JSON.stringify(this.began) !== JSON.stringify(this.values);
    this.began = undefined;
    if (!changed) return;
    this.rest(true);
    this.release({ ...this.values });
  }

  /** @returns {Point[]} */
  places() {
    const { pen, scene } = this;
    return pen && scene ? scene.handles.map((handle) => placeOf(handle, pen)) : [];
  }

  /** @param {number} index */
  takeHandle(index) {
    const handle = /** @type {Handle} */ (this.scene?.handles[index]);
    this.take(handle.inputs[0]);
    for (const [name, value] of Object.entries(handle.picks)) {
      this.values = { ...this.values, [name]: value };
      this.before = { ...this.values };
    }
  }

  /**
   * @param {number} index
   * @param {Point} place
   */
  moveHandle(index, place) {
    const { inputs, scene, pen, before } = this;
    if (!inputs || !scene || !pen) return;
    this.values = valuesAt(scene.handles[index], place, pen, inputs, before);
    this.requestDraw();
  }

  /** @param {Step} step */
  takeStep({ values, lights, first = {}, duration }) {
    const { inputs } = this;
    if (!inputs) return;
    this.holding = true;
    this.began ??= { ...this.values };
    this.light(lights);
    const moved = (/** @type {Values} */ moves, /** @type {Values} */ from) =>
      Object.entries(moves).reduce((reached, [name, value]) => inputs.set(name, value, reached), from);
    this.stopGliding();
    this.values = moved(first, this.values);
    this.glideTo(moved(values, this.values), duration, () => {
      this.letGo();
      this.light(lights);
    });
  }

  // Drawing

  /**
   * @param {Values} values
   * @param {number} [duration]
   * @param {() => void} [arrived]
   */
  glideTo(values, duration, arrived = () => {}) {
    this.stopGliding();
    if (!this.inputs) return;
    const to = this.inputs.own(values);
    if (JSON.stringify(this.values) === JSON.stringify(to)) return arrived();
    const show = (/** @type {Values} */ between) => {
      this.values = between;
      this.draw();
    };
    const arrive = () => {
      this.rest(true);
      arrived();
    };
    this.stopGliding = glide(this.values, to, this.inputs, show, arrive, duration);
  }

  layout() {
    const { scene, pen, root } = this;
    if (!scene || !pen || root.clientWidth < 50) return;
    root.classList.toggle("wide", root.clientWidth >= BESIDE);
    const picture = this.part(".picture");
    picture.style.zoom = "";
    const room = this.room();
    const zoom = zoomIn(scene.rows, picture.clientWidth, scene.columns, room);
    if (zoom !== 1) picture.style.zoom = String(zoom);
    const width = picture.clientWidth;
    const { places, height } = layOut(scene.rows, width, scene.columns, room / zoom);
    pen.places = places;
    this.sheet.resize(width, height);
    this.fields?.prepare(
      pen,
      scene.marks.filter(({ kind }) => kind === "field"),
    );
    this.ratio = window.devicePixelRatio;
    this.draw();
  }

  /** The height that the picture may have, where the figure fills the screen. */
  room() {
    const { root } = this;
    if (!root.dataset.staged) return Infinity;
    // What stands in the column beside the picture takes nothing of its height (live.css).
    const { right } = this.part(".picture").getBoundingClientRect();
    const others = /** @type {HTMLElement[]} */ ([...root.children]).filter(
      (part) => !part.matches(".picture, .hidden-text") && part.getBoundingClientRect().left < right,
    );
    const gap = parseFloat(getComputedStyle(root).rowGap) || 0;
    return others.reduce(
      (room, part) => room - (part.offsetHeight && part.offsetHeight + gap),
      root.clientHeight - PADDING,
    );
  }

  requestDraw() {
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = 0;
      if (this.ratio === window.devicePixelRatio) this.draw();
      else this.layout();
    });
  }

  draw() {
    const { scene, pen, fields, root, theme } = this;
    if (!scene || !pen || !fields || !theme || !pen.places.size) return;
    this.compute(scene);
    pen.arrays = this.arrays;
    this.sheet.draw(() => {
      this.sheet.clear(theme);
      drawScene(pen, scene, fields);
    });
    if (pen.unrest) this.requestDraw();
    pen.unrest = false;
    this.part(".handles")
      .querySelectorAll(".handle")
      .forEach((handle, index) => {
        const { x, y } = this.places()[index];
        /** @type {HTMLElement} */ (handle).style.transform = `translate(${x}px, ${y}px)`;
      });
    fillNumbers(this.part(".live-text"), this.arrays);
    for (const each of this.part(".live-text").querySelectorAll("[data-symbol]")) {
      const symbol = /** @type {HTMLElement} */ (each).dataset.symbol ?? "";
      /** @type {HTMLElement} */ (each).style.setProperty("--ink", pen.ink(symbol));
      each.classList.toggle("lit", symbol === pen.touched);
    }
    this.sliders?.show(this.values, pen.colors);
    root.dataset.values = JSON.stringify(this.values);
    root.dataset.draws = String(++this.draws);
  }

  /** @param {Scene} scene */
  compute(scene) {
    const values = { ...this.values, ...this.peeked };
    const found = this.family?.at(values);
    const sums = SUMS[scene.sums ?? ""];
    this.arrays = { ...values, ...found?.arrays, ...sums?.(values, scene.given), ...this.fields?.range() };
    const where = found && !found.exact ? Object.entries(found.computedAt) : [];
    const words = where.map(([name, value]) => `${this.inputs?.find(name).label} ${writeAs(value, "number")}`);
    this.part(".computed").textContent = words.length ? `Computed at ${words.join(", ")}.` : "";
  }

  /** Say in words what is shown; at rest only, so that no reader is flooded. */
  rest(aloud = false) {
    if (!this.scene) return;
    this.compute(this.scene);
    const words = fillSentence(this.scene.alternative, this.arrays);
    this.part("canvas").setAttribute("aria-label", words);
    if (aloud) this.part(".hidden-text").textContent = words;
  }
}
