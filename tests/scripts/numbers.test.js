// Numbers as text. The table is also what bnviz/words.py has to write (tests/unit/test_words.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { formatMoment, formatNumber, formatPercent, formatSpread, formatTick } from "../../bnviz/ui/player/drawing.js";

/** @type {Record<string, [number, string][]>} */
const TABLE = JSON.parse(readFileSync(new URL("numbers.json", import.meta.url), "utf8"));
const FORMATS = { number: formatNumber, percent: formatPercent, moment: formatMoment, tick: formatTick };

for (const [kind, format] of Object.entries(FORMATS)) {
  test(`a ${kind} as text`, () => {
    assert.ok(TABLE[kind].length > 0);
    for (const [value, text] of TABLE[kind]) assert.equal(format(value), text, `${value}`);
  });
}

test("what is no number is a dash", () => {
  for (const format of [formatNumber, formatMoment, formatPercent]) {
    assert.deepEqual([NaN, Infinity, -Infinity].map(format), ["–", "–", "–"]);
  }
});

test("spreads beside each other have two digits each", () => {
  assert.deepEqual([0.4, 0.44, 0.00076, 1, 34.4, 340].map(formatSpread), [
    "0.40",
    "0.44",
    "0.00076",
    "1.0",
    "34",
    "340",
  ]);
  assert.deepEqual([0, 2e-5, NaN].map(formatSpread), ["0.0", "2·10⁻⁵", "–"]);
});
