// sums.js: the arithmetic that a scene may ask for by name: inputs in, named arrays out.

/** @import { Arrays, Values } from "../types.js" */

import { bowl } from "./bowl.js";
import { estimates } from "./estimates.js";
import { gradientParts } from "./gradient_parts.js";
import { handOfTwo } from "./hand_of_two.js";
import { kinks } from "./kinks.js";
import { lastLine } from "./last_line.js";
import { maps } from "./maps.js";
import { settling } from "./settling.js";
import { shove } from "./shove.js";
import { standardize } from "./standardize.js";
import { LOSSES, twoWeights } from "./two_weights.js";

/** @type {Record<string, (values: Values, given: any) => Arrays>} */
export const SUMS = {
  bowl,
  estimates,
  gradient_parts: gradientParts,
  hand_of_two: handOfTwo,
  kinks,
  last_line: lastLine,
  maps,
  settling,
  shove,
  standardize,
  two_weights: twoWeights,
};

/** Quantities over a plane, by the name of the arithmetic. */
/** @type {Record<string, Record<string, (given: any, x: number, y: number) => number>>} */
export const FIELDS = { two_weights: LOSSES, hand_of_two: LOSSES, settling: LOSSES };
