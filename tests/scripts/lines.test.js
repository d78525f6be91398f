// Lines over the steps: where they begin and break, and which record a place belongs to.

import assert from "node:assert/strict";
import { test } from "node:test";

import { linearScale } from "../../bnviz/ui/player/drawing.js";
import { recordAt, stepAt, tracePoints } from "../../bnviz/ui/player/lines.js";
import { assertClose } from "./closeness.js";

/** @typedef {import("../../bnviz/ui/player/recording.js").Recording} Recording */

const STEPS = [0, 1, 2, 5, 10, 100];
const recording = /** @type {Recording} */ ({
  steps: Int32Array.from(STEPS),
  records: STEPS.length,
  lastRecord: STEPS.length - 1,
  lastStep: 100,
});
const scales = { x: linearScale(0, 100, 50, 250), y: linearScale(0, 1, 0, 1) };
const panel = { left: 50, top: 0, width: 200, height: 100, lastStep: 100, ...scales };

test("the step between two records is between theirs", () => {
  STEPS.forEach((step, record) => assert.equal(stepAt(recording, record), step));
  assert.equal(stepAt(recording, 2.5), 3.5);
  assertClose(stepAt(recording, 4.1), 19, 1e-9);
});

test("a place belongs to the record whose step is nearest", () => {
  STEPS.forEach((step, record) => assert.equal(recordAt(recording, panel, panel.x(step)), record));
  assert.equal(recordAt(recording, panel, panel.x(7.4)), 3);
  assert.equal(recordAt(recording, panel, panel.x(7.6)), 4);
  assert.equal(recordAt(recording, panel, 0), 0);
  assert.equal(recordAt(recording, panel, 1000), STEPS.length - 1);
});

test("a line goes on over what is missing, and begins with what is there", () => {
  /** @type {(string | number)[][]} */
  const calls = [];
  const context = /** @type {CanvasRenderingContext2D} */ ({
    beginPath: () => void calls.push(["begin"]),
    moveTo: (x, y) => void calls.push(["move", x, y]),
    lineTo: (x, y) => void calls.push(["line", x, y]),
    stroke: () => void calls.push(["stroke"]),
  });
  const values = [NaN, 1, 2, Infinity, 4, NaN];
  tracePoints(
    context,
    values.length,
    (index) => 10 * index,
    (index) => values[index],
  );
  assert.deepEqual(calls, [["begin"], ["move", 10, 1], ["line", 20, 2], ["line", 40, 4], ["stroke"]]);
});
