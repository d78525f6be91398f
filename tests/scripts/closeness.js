// closeness.js: numbers that agree but for rounding.

import assert from "node:assert/strict";

/**
 * @param {number} found
 * @param {number} wanted
 * @param {number} within
 */
export function assertClose(found, wanted, within) {
  assert.ok(Math.abs(found - wanted) <= within, `${found} is farther than ${within} from ${wanted}`);
}
