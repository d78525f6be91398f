// joining.js: the parts of a recording that is still being made, put together as they come.

import { MISSING, Recording, TOP_CODE } from "./recording.js";

const BY_RECORD = [
  ...["steps", "loss", "accuracy", "heights", "peak", "outside", "zero", "mean", "sd", "decision"],
  ...["plane", "spread"],
];

/**
 * A recording with the records of both, in order; `before` is null for the first part.
 * @param {Recording | null} before
 * @param {Recording} part
 * @returns {Recording}
 */
export function joined(before, part) {
  if (!before) return part;
  /** @type {Recording} */
  const all = Object.assign(Object.create(Recording.prototype), part, {
    arrays: { ...part.arrays },
    shapes: { ...part.shapes },
  });
  all.records = before.records + part.records;
  for (const name of BY_RECORD.filter((each) => each in part.arrays)) {
    all.arrays[name] = appended(before.arrays[name], part.arrays[name]);
    all.shapes[name] = [all.records, ...part.shapes[name].slice(1)];
  }
  all.steps = all.arrays.steps;
  all.lastRecord = all.records - 1;
  all.arrays.recorded = before.arrays.recorded.map(
    (/** @type {number} */ count, /** @type {number} */ run) => count + part.arrays.recorded[run],
  );
  if (before.examples && part.examples) {
    all.examples = { ...part.examples, ...joinedReach(before.examples, part.examples) };
  }
  all.scales = {};
  for (const name of Object.keys(part.scales)) joinTrajectories(all, before, part, name);
  return all;
}

/**
 * @template {Uint8Array | Uint16Array | Int32Array | Float32Array} Numbers
 * @param {Numbers} first
 * @param {Numbers} second
 * @returns {Numbers}
 */
function appended(first, second) {
  // Nothing else says what kind of array it is.
  const both = new /** @type {any} */ (first).constructor(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/**
 * Each part has axes of its own: the codes are made anew for the axes of both.
 * @param {Recording} all
 * @param {Recording} before
 * @param {Recording} part
 * @param {string} name
 */
function joinTrajectories(all, before, part, name) {
  const [runs, layers, units] = part.shapes[name];
  all.shapes[name] = [runs, layers, units, all.records];
  const codes = (all.arrays[name] = new Uint16Array(runs * layers * units * all.records).fill(MISSING));
  all.scales[name] = part.scales[name].map((scale, layer) => joinedScale(before.scales[name][layer], scale));
  for (const { source, start } of [
    { source: before, start: 0 },
    { source: part, start: before.records },
  ]) {
    for (let line = 0; line < runs * layers * units; line++) {
      const layer = Math.floor(line / units) % layers;
      const { lo, hi } = source.scales[name][layer];
      const to = all.scales[name][layer];
      for (let record = 0; record < source.records; record++) {
        const code = source.arrays[name][line * source.records + record];
        if (code === MISSING) continue;
        const value = lo + ((hi - lo) * code) / TOP_CODE;
        codes[line * all.records + start + record] = Math.round(((value - to.lo) / (to.hi - to.lo)) * TOP_CODE);
      }
    }
  }
}

/**
 * One axis for two. It grows with the parts; the one of the whole recording comes with its end.
 * @param {import("./recording.js").Range} first
 * @param {import("./recording.js").Range} second
 * @returns {import("./recording.js").Range}
 */
function joinedScale(first, second) {
  return {
    lo: Math.min(first.lo, second.lo),
    hi: Math.max(first.hi, second.hi),
    clipped: first.clipped || second.clipped,
  };
}

/**
 * One scale for the examples of both, which grows with the parts as well.
 * @param {import("./recording.js").Examples} first
 * @param {import("./recording.js").Examples} second
 */
function joinedReach(first, second) {
  const reach = first.reach.map((size, axis) => Math.max(size, second.reach[axis]));
  return { reach, beyond: first.beyond || second.beyond };
}
