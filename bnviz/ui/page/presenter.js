// presenter.js: presenter mode. One figure fills the screen, and keys do everything.

import { figuresOf, skipOf, takeStep, wordsOf } from "./figures.js";
import { revealAnswer } from "./path.js";
import { PresenterBar } from "./presenter_bar.js";
import { enlargement, wishOf } from "./presenter_keys.js";

/** @import { Figure } from "./figures.js" */
/** @import { Wish } from "./presenter_keys.js" */

const MODE = "bnvizPresenter"; // of the document's dataset: "figure", "page", or absent
const STAGED = "data-bnviz-staged";
const TASTE = "bnviz-presenter-size"; // kept in the tab: how much larger than usual
const ROUNDS = 4; // of making a figure smaller until it fits
const FOLD = "[data-testid=stMain] [class*=_fold] [data-testid=stExpander] details";
const CONTENT = "[data-testid=stExpanderDetails] [data-testid=stElementContainer]";
const IDLE = "[data-testid=stApp][data-test-script-state=notRunning]";

/** @param {Element} element as it is on the screen, enlarged or not */
const heightOf = (element) => element.getBoundingClientRect().height;

export class Presenter {
  /**
   * @param {Window} window
   * @param {() => void} onLeave called when a key has ended presenter mode
   */
  constructor(window, onLeave) {
    this.window = window;
    this.document = window.document;
    this.onLeave = onLeave;
    this.dataset = this.document.documentElement.dataset;
    this.bar = new PresenterBar((wish) => this.does[wish]("", null));
    this.index = 0;
    /** @type {Figure | null} the one that fills the screen */
    this.figure = null;
    this.answered = false;
    /** @type {boolean | null} whether a frozen figure was playing; null while none is frozen */
    this.frozen = null;
    this.path = "";
    this.fitted = "";
    this.wanted = 0;
    this.left = false;
    /** @type {Element | null} a fold that was opened for the figure in it */
    this.awaited = null;
    this.sizes = new ResizeObserver(() => this.place());
    this.changes = new MutationObserver(() => this.place());
    const on = window.addEventListener.bind(window);
    on("keydown", (event) => this.press(event), { capture: true });
    on("resize", () => this.isOn && this.place());
    this.document.addEventListener("fullscreenchange", () => {
      if (!this.document.fullscreenElement && this.isOn) this.leave();
    });
  }

  get isOn() {
    return MODE in this.dataset;
  }

  get oneFigure() {
    return this.dataset[MODE] === "figure";
  }

  /** How much larger than usual the reader wants it; a frame of another site may be refused a storage. */
  get taste() {
    try {
      return Number(this.window.sessionStorage.getItem(TASTE) ?? 0);
    } catch {
      return this.wanted;
    }
  }

  /** @param {boolean} wanted what the switch in the menu says */
  turn(wanted) {
    this.left &&= wanted; // what the server says before it has heard of that
    if (wanted === this.isOn || this.left) return;
    if (!wanted) return this.close();
    this.answered = false;
    const { activeElement } = this.document;
    this.dataset[MODE] = "figure";
    // Allowed right after a press only, and in no frame of another page: it then fills the window.
    this.document.documentElement.requestFullscreen?.().catch(() => {});
    const around = figuresOf(this.document).findIndex(({ element }) => element.contains(activeElement));
    this.index = Math.max(0, around);
    this.path = this.window.location.pathname;
    this.look();
  }

  /** Leave for good, and let the switch in the menu know. */
  leave() {
    this.left = true;
    this.close();
    this.onLeave();
  }

  close() {
    delete this.dataset[MODE];
    this.unstage();
    this.bar.remove();
    if (this.document.fullscreenElement) this.document.exitFullscreen().catch(() => {});
  }

  /** Give the page back its own look, for paper. Returns what brings the stage back. */
  putAway() {
    const mode = this.dataset[MODE];
    if (!mode) return () => {};
    this.unstage();
    delete this.dataset[MODE];
    return () => {
      this.dataset[MODE] = mode;
      this.look();
    };
  }

  // What is on the stage

  /** Look what there is to show: the page has changed, or what is wanted. */
  look() {
    if (!this.isOn) return;
    const { pathname } = this.window.location;
    if (pathname !== this.path) {
      Object.assign(this, { path: pathname, index: 0, answered: false, awaited: null });
    }
    const figures = figuresOf(this.document);
    const inFold = this.awaited ? figures.findIndex(({ element }) => this.awaited?.contains(element)) : -1;
    if (inFold >= 0) {
      this.index = inFold;
      this.awaited = null;
      this.bar.say("");
    } else if (this.awaited?.querySelector(CONTENT) && this.document.querySelector(IDLE)) {
      this.bar.say("It has no figure yet. w shows the whole page.");
    }
    const figure = figures[Math.min(this.index, figures.length - 1)] ?? null;
    const same = this.figure?.element === figure?.element && this.figure?.view === figure?.view;
    if (!same || this.figure?.root !== figure?.root) {
      this.unstage();
      this.figure = figure;
      if (this.oneFigure) this.stage();
    }
    const title = figure?.title || (this.document.querySelector("h1")?.textContent ?? "");
    this.bar.show(
      title,
      figures.length ? `${figures.indexOf(/** @type {Figure} */ (figure)) + 1} of ${figures.length}` : "",
    );
    this.place();
  }

