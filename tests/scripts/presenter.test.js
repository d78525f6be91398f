// The keys of presenter mode, and how much it enlarges.

import assert from "node:assert/strict";
import { test } from "node:test";

import { enlargement, FIGURE_KEYS, KEYS, wishOf } from "../../bnviz/ui/page/presenter_keys.js";

/** A press of a key while something that matches these selectors has the focus. */
function press(/** @type {string} */ key, /** @type {string[]} */ focused = [], changed = {}) {
  const target = {
    closest: (/** @type {string} */ selectors) =>
      focused.some((each) => selectors.split(", ").includes(each)) ? target : null,
  };
  return /** @type {any} */ ({ key, composedPath: () => [target], ...changed });
}

const wish = (/** @type {any} */ event, oneFigure = true) => wishOf(event, oneFigure)?.wish ?? null;

test("each key does one thing, and none is one of Streamlit's", () => {
  const all = [...KEYS, ...FIGURE_KEYS].flatMap(({ keys }) => keys);
  assert.equal(new Set(all).size, all.length);
  assert.ok(!all.includes("r") && !all.includes("c"));
});

test("what is listed is what is done", () => {
  for (const { keys, wish: wanted } of KEYS) for (const key of keys) assert.equal(wish(press(key)), wanted, key);
  for (const { keys } of FIGURE_KEYS) for (const key of keys) assert.equal(wish(press(key)), "figureKey", key);
  assert.equal(wish(press("N")), "nextPage", "with the caps lock");
  assert.equal(wish(press("x")), null);
});

test("who types keeps all keys", () => {
  const typed = "input:not([type=range], [type=radio], [type=checkbox])";
  const event = press("n");
  event.composedPath()[0].closest = (/** @type {string} */ selectors) => (selectors.startsWith(typed) ? {} : null);
  assert.equal(wish(event), null);
});

test("a control that has the focus keeps what moves it", () => {
  for (const key of ["ArrowDown", "ArrowLeft", "PageDown", "Home"]) {
    assert.equal(wish(press(key, ["[role=slider]"])), null, key);
  }
  assert.equal(wish(press("b", ["[role=slider]"])), "blank");
  assert.equal(wish(press(" ", ["button"])), null);
  assert.equal(wish(press("PageDown", ["button"])), "on");
});

test("a dialog closes first", () => assert.equal(wish(press("Escape", ["[role=dialog]"])), null));

test("shortcuts of the browser are left alone", () => {
  for (const with_ of ["ctrlKey", "altKey", "metaKey", "isComposing", "defaultPrevented"]) {
    assert.equal(wish(press("p", [], { [with_]: true })), null, with_);
  }
});

test("the whole page scrolls by its own keys", () => {
  for (const key of ["PageDown", "ArrowDown", " ", "Home", "1"]) assert.equal(wish(press(key), false), null, key);
  for (const key of ["w", "?", "n", "Escape", "+"]) assert.notEqual(wish(press(key), false), null, key);
});

test("type has the same share of every wide screen", () => {
  assert.equal(enlargement(1280, 720), 1.33);
  assert.equal(enlargement(1920, 1080), 2);
  for (const height of [720, 1080, 2160]) {
    const share = (14 * enlargement((16 / 9) * height, height)) / height;
    assert.ok(share > 0.025, String(share));
  }
  assert.equal(enlargement(390, 844), 1, "nothing is larger than a phone has room for");
});

test("taste makes it larger and smaller within bounds", () => {
  assert.ok(enlargement(1280, 720, 1) > enlargement(1280, 720));
  assert.ok(enlargement(1280, 720, -1) < enlargement(1280, 720));
  assert.equal(enlargement(1280, 720, 100), enlargement(1280, 720, 50));
});
