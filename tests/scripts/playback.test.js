// The position in a recording: moved by a clock that the test turns, by buttons and by keys.

import assert from "node:assert/strict";
import { test } from "node:test";

import { keyAction, Playback } from "../../bnviz/ui/player/playback.js";
import { assertClose } from "./closeness.js";
import { clock } from "./frames.js";

/** @typedef {import("../../bnviz/ui/player/playback.js").Action} Action */

const LAST = 120;

/** A playback that notes what it tells, and the clock that moves it. */
class Played {
  constructor(last = LAST) {
    clock.start();
    /** @type {string[]} */
    this.told = [];
    const note = (/** @type {string} */ what) => () => this.told.push(what);
    this.playback = new Playback(last, { onFrame: note("frame"), onMove: note("move"), onRest: note("rest") });
  }

  /** @param {number[]} milliseconds of one frame after the other */
  pass(...milliseconds) {
    for (const each of milliseconds) clock.pass(each);
    return this;
  }

  /** @param {Action[]} actions */
  act(...actions) {
    for (const action of actions) this.playback.act(action);
    return this;
  }

  /** What was told since this was asked for the last time. */
  heard() {
    return this.told.splice(0);
  }

  /**
   * @param {number} position
   * @param {boolean} goesOn
   */
  assertAt(position, goesOn) {
    assertClose(this.playback.position, position, 1e-9);
    assert.equal(this.playback.playing, goesOn);
    const awaits = goesOn && this.playback.awake && position < this.playback.lastRecord;
    assert.equal(clock.waiting.size, awaits ? 1 : 0, "frames that are asked for");
  }
}

/** @param {number} [last] */
function playing(last) {
  const played = new Played(last);
  played.playback.play();
  return played;
}

test("twelve records pass in a second", () => {
  const played = playing().pass(...new Array(10).fill(100));
  played.assertAt(12, true);
  assert.equal(played.playback.frame, 12);
});

test("speed counts by the clock and not by the pictures", () => {
  for (const speed of [0.25, 0.5, 1, 2, 4]) {
    for (const pause of [10, 40, 500]) {
      const played = playing();
      played.playback.speed = speed;
      for (let number = 1; number <= 8; number++) {
        played.heard();
        played.pass(pause);
        const { position, frame } = played.playback;
        assertClose(position, Math.min(LAST, ((number * pause) / 1000) * 12 * speed), 1e-9);
        assert.equal(frame, Math.min(LAST, Math.floor(position + 1e-6)));
        if (position < LAST) assert.deepEqual(played.heard(), ["frame"]);
      }
    }
  }
});

test("the speed may change on the way", () => {
  const played = playing().pass(500);
  played.playback.speed = 4;
  played.pass(500);
  played.playback.speed = 0.5;
  played.pass(1000).assertAt(6 + 24 + 6, true);
});

test("a clock that goes back does not move it back", () => {
  playing().pass(100, -50).assertAt(1.2, true);
});

test("it ends on the last record and says so once", () => {
  const played = playing().pass(9900);
  played.assertAt(118.8, true);
  played.heard();
  played.pass(200).assertAt(LAST, false);
  assert.equal(played.playback.frame, LAST);
  assert.deepEqual(played.heard(), ["frame", "move", "rest"]);
  played.pass(200).assertAt(LAST, false);
  assert.deepEqual(played.heard(), []);
});

test("playing at the end starts over, and elsewhere goes on", () => {
  const again = new Played().act("end", "toggle");
  again.assertAt(0, true);
  again.pass(100).assertAt(1.2, true);
  const on = new Played();
  on.playback.seek(LAST - 1);
  on.act("toggle").assertAt(LAST - 1, true);
  on.pass(50).assertAt(LAST - 0.4, true);
});

test("pausing rests on the nearest record", () => {
  for (const [milliseconds, record] of [
    [110, 1],
    [130, 2],
    [80, 1],
    [30, 0],
  ]) {
    const played = playing().pass(milliseconds);
    played.heard();
    played.act("toggle").assertAt(record, false);
    assert.equal(played.playback.frame, record);
    assert.deepEqual(played.heard(), ["move", "rest"]);
    played.pass(1000).assertAt(record, false);
  }
});

test("buttons move one record or to an end", () => {
  const played = new Played(5);
  /** @type {[Action, number][]} */
  const acts = [
    ["forward", 1],
    ["forward", 2],
    ["forward", 3],
    ["back", 2],
    ["end", 5],
    ["forward", 5],
    ["back", 4],
    ["start", 0],
    ["back", 0],
    ["forward", 1],
  ];
  for (const [action, record] of acts) {
    played.act(action).assertAt(record, false);
    assert.deepEqual(played.heard(), ["move", "rest"]);
  }
});

test("a step while playing counts from the record on show, and stops", () => {
  /** @type {[Action, number][]} */
  const steps = [
    ["forward", 3],
    ["back", 1],
    ["start", 0],
    ["end", LAST],
  ];
  for (const [action, record] of steps) {
    const played = playing().pass(210);
    assert.equal(played.playback.frame, 2);
    played.act(action).assertAt(record, false);
    played.pass(500).assertAt(record, false);
  }
});

