import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName, shiftsOf } from "../../bnviz/ui/picture.js";

test("a file is named after the page", () => {
  assert.equal(fileName("What does it compute? · bnviz"), "what-does-it-compute");
  assert.equal(fileName("Could γ and β learn it? · bnviz"), "could-γ-and-β-learn-it");
  assert.equal(fileName(" · bnviz"), "figure");
  assert.equal(fileName("Moons, 3 × 64"), "moons-3-64");
});

test("what is left out leaves no hole, and what stands side by side stays so", () => {
  const head = { top: 100, height: 30 };
  const first = { top: 140, height: 60 };
  const beside = { top: 150, height: 20 };
  const below = { top: 400, height: 50 };
  const up = shiftsOf([below, first, head, beside]);
  const places = [head, first, beside, below].map(({ top }) => top - up(top));
  assert.deepEqual(places, [0, 40, 50, 120]);
});

test("an empty figure has no places", () => {
  assert.equal(shiftsOf([])(5), 0);
});
