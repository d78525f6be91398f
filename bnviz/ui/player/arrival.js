// arrival.js: how a recording comes to the player: at once, from its address, or part by part while it is made.

import { askInTurn, fetchFromApp, JobStream } from "../watch/stream.js";
import { joined } from "./joining.js";
import { Recording } from "./recording.js";
import { UnitValues } from "./units.js";
import { describeTraining } from "./words.js";

const PAUSES = [0, 300, 1000, 3000]; // milliseconds before each try
const ASK_AGAIN = 3000; // after which the page is asked once more for what has ended

/**
 * Return the bytes at an address that counts from the root of the app.
 * @param {string} address
 */
export async function fetchRecording(address) {
  for (const pause of PAUSES) {
    await new Promise((done) => setTimeout(done, pause));
    const answer = await fetchFromApp(address);
    if (answer) return new Uint8Array(await answer.arrayBuffer());
  }
  throw new Error(`no recording at ${address}`);
}

/**
 * A recording to show at once, or a training to follow; `of` which one tells it from others. `units` is where the values
 * of its single units lie, which are asked for when they are to be shown.
 * @typedef {{ of: string, address?: string, units?: string, stream?: string, watch?: string,
 *   suspense?: "held" | "hidden" | "open" | null, guess?: boolean[] | null }} Source
 *
 * @typedef {import("./player.js").Player} Player
 * @typedef {import("../watch/stream.js").Trigger} Trigger
 */

export class Arrival {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    /** @type {() => void} */
    this.leaveStream = () => {};
    /** @type {Trigger} */
    this.trigger = () => {};
    /** @type {string | null | undefined} */
    this.source = null;
    /** @type {string | undefined} */
    this.watch = undefined;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.asking = undefined;
    /** @type {string | null} the values of single units that are on their way */
    this.fetching = null;
    const { signal } = player.listeners;
    player.part(".stop").addEventListener("click", () => this.trigger("stop", this.watch), { signal });
    const skip = () => {
      if (player.suspense === "hidden") return; // whoever presses a button that is not shown, such as a key
      player.keep("open");
      this.trigger("skip", Date.now());
    };
    player.part(".skip").addEventListener("click", skip, { signal });
  }

  /**
   * Show what a call of the component brought: {address} or {stream, watch}, both `of` a training.
   * @param {Source} source
   * @param {Trigger} trigger
   */
  show({ address, units, stream, watch, of, suspense = null, guess = null }, trigger) {
    this.trigger = trigger;
    this.player.onEnd = () => {
      if (suspense) this.trigger("ended", of);
    };
    this.player.keep(suspense, guess);
    const source = address ?? watch;
    if (this.source === source) {
      this.player.refresh(); // the theme may be another one
      return;
    }
    this.leave();
    this.source = source;
    if (stream && watch) this.follow(stream, watch, of);
    else if (address) this.fetch(address, of, units);
  }

  /**
   * @param {string} address
   * @param {string} of
   * @param {string} [units]
   */
  async fetch(address, of, units) {
    try {
      const bytes = await fetchRecording(address);
      const onWant = units ? () => this.fetchUnits(units) : null;
      if (this.source === address) this.player.load(new Recording(bytes), of, false, onWant);
    } catch {
      if (this.source !== address) return;
      this.source = null;
      this.player.say("The recording did not arrive. Reload the page.");
    }
  }

  /**
   * Fetch the values of single units, once at a time, and only for the recording that is on show when they arrive.
   * @param {string} address
   */
  async fetchUnits(address) {
    const { source } = this;
    if (this.fetching === address) return;
    this.fetching = address;
    let units = null;
    try {
      units = new UnitValues(await fetchRecording(address));
    } catch {
      // The player says so.
    }
    if (this.fetching === address) this.fetching = null;
    if (this.source === source) this.player.take(units);
  }

  /**
   * @param {string} stream
   * @param {string} watch
   * @param {string} of
   */
  follow(stream, watch, of) {
    this.watch = watch;
    /** @type {Recording | null} */
    let recording = null;
    const since = Date.now();
    const ask = () => askInTurn(() => this.trigger("look", Date.now()), since);
    this.player.wait("Waiting for the server.");
    this.leaveStream = JobStream.at(stream).join(watch, {
      look: ask,
      hear: (news, payload) => {
        if (news.kind === "part") {
          recording = joined(recording, new Recording(payload));
          this.player.load(recording, of, true);
        } else if (news.kind === "ended") {
          ask();
          this.asking = setInterval(ask, ASK_AGAIN);
        } else if (news.kind !== "more") {
          this.player.wait(describeTraining(news, recording));
        }
      },
    });
  }

  /** Show nothing more of what was called for until now. */
  leave() {
    this.source = null;
    clearInterval(this.asking);
    this.leaveStream();
    this.leaveStream = () => {};
    this.player.wait("");
  }
}