test("scrubbing stops and stays inside", () => {
  for (const [target, record] of [
    [7, 7],
    [-3, 0],
    [LAST + 1, LAST],
    [0, 0],
    [LAST, LAST],
  ]) {
    const played = playing();
    played.heard();
    played.playback.seek(target);
    played.assertAt(record, false);
    assert.deepEqual(played.heard(), ["move"]);
    played.pass(500).assertAt(record, false);
  }
});

test("out of sight the clock stands still, and then goes on", () => {
  const played = playing().pass(100);
  played.playback.setAwake(false);
  played.assertAt(1.2, true);
  played.pass(60_000).assertAt(1.2, true);
  played.playback.setAwake(true);
  played.pass(100).assertAt(2.4, true);
});

test("out of sight nothing starts, and nothing runs twice", () => {
  const hidden = new Played();
  hidden.playback.setAwake(false);
  hidden.playback.play();
  hidden.assertAt(0, true);
  hidden.pass(100).playback.pause();
  hidden.playback.setAwake(true);
  hidden.assertAt(0, false);
  const twice = playing();
  twice.playback.setAwake(true);
  twice.playback.play();
  twice.pass(100).assertAt(1.2, true);
});

test("a single record is both ends", () => {
  const played = playing(0).pass(50);
  played.assertAt(0, false);
  played.act("forward").assertAt(0, false);
});

test("while it grows, playing waits at the last record for the next", () => {
  const played = new Played();
  played.playback.extend(6, true);
  played.playback.play();
  played.heard();
  played.pass(1000).assertAt(6, true);
  assert.deepEqual(played.heard(), ["frame"]);
  played.pass(5000).assertAt(6, true);
  assert.deepEqual(played.heard(), []);
  played.playback.extend(30, true);
  played.assertAt(6, true);
  // The time in which it waited does not count.
  played.pass(500).assertAt(12, true);
});

test("what has grown to its end ends", () => {
  for (const [last, goesOn] of /** @type {[number, boolean][]} */ ([
    [6, false],
    [9, true],
  ])) {
    const played = new Played();
    played.playback.extend(6, true);
    played.playback.play();
    played.pass(1000).playback.extend(last, false);
    played.heard();
    played.pass(10);
    assert.equal(played.playback.playing, goesOn);
    if (!goesOn) assert.deepEqual(played.heard(), ["frame", "move", "rest"]);
  }
});

test("what rests while it grows stays where it is", () => {
  const played = new Played();
  played.playback.seek(3);
  played.playback.extend(LAST + 50, true);
  played.assertAt(3, false);
  played.pass(1000).assertAt(3, false);
  played.act("end").assertAt(LAST + 50, false);
});

test("it stays inside of what replaces it", () => {
  const played = new Played();
  played.playback.seek(100);
  played.playback.extend(40, false);
  played.assertAt(40, false);
});

test("out of sight it does not run on for having grown", () => {
  const played = playing();
  played.playback.setAwake(false);
  played.playback.extend(LAST + 50, true);
  played.assertAt(0, true);
});

test("growing while it plays does not run it twice", () => {
  const played = playing().pass(100);
  played.playback.extend(LAST + 50, true);
  played.pass(100).assertAt(2.4, true);
});

/**
 * The action of a key that is pressed while an element is focused; `inside` tells whether that is part of the player.
 * @param {Partial<KeyboardEvent>} event
 * @param {string} tag
 */
function press(event, tag = "body", inside = true) {
  const host = {};
  const holdsThePlayer = ["body", "main"].includes(tag);
  const target = {
    matches: (/** @type {string} */ selector) => selector.split(", ").includes(tag),
    contains: (/** @type {unknown} */ element) => holdsThePlayer && element === host,
  };
  const root = { contains: () => inside && !holdsThePlayer, getRootNode: () => ({ host }) };
  const pressed = { ...event, composedPath: () => [target] };
  return keyAction(
    /** @type {KeyboardEvent} */ (/** @type {unknown} */ (pressed)),
    /** @type {Element} */ (/** @type {unknown} */ (root)),
  );
}

test("keys", () => {
  const actions = { " ": "toggle", ArrowLeft: "back", ArrowRight: "forward", Home: "start", End: "end" };
  for (const [key, action] of Object.entries(actions)) {
    assert.equal(press({ key }), action);
    assert.equal(press({ key }, "main"), action);
    assert.equal(press({ key }, "canvas"), action);
    assert.equal(press({ key }, "canvas", false), null);
    for (const modifier of ["ctrlKey", "altKey", "metaKey", "shiftKey", "defaultPrevented"]) {
      assert.equal(press({ key, [modifier]: true }), null);
    }
    // A focused control keeps the keys that it has a use for.
    assert.equal(press({ key }, "select"), null);
    assert.equal(press({ key }, "input[type=radio]"), null);
    assert.equal(press({ key }, "button"), key === " " ? null : action);
    assert.equal(press({ key }, "input[type=range]"), key === " " ? action : null);
  }
});

test("other keys do nothing", () => {
  for (const key of ["a", "Enter", "ArrowUp", "ArrowDown", "Escape", "PageDown"]) assert.equal(press({ key }), null);
});
