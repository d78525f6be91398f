// sums.js: the arithmetic that a scene may ask for by name: inputs in, named arrays out.

/** @import { Arrays, Values } from "../types.js" */

import { handOfTwo } from "./hand_of_two.js";
import { standardize } from "./standardize.js";
import { LOSSES, twoWeights } from "./two_weights.js";

/** @type {Record<string, (values: Values, given: any) => Arrays>} */
export const SUMS = { standardize, two_weights: twoWeights, hand_of_two: handOfTwo };

/** Quantities over a plane, by the name of the arithmetic. */
/** @type {Record<string, Record<string, (given: any, x: number, y: number) => number>>} */
export const FIELDS = { two_weights: LOSSES, hand_of_two: LOSSES };
