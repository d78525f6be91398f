// arriving.js: what the components do with what the page calls them with and the network brings.

import fs from "node:fs";
import vm from "node:vm";

import { fetchRecording } from "../../../bnviz/ui/player/arrival.js";
import * as wording from "../../../bnviz/ui/player/words.js";
import * as stream from "../../../bnviz/ui/watch/stream.js";
import { FakeTime } from "./browser.js";

const UI = new URL("../../../bnviz/ui/", import.meta.url);

/** The function that Streamlit calls, of modules whose imports are replaced by what stands in `scope`. */
function mountOf(files, scope) {
  const texts = files.map((file) => fs.readFileSync(new URL(file, UI), "utf8"));
  const source = texts.join("\n").replaceAll(/^import [^;]*;$|^export (default )?/gm, "");
  return vm.runInThisContext(`(${Object.keys(scope)}) => { "use strict"; ${source}; return mount; }`)(
    ...Object.values(scope),
  );
}

/**
 * What `fetchRecording` asks and gets: `answers` maps an address to {type, text}; any other address is refused.
 * Pauses do not take time.
 */
export async function fetching(address, place, answers, refusals = 0) {
  window.location.href = place;
  const asked = [];
  const pauses = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (done, pause) => {
    pauses.push(pause);
    done();
  };
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    const answer = asked.length > refusals ? answers[url] : null;
    if (!answer) throw new Error("refused");
    const bytes = new TextEncoder().encode(answer.text);
    return { ok: answer.ok ?? true, headers: { get: () => answer.type }, arrayBuffer: async () => bytes.buffer };
  };
  try {
    const got = await fetchRecording(address).then(
      (bytes) => new TextDecoder().decode(bytes),
      (error) => error.message,
    );
    return { got, asked, pauses };
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

/**
 * Calls of a component ("player" or "watch") on one place of the page, and what the network brings, in any order; tells
 * what the player was given and the page asked. `acts` are ["call", data], ["arrive", address], ["fail", address] until
 * ["mend", address], ["tell", watch, news, payload], ["silence", watch], ["press"] of the Stop button, ["skip"] of the
 * one that wants no guess, ["end"] of what is played, ["want"] of single units, ["pass", milliseconds], and
 * ["leave", number of call].
 */
export async function mounting(component, acts) {
  const told = {
    loaded: [],
    refreshed: 0,
    waits: [],
    asked: [],
    joined: [],
    left: [],
    triggers: [],
    gone: [],
    kept: [],
    taken: [],
  };
  const made = [];
  const waiting = new Map();
  const refused = new Set();
  const places = new Map();
  const leave = [];
  const time = new FakeTime();
  window.bnvizAsked = undefined;

  class StubElement {
    constructor() {
      this.textContent = "";
      this.attributes = {};
      this.listeners = [];
      this.style = {
        setProperty: (name, value) => {
          this.attributes[name] = value;
        },
      };
    }
    setAttribute(name, value) {
      this.attributes[name] = value;
    }
    addEventListener(_type, listener, { signal } = {}) {
      this.listeners.push(listener);
      signal?.addEventListener("abort", () => {
        this.listeners = this.listeners.filter((each) => each !== listener);
      });
    }
  }
  const elements = new Map();
  const part = (selector) => {
    if (!elements.has(selector)) elements.set(selector, new StubElement());
    return elements.get(selector);
  };
  class StubPlayer {
    constructor() {
      made.push(this);
      this.listeners = new AbortController();
      this.part = part;
    }
    load(recording, of, growing = false, onWant = null) {
      told.loaded.push([recording.bytes, of, growing]);
      this.onWant = onWant;
    }
    take(units) {
      told.taken.push(units && units.bytes);
    }
    refresh() {
      told.refreshed++;
    }
    wait(words) {
      told.waits.push(words);
    }
    say(words) {
      part(".step").textContent = words;
    }
    keep(suspense) {
      told.kept.push(suspense);
    }
    destroy() {
      this.gone = true;
      this.listeners.abort();
    }
  }
  class StubRecording {
    constructor(bytes) {
      this.bytes = String(bytes);
      this.lastStep = 200;
    }
  }
  class StubUnits {
    constructor(bytes) {
      this.bytes = String(bytes);
    }
  }
  const stubs = {
    Player: StubPlayer,
    UnitValues: StubUnits,
    Recording: StubRecording,
    joined: (before, after) => new StubRecording(before ? `${before.bytes} ${after.bytes}` : after.bytes),
    fetchFromApp: (address) => {
      told.asked.push(address);
      if (refused.has(address)) return null;
      return new Promise((answer) => waiting.set(address, answer));
    },
    Uint8Array: class {
      constructor(address) {
        this.address = address;
      }
      toString() {
        return this.address;
      }
    },
    takeFromLink: () => null,
    answerShown: () => {},
    JobStream: {
      at: (address) => ({
        join: (watch, place) => {
          told.joined.push([address, watch]);
          places.set(watch, place);
          return () => told.left.push(watch);
        },
      }),
    },
  };
  const ofPlayer = ["watch/places.js", "player/arrival.js", "player/mount.js"];
  const files = component === "player" ? ofPlayer : ["watch/watch.js"];
  const mounted = mountOf(files, { ...stream, ...wording, ...stubs });
  const parentElement = { querySelector: () => ({ querySelector: part }) };
  const call = (data) => {
    const number = leave.length;
    leave.push(
      mounted({
        data,
        parentElement,
        setTriggerValue: (name, value) => told.triggers.push(name === "look" ? [number, name] : [number, name, value]),
      }),
    );
  };
  const acting = {
    call,
    arrive: (address) => waiting.get(address)({ arrayBuffer: async () => address }),
    fail: (address) => {
      refused.add(address);
      waiting.get(address)(null);
    },
    mend: (address) => refused.delete(address),
    tell: (watch, news, payload) => places.get(watch).hear(news, payload),
    silence: (watch) => places.get(watch).look(),
    skip: () => part(".skip").listeners.forEach((listener) => listener()),
    end: () => made.at(-1).onEnd(),
    want: () => made.at(-1).onWant?.(),
    press: () => part(component === "player" ? ".stop" : "button").listeners.forEach((listener) => listener()),
    leave: (number) => leave[number](),
  };
  try {
    for (const [what, ...given] of acts) {
      if (what === "pass") await time.pass(...given);
      else acting[what](...given);
      await time.pass(0);
    }
  } finally {
    time.restore();
  }
  const bar = { words: part(".words").textContent, ...part("[role=progressbar]").attributes };
  return {
    ...told,
    note: part(".step").textContent,
    bar,
    made: made.length,
    gone: made.map(({ gone }) => Boolean(gone)),
    timers: time.timers.size,
  };
}
