// playback.js: the position in the recording, moved by the wall clock, and the keys that move it.

/** @typedef {"toggle" | "start" | "end" | "back" | "forward"} Action */

const RECORDS_PER_SECOND = 12;

export class Playback {
  /**
   * `onFrame()` is called within an animation frame, to draw at once; `onMove()` after any other change;
   * `onRest()` when the reader may want words.
   * @param {number} lastRecord
   * @param {{ onFrame: () => void, onMove: () => void, onRest: () => void }} listeners
   */
  constructor(lastRecord, { onFrame, onMove, onRest }) {
    this.lastRecord = lastRecord;
    this.onFrame = onFrame;
    this.onMove = onMove;
    this.onRest = onRest;
    this.position = 0;
    this.speed = 1;
    this.playing = false;
    this.awake = true;
    this.growing = false;
    this.request = 0;
  }

  /**
   * There are more records now. While there will be yet more, playing waits at the last one for the next.
   * @param {number} lastRecord
   * @param {boolean} growing
   */
  extend(lastRecord, growing) {
    this.lastRecord = lastRecord;
    this.growing = growing;
    this.position = Math.min(this.position, lastRecord);
    if (this.playing) this.resume();
  }

  get frame() {
    return Math.min(this.lastRecord, Math.floor(this.position + 1e-6));
  }

  play() {
    if (this.frame >= this.lastRecord) this.position = 0;
    this.playing = true;
    this.resume();
    this.onMove();
  }

  pause() {
    this.stop();
    this.onRest();
  }

  /** Stop on a recorded step, not between two. */
  stop() {
    this.playing = false;
    this.suspend();
    this.position = Math.round(this.position);
    this.onMove();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** @param {number} record */
  seek(record) {
    this.playing = false;
    this.suspend();
    this.position = Math.min(this.lastRecord, Math.max(0, record));
    this.onMove();
  }

  /**
   * Off screen or in a hidden tab nothing runs; the position stays.
   * @param {boolean} awake
   */
  setAwake(awake) {
    this.awake = awake;
    if (awake && this.playing) this.resume();
    else this.suspend();
  }

  resume() {
    if (this.request || !this.awake) return;
    let before = performance.now();
    /** @param {number} now */
    const tick = (now) => {
      this.position = Math.min(
        this.lastRecord,
        this.position + (Math.max(0, now - before) / 1000) * RECORDS_PER_SECOND * this.speed,
      );
      before = now;
      if (this.position >= this.lastRecord) {
        this.request = 0;
        this.onFrame();
        if (!this.growing) this.pause();
        return;
      }
      this.request = requestAnimationFrame(tick);
      this.onFrame();
    };
    this.request = requestAnimationFrame(tick);
  }

  suspend() {
    cancelAnimationFrame(this.request);
    this.request = 0;
  }

  /** @param {Action} action */
  act(action) {
    if (action === "toggle") {
      this.toggle();
      return;
    }
    const target = { start: 0, end: this.lastRecord, back: this.frame - 1, forward: this.frame + 1 }[action];
    this.seek(target);
    this.onRest();
  }
}

/** @type {Record<string, Action>} */
const KEY_ACTIONS = { " ": "toggle", ArrowLeft: "back", ArrowRight: "forward", Home: "start", End: "end" };

/**
 * The action that a key press stands for, unless the focused control has its own use for that key.
 * @param {KeyboardEvent} event
 * @param {Element} root
 */
export function keyAction(event, root) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return null;
  const action = KEY_ACTIONS[event.key];
  if (!action) return null;
  const target = /** @type {Element} */ (event.composedPath()[0]);
  // What holds the player has no use for these keys: the page, and what scrolls it, which any click on it focuses.
  if (target.contains(/** @type {ShadowRoot} */ (root.getRootNode()).host)) return action;
  if (!root.contains(target)) return null;
  if (target.matches("select, input[type=radio]")) return null;
  if (target.matches("button") && event.key === " ") return null;
  if (target.matches("input[type=range]") && event.key !== " ") return null;
  return action;
}