  stage() {
    const { figure } = this;
    if (!figure) return;
    figure.element.setAttribute(STAGED, "figure");
    if (figure.root) figure.root.dataset.staged = figure.view || "all";
    for (const each of [figure.element, ...(figure.root?.children ?? [])]) this.sizes.observe(each);
    if (figure.root) this.changes.observe(figure.root, { attributeFilter: ["class"] });
  }

  unstage() {
    this.thaw();
    for (const each of this.document.querySelectorAll(`[${STAGED}]`)) each.removeAttribute(STAGED);
    const { figure } = this;
    this.figure = null;
    this.fitted = "";
    figure?.element.style.removeProperty("--stage-zoom");
    this.sizes.disconnect();
    this.changes.disconnect();
    if (!figure?.root) return;
    delete figure.root.dataset.staged;
    figure.root.style.removeProperty("--stage-height");
    figure.root.dispatchEvent(new Event("bnviz-stage"));
  }

  /** Let the words, the figure and the answer have their places one below the other. */
  place() {
    const { document, figure, window } = this;
    if (!this.isOn) return;
    const { style } = document.documentElement;
    const zoom = enlargement(window.innerWidth, window.innerHeight, this.taste);
    style.setProperty("--bnviz-zoom", String(zoom));
    const app = document.querySelector("[data-testid=stApp]");
    if (app) {
      const { backgroundColor, color } = getComputedStyle(app);
      style.setProperty("--bnviz-page", backgroundColor);
      style.setProperty("--bnviz-ink", color);
    }
    if (!this.oneFigure) return;
    const held = figure?.root?.classList.contains("held") ?? false;
    this.dataset.bnvizHeld = String(held);
    const words = this.isHero() ? wordsOf(document) : [];
    const answer = document.querySelector(".st-key-story_answer");
    for (const each of document.querySelectorAll(`[${STAGED}=words], [${STAGED}=answer]`)) {
      if (each !== answer && !words.includes(/** @type {HTMLElement} */ (each))) each.removeAttribute(STAGED);
    }
    let top = heightOf(this.bar.element);
    for (const each of words) {
      if (each.getAttribute(STAGED) !== "words") each.setAttribute(STAGED, "words");
      this.sizes.observe(each);
      each.style.setProperty("--stage-top", `${top}px`);
      top += heightOf(each);
    }
    let bottom = 0;
    if (answer && this.answered) {
      if (answer.getAttribute(STAGED) !== "answer") answer.setAttribute(STAGED, "answer");
      bottom = heightOf(answer);
    } else answer?.removeAttribute(STAGED);
    style.setProperty("--stage-top", `${top}px`);
    style.setProperty("--stage-bottom", `${bottom}px`);
    this.fit(zoom, window.innerHeight - top - bottom);
  }

  isHero() {
    return this.figure !== null && this.figure.element === figuresOf(this.document)[0]?.element;
  }

  /**
   * Make the figure as large as it may be: as the type asks, smaller where it would not fit, and larger where it is
   * small itself.
   * @param {number} zoom
   * @param {number} height
   */
  fit(zoom, height) {
    const { figure } = this;
    if (!figure) return;
    const { element, root } = figure;
    const inner = /** @type {HTMLElement | null} */ (element.firstElementChild);
    if (!inner) return;
    const apply = (/** @type {number} */ factor) => {
      element.style.setProperty("--stage-zoom", String(factor));
      if (!root) return;
      root.style.setProperty("--stage-height", `${Math.floor(height / factor)}px`);
      root.dispatchEvent(new Event("bnviz-stage"));
    };
    const asked = JSON.stringify([zoom, height, figure.view, this.dataset.bnvizHeld, inner.offsetHeight]);
    if (this.fitted === asked && element.style.getPropertyValue("--stage-zoom")) return;
    let factor = zoom;
    if (!root) {
      // Charts and tables have a size of their own.
      const { offsetHeight: own } = inner;
      if (own) factor = Math.max(zoom, Math.min(2 * zoom, height / own, this.window.innerWidth / LEAST_CHART));
    }
    apply(factor);
    for (let round = 0; round < ROUNDS; round++) {
      // A chart, and a table, take the new width only after this.
      const across = root ? element.scrollWidth / this.window.innerWidth : 1;
      const over = Math.max(element.scrollHeight / height, across);
      if (over <= 1.002 || factor <= zoom * SMALLEST_FIT) break;
      factor = Math.max(zoom * SMALLEST_FIT, factor / Math.min(Math.max(over, 1.02), 1.25));
      apply(factor);
    }
    this.fitted = JSON.stringify([zoom, height, figure.view, this.dataset.bnvizHeld, inner.offsetHeight]);
  }

