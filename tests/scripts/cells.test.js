import assert from "node:assert/strict";
import { test } from "node:test";

import { boxOf, cellAt, shadeOf } from "../../bnviz/ui/live/cells.js";
import { different } from "../../bnviz/ui/live/sums/maps.js";

const place = { left: 50, top: 20, width: 210, height: 140 };
const size = { columns: 7, rows: 4 };

test("the cell at a place is the one whose box it is in", () => {
  for (let cell = 0; cell < 28; cell++) {
    const { x, y, wide, high } = boxOf(place, size, cell);
    assert.equal(wide, 30);
    assert.equal(high, 35);
    for (const [across, down] of [
      [0.01, 0.01],
      [0.5, 0.5],
      [0.99, 0.99],
    ]) {
      assert.equal(cellAt(place, size, { x: x + across * wide, y: y + down * high }), cell);
    }
  }
  assert.deepEqual(boxOf(place, size, 0), { x: 50, y: 125, wide: 30, high: 35 });
});

test("beside a map there is no cell", () => {
  for (const at of [
    { x: 49, y: 60 },
    { x: 261, y: 60 },
    { x: 100, y: 19 },
    { x: 100, y: 161 },
  ]) {
    assert.equal(cellAt(place, size, at), -1);
  }
});

test("shades grow lighter from 0 to 1", () => {
  assert.equal(shadeOf(0), "rgb(68, 1, 84)");
  assert.equal(shadeOf(1), "rgb(253, 231, 37)");
  const light = (/** @type {number} */ share) => {
    const [red, green, blue] = (shadeOf(share).match(/\d+/g) ?? []).map(Number);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  };
  for (let share = 0; share < 1; share += 0.05) assert.ok(light(share + 0.05) > light(share), `at ${share}`);
});

test("two maps differ where one trains alone", () => {
  assert.equal(different([1, 0, 1, 0], [1, 1, 0, 0]), 2);
});
