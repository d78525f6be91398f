// Scales and ticks of all axes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fewTicks, linearScale, linearTicks, logScale, logTicks } from "../../bnviz/ui/player/drawing.js";
import { assertClose } from "./closeness.js";

/** @type {[number, number][]} */
const RANGES = [
  [0, 1],
  [-8, 8],
  [-5, 5],
  [0, 60],
  [0, 49],
  [3.2, 3.9],
  [-1e-4, 2e-4],
  [0, 123456],
  [-70, -30],
  [0.4, 0.40001],
];

/** @param {number} size */
const mantissa = (size) => size / 10 ** Math.floor(Math.log10(size) + 1e-6);

for (const [low, high] of RANGES) {
  test(`ticks from ${low} to ${high} are round, inside and not too many`, () => {
    for (const most of [1, 2, 3, 5.7, 10]) {
      const ticks = linearTicks(low, high, most);
      const few = fewTicks(low, high, most);
      assert.ok(ticks.length <= most + 1);
      assert.ok(few.length >= 2 && few.length <= Math.max(most, 4) + 1);
      if (ticks.length >= 2 && most >= 2) assert.deepEqual(few, ticks);
      const slack = 1e-5 * (high - low);
      for (const found of [ticks, few]) {
        assert.ok(found.every((tick) => tick >= low - slack && tick <= high + slack));
        for (let index = 1; index < found.length; index++) {
          const step = found[index] - found[index - 1];
          assert.ok(Math.min(...[1, 2, 5].map((factor) => Math.abs(mantissa(step) - factor))) < 0.01, `${step}`);
          assertClose(found[index] / step, Math.round(found[index] / step), 1e-3 * Math.abs(found[index] / step));
        }
      }
      // None is left out at either end.
      const step = few[1] - few[0];
      assert.ok(few[0] - step < low);
      assert.ok(few[few.length - 1] + step > high);
    }
  });
}

test("an axis without a length has one tick, and does not hang", () => {
  assert.deepEqual(fewTicks(0, 0, 5), [0]);
});

for (const [low, high] of [
  [0.01, 2.3],
  [0.5, 0.9],
  [1e-6, 1e3],
  [0.2, 7],
  [1e-3, 1e12],
  [2, 2.5],
  [1, 10],
]) {
  test(`ticks of a logarithmic axis from ${low} to ${high}`, () => {
    const ticks = logTicks(low, high, 4);
    assert.ok(ticks.length <= 4);
    if (high / low > 10) assert.ok(ticks.length >= 2);
    assert.deepEqual(
      ticks,
      [...new Set(ticks)].sort((first, second) => first - second),
    );
    assert.ok(ticks.every((tick) => tick >= low * 0.99 && tick <= high * 1.01));
    for (const tick of ticks) assertClose(mantissa(tick), Math.round(mantissa(tick)), 1e-6);
  });
}

test("scales are straight, and turn around where asked", () => {
  assert.deepEqual([-2, 0, 6, 10].map(linearScale(-2, 6, 100, 300)), [100, 150, 300, 400]);
  assert.deepEqual([0, 0.5, 1].map(linearScale(0, 1, 80, 20)), [80, 50, 20]);
  assert.deepEqual([3].map(linearScale(3, 3, 80, 20)), [80]);
  const logarithmic = logScale(0.01, 100, 200, 0);
  [0.01, 0.1, 1, 100].forEach((value, index) => assertClose(logarithmic(value), [200, 150, 100, 0][index], 1e-9));
});
