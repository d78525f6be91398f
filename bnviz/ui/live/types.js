// types.js: what a scene is to the scripts. `scene.py` makes it; there is nothing here to run.

/** @typedef {Record<string, number>} Values */
/** @typedef {Record<string, number | ArrayLike<number>>} Arrays */
/** @typedef {string | number | [string, number]} Where a name of the arrays, a number, or one entry of an array */

/**
 * @typedef {object} Input
 * @property {string} name
 * @property {string} label
 * @property {string} symbol
 * @property {string} color the name of its color, and of what lights up in formulas while it moves
 * @property {number} low
 * @property {number} high
 * @property {number} step
 * @property {number[] | null} choices
 * @property {string} format
 * @property {boolean} folded
 * @property {string | null} group "shift" or "stretch" where it moves others
 * @property {string[]} of those others
 */

/** @typedef {{ low: number, high: number, log: boolean, label: string, ticks: number[] | null }} Axis */
/** @typedef {{ name: string, title: string, x: Axis, y: Axis | null, above: number, below: number, bare?: boolean,
 *   share?: number, even?: boolean, flat?: number, low?: boolean }} Panel */

/**
 * @typedef {object} Handle
 * @property {string} panel
 * @property {"x" | "xy" | "polar"} move
 * @property {string[]} inputs
 * @property {Where} x
 * @property {Where | null} y
 * @property {Where} base
 * @property {number} raised pixels above the axis
 * @property {Values} picks values that taking hold of it sets
 */

/** @typedef {{ title: string, words: string, values: Values, lights: string, first?: Values, duration?: number }} Step */

/** @typedef {{ kind: string, panel: string, [option: string]: any }} Mark */

/**
 * @typedef {object} Scene
 * @property {string | null} sums
 * @property {Record<string, any>} given
 * @property {Input[]} inputs
 * @property {Panel[][]} rows
 * @property {boolean} columns on a phone columns stand below each other, not rows
 * @property {Mark[]} marks
 * @property {Handle[]} handles
 * @property {string} text
 * @property {boolean} beside
 * @property {Step[]} steps
 * @property {string} alternative
 * @property {Record<"light" | "dark", Record<string, string>>} colors
 */

export {};
