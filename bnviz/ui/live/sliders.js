// sliders.js: every input as a slider with a name, a value in words, and keys.

/** @import { Input, Values } from "./types.js" */
/** @import { Inputs } from "./inputs.js" */

import { element } from "../player/elements.js";
import { writeAs } from "./numbers.js";

/**
 * @typedef {object} Moves
 * @property {(name: string) => void} take
 * @property {(name: string, value: number) => void} set
 * @property {(name: string, event: KeyboardEvent) => boolean} press whether the key did something
 * @property {() => void} release
 * @property {(name: string | null) => void} point which slider has the focus
 */

/** What is chosen from a list is written with all of its digits. */
/** @type {(input: Input) => string} */
const formatOf = ({ choices, format }) => (choices && format === "number" ? "exact" : format);

/**
 * @param {Input} input
 * @param {Moves} moves
 */
function makeSlider(input, moves) {
  const slider = /** @type {HTMLInputElement} */ (element("input", ""));
  const { choices, low, high, name, symbol, label } = input;
  Object.assign(slider, { type: "range", min: choices ? 0 : low, max: choices ? choices.length - 1 : high, name });
  slider.step = choices ? "1" : "any";
  slider.setAttribute("aria-label", symbol ? `${symbol}, ${label}` : label);
  const letter = symbol ? [element("b", "", symbol), " "] : [];
  const shown = element("output", "");
  shown.setAttribute("aria-hidden", "true");
  const words = element("span", "slider-name", ...letter, label);
  words.setAttribute("aria-hidden", "true");
  let held = false;
  const take = () => {
    if (!held) moves.take(name);
    held = true;
  };
  const letGo = () => {
    if (held) moves.release();
    held = false;
  };
  slider.addEventListener("input", () => {
    take();
    moves.set(name, Number(slider.value));
  });
  for (const type of ["change", "pointerup", "pointercancel", "keyup", "blur"]) slider.addEventListener(type, letGo);
  slider.addEventListener("focus", () => moves.point(name));
  slider.addEventListener("blur", () => moves.point(null));
  slider.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (!/^(Arrow|Page|Home|End)/.test(event.key)) return;
    take();
    if (moves.press(name, event)) event.preventDefault();
    event.stopPropagation(); // the player plays by arrow keys too
  });
  return { input, slider, shown, row: element("div", "slider", words, slider, shown) };
}

export class Sliders {
  /**
   * @param {Inputs} inputs
   * @param {HTMLElement} place
   * @param {Moves} moves
   */
  constructor(inputs, place, moves) {
    this.inputs = inputs;
    this.made = [...inputs.all.values()].map((input) => makeSlider(input, moves));
    const open = this.made.filter(({ input }) => !input.folded).map(({ row }) => row);
    const folded = this.made.filter(({ input }) => input.folded).map(({ row }) => row);
    place.replaceChildren(element("div", "slider-rows", ...open));
    if (!folded.length) return;
    const fold = element("details", "slider-fold", element("summary", "", "Every value as a slider"));
    fold.append(element("div", "slider-rows", ...folded));
    place.append(fold);
  }

  /**
   * @param {Values} values
   * @param {Record<string, string>} colors
   */
  show(values, colors) {
    for (const { input, slider, shown, row } of this.made) {
      const text = writeAs(this.inputs.value(input.name, values), formatOf(input));
      const position = this.inputs.position(input.name, values);
      if (Number(slider.value) !== position) slider.value = String(position);
      slider.setAttribute("aria-valuetext", text);
      shown.textContent = text;
      row.style.setProperty("--ink", colors[input.color] ?? "var(--st-primary-color)");
    }
  }

  /** The name of the input whose slider has the focus. */
  focused() {
    return this.made.find(({ slider }) => slider.matches(":focus"))?.input.name;
  }

  /** @param {string | undefined} name */
  focus(name) {
    this.made.find(({ input }) => input.name === name)?.slider.focus();
  }
}
