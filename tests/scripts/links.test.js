import assert from "node:assert/strict";
import { test } from "node:test";

import { linkTo } from "../../bnviz/ui/page/link_of_page.js";
import { showWish, shownBy } from "../../bnviz/ui/player/shown.js";
import { shortKey, takeFromLink } from "../../bnviz/ui/watch/link.js";

const at = (/** @type {string} */ search, pathname = "/what_it_computes") => ({
  origin: "http://host",
  pathname,
  search,
});

test("a link has what the page sets, and what the browser shows anew", () => {
  const search =
    "?unit=3&presenter=1&player.step=4&figure.rails.step=1&open=table&embed=true&embed_options=show_padding";
  assert.equal(linkTo(at(search), {}), "http://host/what_it_computes?unit=3&presenter=1");
  assert.equal(linkTo(at(search), { open: "shape" }), "http://host/what_it_computes?unit=3&presenter=1&open=shape");
});

test("a link to a page as it begins is its address", () => {
  assert.equal(linkTo(at("", "/"), {}), "http://host/");
  assert.equal(linkTo(at("?embed=true", "/class/bnviz/"), {}), "http://host/class/bnviz/");
});

test("a hosted page is found at its own address, not at that of the frame in it", () => {
  assert.equal(linkTo(at("", "/~/+/same_functions"), {}), "http://host/same_functions");
});

test("a key does without the name of its page", () => {
  assert.equal(shortKey("what_it_computes_table", "/base/what_it_computes"), "table");
  assert.equal(shortKey("the_question_scales", "/base/"), "scales");
  assert.equal(shortKey("lab_more", "/training_lab"), "lab_more");
});

/**
 * What a component finds in a link.
 * @param {string} search
 * @param {string} key
 */
function taken(search, key) {
  const holder = { classList: [`st-key-${key}`] };
  const root = { getRootNode: () => ({ host: { closest: () => holder } }) };
  Object.assign(globalThis, { location: { pathname: "/learn_to_standardize", search } });
  return takeFromLink(/** @type {any} */ (root), "player");
}

test("a part of a link is for the component that it names, and for the first where it names none", () => {
  Object.assign(globalThis, { window: {} });
  const search = "?player.told.step=12&player.free.layer=2&player.stage=normalized&mean=3&figure.step=1&player.a.b.c=1";
  assert.deepEqual(taken(search, "learn_to_standardize_told_player"), { step: "12", stage: "normalized" });
  assert.deepEqual(taken(search, "learn_to_standardize_free_player"), { layer: "2" });
  assert.equal(taken(search, "learn_to_standardize_told_player"), null);
});

/** A player of five records and three layers, as far as links know it. */
function player(change = {}) {
  const playback = {
    position: 0,
    playing: false,
    growing: false,
    get frame() {
      return Math.floor(this.position);
    },
    seek(/** @type {number} */ record) {
      this.position = record;
    },
  };
  const state = { cells: "images", stage: 2, layer: 2, unit: 0, run: 0, held: false, seen: Infinity };
  const stages = ["pre_norm", "normalized", "post_affine", "post_activation"];
  const recording = {
    steps: [0, 1, 2, 10, 20],
    lastRecord: 4,
    layerCount: 3,
    exampleCount: 64,
    stages,
    runs: [{}, {}],
  };
  const made = {
    ...{ playback, state, recording, images: {}, followed: null, suspense: null, onWant: () => {}, ended: false },
    ...{
      root: { classList: { contains: () => false } },
      wish: null,
      wished: null,
      onEnd: () => {},
      announce: () => {},
    },
    offers: () => true,
    choose: (/** @type {object} */ choices) => Object.assign(state, choices),
    follow(/** @type {number} */ example) {
      this.followed = /** @type {any} */ (example);
    },
    ...change,
  };
  return /** @type {any} */ (made);
}

test("what one player shows another one shows again", () => {
  const one = player({ followed: 6, suspense: "open" });
  one.playback.position = 3;
  Object.assign(one.state, { cells: "unit", stage: 1, layer: 0, unit: 4 });
  const shown = shownBy(one);
  const expected = { step: "10", seen: "end", layer: "1", stage: "normalized", shows: "unit", unit: "5", example: "7" };
  assert.deepEqual(shown, expected);
  const other = player({ wish: { ...shown }, suspense: "open" });
  other.state.seen = 0;
  showWish(other);
  assert.deepEqual(shownBy(other), shown);
  assert.equal(other.wish, null);
});

test("a player that begins says its step only, and one that is held nothing", () => {
  assert.deepEqual(shownBy(player()), { step: "0" });
  const held = player();
  held.state.held = true;
  assert.deepEqual(shownBy(held), {});
});

test("what cannot be shown changes nothing", () => {
  const wish = { step: "x", layer: "4", stage: "all", shows: "nothing", example: "0", run: "1.5", unit: "-2" };
  const one = player({ wish });
  showWish(one);
  assert.deepEqual(shownBy(one), { step: "0" });
  assert.equal(one.wish, null);
});

test("a step beyond the end is the end, and one between two records the earlier", () => {
  for (const [step, position] of /** @type {[string, number][]} */ ([
    ["1e9", 4],
    ["19", 3],
    ["0", 0],
  ])) {
    const one = player({ wish: { step } });
    showWish(one);
    assert.equal(one.playback.position, position);
  }
});

test("a step that a training has not reached is waited for, unless the reader moves the player", () => {
  for (const moves of [false, true]) {
    const one = player({ wish: { step: "20" } });
    one.playback.growing = true;
    Object.assign(one.recording, { steps: [0, 1, 2], lastRecord: 2 });
    showWish(one);
    assert.equal(one.playback.position, 2);
    if (moves) one.playback.position = 1;
    Object.assign(one.recording, { steps: [0, 1, 2, 10, 20, 30], lastRecord: 5 });
    showWish(one);
    assert.equal(one.playback.position, moves ? 1 : 4);
    assert.equal(one.wish, null);
  }
});

test("what was seen is waited for too, while the player rests at its step", () => {
  for (const [seen, reached] of /** @type {[string, number][]} */ ([
    ["20", 4],
    ["end", Infinity],
  ])) {
    const one = player({ wish: { step: "1", seen }, suspense: "open" });
    one.state.seen = 0;
    one.playback.growing = true;
    Object.assign(one.recording, { steps: [0, 1, 2], lastRecord: 2 });
    showWish(one);
    assert.equal(one.playback.position, 1);
    Object.assign(one.recording, { steps: [0, 1, 2, 10, 20, 30], lastRecord: 5 });
    showWish(one);
    one.playback.growing = false;
    showWish(one);
    assert.equal(one.playback.position, 1);
    assert.equal(one.state.seen, reached);
    assert.equal(one.wish, null);
  }
});
