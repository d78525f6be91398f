// steps.js: a few steps through a figure: each says what to see, and moves the figure to where it is seen.

/** @import { Step } from "./types.js" */

import { element } from "../player/elements.js";

export class Steps {
  /**
   * @param {HTMLElement} place
   * @param {(step: Step) => void} take called with the step that the reader chose
   */
  constructor(place, take) {
    this.place = place;
    this.take = take;
    /** @type {Step[]} */
    this.steps = [];
    this.written = "";
    this.buttons = element("div", "step-buttons");
    this.buttons.setAttribute("role", "group");
    this.buttons.setAttribute("aria-label", "Steps");
    this.words = element("p", "step-words");
    this.words.setAttribute("aria-live", "polite");
    place.replaceChildren(this.buttons, this.words);
  }

  /** @param {Step[]} steps */
  show(steps) {
    this.place.hidden = !steps.length;
    const written = JSON.stringify(steps);
    if (written === this.written) return;
    const chosen = this.chosen();
    this.written = written;
    this.steps = steps;
    const buttons = steps.map(({ title }, index) => {
      const number = element("b", "", String(index + 1));
      const button = element("button", "step-button", number, ` ${title}`);
      button.setAttribute("type", "button");
      button.addEventListener("click", () => this.choose(index));
      return button;
    });
    this.buttons.replaceChildren(...buttons);
    if (chosen >= 0 && chosen < steps.length) this.mark(chosen);
    else this.words.textContent = "";
  }

  /** The number of the step that is shown, -1 before the first. */
  chosen() {
    return [...this.buttons.children].findIndex((button) => button.getAttribute("aria-pressed") === "true");
  }

  /** @param {number} index */
  choose(index) {
    this.mark(index);
    this.take(this.steps[index]);
  }

  /** @param {number} index */
  mark(index) {
    [...this.buttons.children].forEach((button, place) => button.setAttribute("aria-pressed", String(place === index)));
    const { words } = this.steps[index];
    if (this.words.textContent !== words) this.words.textContent = words;
  }
}
