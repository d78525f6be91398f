// inputs.js: what a reader sets: bounds and steps of each number, and those that move several at once.

/** @import { Input, Values } from "./types.js" */

const FINE = 10; // of a step, with Shift
const PAGE = 10; // steps

/** The multiple of a step that is nearest, without the dust of floating point. */
/** @type {(value: number, step: number) => number} */
const snapped = (value, step) => Number((Math.round(value / step) * step).toPrecision(12));

/** @type {(value: number, low: number, high: number) => number} */
const within = (value, low, high) => Math.min(high, Math.max(low, value));

export class Inputs {
  /** @param {Input[]} inputs */
  constructor(inputs) {
    this.all = new Map(inputs.map((input) => [input.name, input]));
  }

  /** @param {string} name */
  find(name) {
    const input = this.all.get(name);
    if (!input) throw new Error(`no input is called ${name}`);
    return input;
  }

  /** The values of a figure alone: those that move others are computed from them. */
  /** @param {Values} values */
  own(values) {
    const names = [...this.all.values()].filter((input) => !input.group).map((input) => input.name);
    return Object.fromEntries(names.map((name) => [name, values[name]]));
  }

  /**
   * @param {string} name
   * @param {Values} values
   */
  value(name, values) {
    const { group, of } = this.find(name);
    if (!group) return values[name];
    const { mean, spread } = moments(of.map((member) => values[member]));
    return group === "shift" ? mean : spread;
  }

  /** The value that an input takes for a wanted one: within its bounds, one of its choices or on its steps. */
  /**
   * @param {string} name
   * @param {number} wanted
   * @param {number} [step]
   */
  allowed(name, wanted, step) {
    const input = this.find(name);
    const { choices, low, high } = input;
    if (choices) {
      return choices.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best));
    }
    return within(snapped(wanted, step ?? input.step), low, high);
  }

  /**
   * Give an input a value, and return all values. What moves several at once moves them from where they were `before`
   * the hand took hold, so that the way back leads back.
   *
   * @param {string} name
   * @param {number} wanted
   * @param {Values} before
   * @param {number} [step]
   * @returns {Values}
   */
  set(name, wanted, before, step) {
    const input = this.find(name);
    const value = this.allowed(name, wanted, step);
    if (!input.group) return { ...before, [name]: value };
    const members = input.of.map((member) => this.find(member));
    const old = members.map((member) => before[member.name]);
    const moved = input.group === "shift" ? shift(members, old, value) : stretch(members, old, value);
    return { ...before, ...Object.fromEntries(members.map((member, index) => [member.name, moved[index]])) };
  }

  /**
   * The values after a key, null if the key does nothing here.
   *
   * @param {string} name
   * @param {{ key: string, shiftKey: boolean }} press
   * @param {Values} values
   */
  press(name, { key, shiftKey }, values) {
    const { choices, low, high, step } = this.find(name);
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: PAGE, PageDown: -PAGE }[key];
    if (key === "Home" || key === "End") return this.set(name, key === "Home" ? low : high, values);
    if (!way) return null;
    const now = this.value(name, values);
    if (choices) {
      const paces = Math.abs(way) === PAGE ? Math.sign(way) * 2 : way;
      const index = choices.indexOf(this.allowed(name, now)) + paces;
      return this.set(name, choices[within(index, 0, choices.length - 1)], values);
    }
    const pace = shiftKey ? step / FINE : step;
    return this.set(name, now + way * pace, values, pace);
  }

  /** Where the slider of an input stands: choices are evenly spaced. */
  /**
   * @param {string} name
   * @param {Values} values
   */
  position(name, values) {
    const { choices } = this.find(name);
    const value = this.value(name, values);
    return choices ? choices.indexOf(this.allowed(name, value)) : value;
  }

  /**
   * @param {string} name
   * @param {number} position
   */
  at(name, position) {
    const { choices } = this.find(name);
    return choices ? choices[within(Math.round(position), 0, choices.length - 1)] : position;
  }
}

/** @param {number[]} numbers */
function moments(numbers) {
  const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const square = numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length;
  return { mean, spread: Math.sqrt(square) };
}

/** @type {(members: Input[], old: number[], mean: number) => number[]} */
function shift(members, old, mean) {
  const room = members.map(({ low, high }, index) => [low - old[index], high - old[index]]);
  const lowest = Math.max(...room.map(([low]) => low));
  const highest = Math.min(...room.map(([, high]) => high));
  const by = within(mean - moments(old).mean, lowest, highest);
  return old.map((value) => tidy(value + by));
}

/** @type {(members: Input[], old: number[], spread: number) => number[]} */
function stretch(members, old, spread) {
  const { mean, spread: before } = moments(old);
  if (before === 0) return old; // equal values have no direction to go apart
  const most = members.map(({ low, high }, index) => {
    const away = old[index] - mean;
    return away === 0 ? Infinity : ((away > 0 ? high : low) - mean) / away;
  });
  const factor = Math.min(spread / before, ...most);
  return old.map((value) => tidy(mean + factor * (value - mean)));
}

/** @param {number} value */
const tidy = (value) => Number(value.toPrecision(12));