  /** @param {number} steps */
  go(steps) {
    const figures = figuresOf(this.document);
    const next = this.index + steps;
    if (next >= 0 && next < figures.length) {
      this.index = next;
      this.look();
      return true;
    }
    return steps > 0 && this.openFold();
  }

  /** Open the next question of the page, for the figure in it. */
  openFold() {
    const fold = [...this.document.querySelectorAll(FOLD)].find((each) => !each.hasAttribute("open"));
    const summary = fold?.querySelector("summary");
    this.awaited = summary ? (fold ?? null) : null;
    if (!summary) return false;
    this.bar.say("Opening …");
    summary.click();
    return true;
  }

  /** @param {"Next" | "Previous"} which */
  turnPage(which) {
    const links = [...this.document.querySelectorAll(/** @type {"a"} */ (".st-key-frame_footer a"))];
    const link = links.find((each) => each.textContent.trim().includes(`${which}:`));
    if (link) link.click();
    else this.bar.say(which === "Next" ? "This is the last page." : "This is the first page.");
  }

  thaw() {
    const { figure, frozen } = this;
    this.frozen = null;
    if (frozen === null || !figure) return;
    figure.element.inert = false;
    this.bar.say("");
    if (frozen) this.passOn(" ");
  }

  freeze() {
    const { figure } = this;
    if (!figure) return;
    const playing = figure.root?.dataset.playing === "true";
    if (playing) this.passOn(" ");
    figure.element.inert = true;
    this.frozen = playing;
    this.bar.say("Frozen. f lets it go on.");
  }

  /**
   * Give a key to the figure on the stage; the players of the page behind it shall not hear it.
   * @param {string} key
   */
  passOn(key) {
    this.figure?.root?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
  }

  // Keys

  /** @param {KeyboardEvent} event */
  press(event) {
    if (!this.isOn || !event.isTrusted) return;
    if (this.bar.help.open) {
      if (event.key !== "?" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.bar.help.close();
      return;
    }
    const asked = wishOf(event, this.oneFigure);
    if (!asked) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asked.wish !== "figureKey") this.bar.say("");
    this.does[asked.wish](asked.key, event);
  }

  /** @param {(chosen: number, count: number) => number} choose */
  step(choose) {
    if (this.frozen !== null) return false;
    return this.figure?.root?.classList.contains("held") ? false : takeStep(this.figure?.root ?? null, choose);
  }

  /** @param {number} taste */
  size(taste) {
    this.wanted = taste;
    try {
      this.window.sessionStorage.setItem(TASTE, String(taste));
    } catch {
      // Then it lasts as long as the page.
    }
    this.place();
  }

  reveal() {
    const skip = skipOf(this.document, this.figure);
    if (skip) return skip.click();
    // A teacher's link hides the answer until somebody asks for it.
    if (!this.answered) revealAnswer(this.document);
    const there = this.document.querySelector(".st-key-story_answer") !== null;
    this.answered = there && !this.answered;
    if (!there) this.bar.say("The answer stands on the pages that follow.");
    this.place();
  }

  /** @type {Record<Wish, (key: string, event: KeyboardEvent | null) => void>} */
  does = {
    on: () => this.step((chosen) => chosen + 1) || this.go(1) || this.turnPage("Next"),
    back: () => this.step((chosen) => chosen - 1) || this.go(-1) || this.turnPage("Previous"),
    nextFigure: () => this.go(1) || this.bar.say("This is the last figure of this page."),
    figureBefore: () => this.go(-1) || this.bar.say("This is the first figure of this page."),
    nextPage: () => this.turnPage("Next"),
    pageBefore: () => this.turnPage("Previous"),
    step: (key) => this.step(() => Number(key) - 1) || this.bar.say("There is no such step here."),
    figureKey: (key) => {
      if (this.frozen !== null) this.bar.say("Frozen. f lets it go on.");
      else if (this.figure?.root?.classList.contains("player")) this.passOn(key);
      else if (key === "ArrowRight") this.does.on(key, null);
      else if (key === "ArrowLeft") this.step((chosen) => chosen - 1);
    },
    freeze: () => (this.frozen === null ? this.freeze() : this.thaw()),
    blank: () => {
      const isBlank = this.dataset.bnvizBlank === "true";
      this.dataset.bnvizBlank = String(!isBlank);
      if (!isBlank) this.bar.say("Hidden. b reveals it.");
    },
    answer: () => this.reveal(),
    bigger: () => this.size(this.taste + 1),
    smaller: () => this.size(this.taste - 1),
    usual: () => this.size(0),
    page: () => {
      const { figure } = this;
      if (this.oneFigure) {
        this.unstage();
        this.dataset[MODE] = "page";
        figure?.element.scrollIntoView({ block: "center" });
      } else this.dataset[MODE] = "figure";
      this.look();
    },
    help: () => this.bar.toggleHelp(),
    leave: () => this.leave(),
  };
}

const LEAST_CHART = 640; // pixels of its own that a chart needs across
const SMALLEST_FIT = 0.62; // of the usual size, for a figure that would not fit
