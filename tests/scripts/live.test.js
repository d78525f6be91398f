import assert from "node:assert/strict";
import { test } from "node:test";

import { nearest } from "../../bnviz/ui/live/hand.js";
import { Inputs } from "../../bnviz/ui/live/inputs.js";
import { layOut, zoomIn } from "../../bnviz/ui/live/layout.js";
import { movedBrush } from "../../bnviz/ui/live/painting.js";

const own = { symbol: "", color: "text", choices: null, format: "number", folded: false, group: null, of: [] };
const inputs = new Inputs([
  { ...own, name: "a", label: "one", low: -1, high: 1, step: 0.1 },
  { ...own, name: "b", label: "other", low: -1, high: 1, step: 0.1 },
  { ...own, name: "both", label: "both", low: -1, high: 1, step: 0.1, group: "shift", of: ["a", "b"] },
  { ...own, name: "rate", label: "rate", low: 0.1, high: 10, step: 0.1, choices: [0.1, 1, 10] },
]);

test("what is moved comes back on the way back", () => {
  const before = { a: 0.25, b: -0.5, rate: 1 };
  const there = inputs.set("both", 0.5, before);
  assert.deepEqual(there, { a: 0.875, b: 0.125, rate: 1 });
  assert.deepEqual(inputs.set("both", inputs.value("both", there), before), there);
  assert.deepEqual(inputs.set("both", -0.125, before, 0.125), before);
});

test("values that move others are not the figure's own", () => {
  assert.deepEqual(inputs.own({ a: 1, b: 0, both: 0.5, rate: 10 }), { a: 1, b: 0, rate: 10 });
});

test("an input that is not there is named", () => {
  assert.throws(() => inputs.find("c"), /no input is called c/);
});

test("the nearest handle within reach is taken, and none beyond it", () => {
  const places = [
    { x: 0, y: 0 },
    { x: 30, y: 0 },
  ];
  assert.equal(nearest(places, { x: 14, y: 0 }), 0);
  assert.equal(nearest(places, { x: 16, y: 0 }), 1);
  assert.equal(nearest(places, { x: 30, y: 27 }), -1);
  assert.equal(nearest([], { x: 0, y: 0 }), -1);
});

test("rails stand one below the other, as wide as there is room", () => {
  const axis = { low: 0, high: 1, log: false, label: "", ticks: null };
  const rail = (/** @type {string} */ name) => ({ name, title: name, x: axis, y: null, above: 40, below: 30 });
  const { places, height } = layOut([[rail("x")], [rail("y")]], 548);
  assert.equal(height, 140);
  const [x, y] = [...places.values()];
  assert.deepEqual([x.top, y.top, x.left, x.width], [40, 110, 34, 500]);
  assert.deepEqual([y.x(0.5), y.valueOfX(284)], [284, 0.5]);
});

test("a figure that fills a screen is enlarged until its height or its width is taken", () => {
  const axis = { low: 0, high: 1, log: false, label: "", ticks: null };
  const rail = (/** @type {string} */ name) => ({ name, title: name, x: axis, y: null, above: 40, below: 30 });
  const plane = (/** @type {string} */ name, even = false) => ({ ...rail(name), y: axis, even });
  const high = (/** @type {any} */ rows, /** @type {number} */ width, /** @type {number} */ room) => {
    const zoom = zoomIn(rows, width, false, room);
    return [zoom, zoom * layOut(rows, width / zoom, false, room / zoom).height];
  };
  const rails = [[rail("x")], [rail("y")]];
  assert.equal(zoomIn(rails, 900, false, Infinity), 1, "on a page nothing is enlarged");
  const [zoom, taken] = high(rails, 900, 280);
  assert.ok(zoom > 1.9 && zoom <= 2 && taken <= 280 && taken > 270, `${zoom}, ${taken}`);
  assert.equal(high(rails, 720, 5000)[0], 2, "it keeps 360 pixels of its own across");
  assert.equal(high([[rail("x"), rail("y")]], 560, 5000)[0], 1, "side by side stays side by side");
  // Too high by a tenth: smaller, and no smaller than can be read.
  assert.ok(high(rails, 900, 127)[1] <= 127);
  assert.ok(high(rails, 900, 20)[0] > 0.85);
  const [wide] = layOut([[plane("p")]], 800, false, 400).places.values();
  assert.ok(wide.width === 730 && wide.height > 300 && wide.height <= 316, `${wide.width} × ${wide.height}`);
  const [even] = layOut([[plane("p", true)]], 800, false, 400).places.values();
  assert.ok(Math.abs(even.width - even.height) < 1e-9 && even.height <= 316);
  const beside = layOut([[plane("p"), { ...rail("r"), above: 300, below: 60 }]], 600, false, 400);
  assert.equal(beside.places.get("p")?.height, 360 - 84, "as high as the rail beside it");
});

test("a brush goes from cell to cell, over the edge into the map beside, and not out of the maps", () => {
  const maps = ["left", "right"].map((panel) => ({ kind: "cells", panel, columns: 3, rows: 2, paint: true }));
  const at = (/** @type {string} */ panel, /** @type {number} */ cell) => ({ panel, cell });
  assert.deepEqual(movedBrush(maps, at("left", 1), "ArrowRight"), at("left", 2));
  assert.deepEqual(movedBrush(maps, at("left", 2), "ArrowRight"), at("right", 0));
  assert.deepEqual(movedBrush(maps, at("right", 3), "ArrowLeft"), at("left", 5));
  assert.deepEqual(movedBrush(maps, at("left", 1), "ArrowUp"), at("left", 4));
  assert.deepEqual(movedBrush(maps, at("left", 4), "ArrowUp"), at("left", 4));
  assert.deepEqual(movedBrush(maps, at("left", 4), "ArrowDown"), at("left", 1));
  assert.deepEqual(movedBrush(maps, at("left", 0), "ArrowLeft"), at("left", 0));
  assert.deepEqual(movedBrush(maps, at("right", 5), "ArrowRight"), at("right", 5));
});
