// driver.cjs: runs the player's own scripts without a browser. Reads one question a line, {name, arguments}, and
// answers each with one line, {answer} or {error}. Called with the paths of the scripts, in order.

"use strict";

const fs = require("node:fs");
const readline = require("node:readline");
const vm = require("node:vm");
const { FakeCanvas } = require("./canvas.cjs");
const { FakeTime, FakeNetwork, settled } = require("./browser.cjs");

// What the scripts expect of a browser.
globalThis.window = { devicePixelRatio: 1, location: { href: "http://host/app/" } };
globalThis.document = { body: {}, documentElement: {}, createElement: () => new FakeCanvas() };
globalThis.getComputedStyle = (root) => ({ fontFamily: "sans", getPropertyValue: (name) => root[name] ?? "" });
const clock = { now: 0, waiting: new Map(), last: 0 };
Object.defineProperty(globalThis, "performance", { value: { now: () => clock.now } });
globalThis.requestAnimationFrame = (callback) => {
  clock.waiting.set(++clock.last, callback);
  return clock.last;
};
globalThis.cancelAnimationFrame = (request) => clock.waiting.delete(request);

/** The text of a module without what it imports and exports: here all of them share one scope, as in the app. */
const load = (path) => fs.readFileSync(path, "utf8").replaceAll(/^import .*;$|^export (default )?/gm, "");
const read = (name) => load(process.argv.find((path) => path.endsWith(`/${name}`)));

// The bar is a component of its own: its names are not those of the player.
for (const path of process.argv.slice(2).filter((path) => !path.endsWith("/watch.js"))) {
  const source = load(path);
  // In one line with the source, so that line numbers stay right. The joined module is strict as well.
  vm.runInThisContext(`"use strict"; ${source}`, { filename: path });
}

const recordings = new Map();

/** Read a packed recording as a view at an odd place of a larger buffer; of a list of paths, join the parts. */
function open(path) {
  if (Array.isArray(path)) return path.map(open).reduce(joined, null);
  if (!recordings.has(path)) {
    const packed = fs.readFileSync(path);
    const larger = new Uint8Array(packed.length + 8).fill(255);
    larger.set(packed, 3);
    recordings.set(path, new Recording(larger.subarray(3, 3 + packed.length)));
  }
  return recordings.get(path);
}

/** Nested arrays of the given sizes with the value of `at(...indices)` at each place. */
function table(sizes, at, ...before) {
  if (!sizes.length) return at(...before);
  return Array.from({ length: sizes[0] }, (_, index) => table(sizes.slice(1), at, ...before, index));
}

/** Everything that the lookups of a recording find; blended ones at `positions`. */
function dump(path, positions) {
  const recording = open(path);
  const { records, runCount, layerCount, stageCount, bins, shapes, layers, classes } = recording;
  const cells = [positions.length, runCount, layerCount, stageCount];
  const found = { positions };
  for (const name of [
    "id",
    "view",
    "runs",
    "stages",
    "layers",
    "units",
    "scales",
    "zero_bin",
    "interventions",
    "autoplay",
    "grid",
    "classes",
    "records",
    "runCount",
    "layerCount",
    "stageCount",
    "bins",
    "lastRecord",
    "lastStep",
  ]) {
    found[name] = recording[name];
  }
  found.steps = [...recording.steps];
  found.endOf = table([runCount], (run) => recording.endOf(run));
  found.hasEnded = table([runCount, records + 1], (run, record) => recording.hasEnded(run, record));
  for (const name of ["loss", "accuracy"]) {
    found[name] = table([records, runCount, 2], (record, run, split) => recording.score(name, record, run, split));
  }
  for (const name of ["mean", "sd", "zero", "peak"].filter((each) => each in shapes)) {
    found[name] = table(cells, (at, run, layer, stage) => recording.blended(name, run, positions[at], layer, stage));
  }
  if (shapes.heights) {
    found.edges = table([stageCount, bins + 1], (stage, index) => recording.edge(stage, index));
    found.heights = table(cells, (at, run, layer, stage) => [
      ...recording.heights(run, positions[at], layer, stage, new Array(bins)),
    ]);
    found.outside = table([...cells, 2], (at, run, layer, stage, side) =>
      recording.outside(run, positions[at], layer, stage, side),
    );
  }
  found.trajectories = {};
  found.hasTrajectory = {};
  for (const name of Object.keys(recording.scales)) {
    found.trajectories[name] = table([runCount], (run) =>
      layers.map((_, layer) =>
        table([recording.units[layer].drawn.length, records], (unit, record) =>
          recording.trajectory(name, run, layer, unit, record),
        ),
      ),
    );
    found.hasTrajectory[name] = table([runCount, layerCount], (run, layer) =>
      recording.hasTrajectory(name, run, layer),
    );
  }
  if (classes) {
    const [height, width] = shapes.decision.slice(3);
    found.probability = table([records, runCount, classes, height, width], (record, run, label, y, x) =>
      recording.probability(record, run, label, y, x),
    );
    found.points = [...recording.arrays.points];
    found.pointLabels = [...recording.arrays.point_labels];
  }
  return found;
}

const THEMES = {
  light: {},
  dark: {
    "--st-background-color": "#0e1117",
    "--st-text-color": "#fafafa",
    "--st-secondary-background-color": "#262730",
  },
};

/**
 * Let one view (Histograms, Curves, Trajectories or Decisions) draw at each of `positions` in turn, and tell what it
 * answers to the pointer at `pointers`, each [x, y, record]. `changes` are of the state, from the third draw on.
 */
function draw(view, path, { state, width, positions, ratio = 2, theme = "light", pointers = [] }) {
  window.devicePixelRatio = ratio;
  const recording = open(path);
  const canvas = new FakeCanvas();
  const chosen = { Histograms, Curves, Trajectories, Decisions }[view];
  const shown = new chosen(canvas, recording, state);
  shown.layout(width);
  const colors = new Theme(THEMES[theme]);
  const drawings = positions.map((position) => {
    canvas.context.calls = [];
    shown.draw(position, colors);
    const { calls } = canvas.context;
    const images = {};
    for (const { kind, image } of calls) {
      if (kind !== "image") continue;
      const { size, context } = FakeCanvas.all[image];
      images[image] = { size: [...size], calls: [...context.calls] };
    }
    return {
      calls: [...calls],
      images,
      size: [...canvas.size],
      style: { ...canvas.style },
      left: canvas.context.saved.length,
    };
  });
  const answers = pointers.map(([x, y, record]) => ({
    tip: shown.tip(x, y, record),
    record: shown.recordAt?.(x, y) ?? null,
  }));
  return { drawings, answers, theme: { ...colors } };
}

/** Press buttons and keys, and let animation frames pass; tells the state after each of `acts`. */
function play(lastRecord, acts) {
  const heard = [];
  clock.now = 1000;
  clock.waiting.clear();
  const playback = new Playback(lastRecord, {
    onFrame: () => heard.push("frame"),
    onMove: () => heard.push("move"),
    onRest: () => heard.push("rest"),
  });
  const passing = (milliseconds) => {
    clock.now += milliseconds;
    const due = [...clock.waiting.values()];
    clock.waiting.clear();
    for (const callback of due) callback(clock.now);
  };
  return acts.map(([what, value]) => {
    heard.length = 0;
    if (what === "pass") passing(value);
    else if (what === "speed") playback.speed = value;
    else if (what === "extend") playback.extend(...value);
    else if (value === undefined) playback[what]();
    else playback[what](value);
    const { position, frame, playing } = playback;
    return { position, frame, playing, waiting: clock.waiting.size, heard: [...heard] };
  });
}

/** The action of a key pressed while an element is focused; `inside` tells whether that is part of the player. */
function key(event, tag, inside) {
  const host = {};
  const holdsThePlayer = ["body", "main"].includes(tag);
  const target = {
    matches: (selector) => selector.split(", ").includes(tag),
    contains: (element) => holdsThePlayer && element === host,
  };
  const root = { contains: () => inside && !holdsThePlayer, getRootNode: () => ({ host }) };
  return keyAction({ ...event, composedPath: () => [target] }, root);
}

/**
 * What `fetchRecording` asks and gets: `answers` maps an address to {type, text}; any other address is refused.
 * Pauses do not take time.
 */
async function fetching(address, place, answers, refusals = 0) {
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
 * ["mend", address], ["tell", watch, news, payload], ["silence", watch], ["press"] of the Stop button, ["pass", milliseconds], and
 * ["leave", number of call].
 */
async function mounting(component, acts) {
  const told = { loaded: [], refreshed: 0, waits: [], asked: [], joined: [], left: [], triggers: [], gone: [] };
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
    load(recording, of, growing = false) {
      told.loaded.push([recording.bytes, of, growing]);
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
  const stubs = {
    Player: StubPlayer,
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
  const source = component === "player" ? `${read("arrival.js")}\n${read("mount.js")}` : read("watch.js");
  const mounted = vm.runInThisContext(`(${Object.keys(stubs)}) => { "use strict"; ${source}; return mount; }`)(
    ...Object.values(stubs),
  );
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

/** Numbered messages [watch words, length, first byte of the payload] that come out of chunks of bytes. */
function messages(chunks) {
  const found = [];
  const reader = new Messages();
  chunks.forEach((chunk, number) => {
    for (const [words, payload] of reader.take(Uint8Array.from(chunk))) found.push([number, words, [...payload]]);
  });
  return found;
}

/**
 * Places that wait at one stream: ["join", watch], ["leave", number of join], ["send", bytes], ["end"], ["break"],
 * ["refuse", whether], ["pass", milliseconds]. Tells after each act what was heard and who looked for itself since.
 */
async function streaming(acts) {
  window.location.href = "http://host/";
  window.bnvizStreams = undefined;
  const { fetch } = globalThis;
  const time = new FakeTime();
  const network = new FakeNetwork();
  const leave = [];
  let heard = [];
  let looked = [];
  const acting = {
    join: (watch) =>
      leave.push(
        JobStream.at("bnviz/stream/token").join(watch, {
          hear: (words, payload) => heard.push([watch, words, [...payload]]),
          look: () => looked.push(watch),
        }),
      ),
    leave: (number) => leave[number](),
    send: (bytes) => network.send(bytes),
    end: () => network.close("ended"),
    break: () => network.close("broken"),
    refuse: (whether) => {
      network.refusing = whether;
    },
    pass: (milliseconds) => time.pass(milliseconds),
  };
  const after = [];
  try {
    for (const [what, ...given] of acts) {
      [heard, looked] = [[], []];
      await acting[what](...given);
      await time.pass(0);
      after.push({
        heard,
        looked,
        connections: network.connections.length,
        open: network.connections.filter(({ state }) => state === "open").length,
        aborted: network.connections.filter(({ aborted }) => aborted).length,
        running: JobStream.at("bnviz/stream/token").running,
        timers: time.timers.size,
      });
    }
  } finally {
    time.restore();
    globalThis.fetch = fetch;
  }
  return { after, asked: network.asked };
}

/** Times at which questions are asked, all in one breath; those of `failing` throw. */
async function asking(count, failing) {
  window.bnvizAsked = undefined;
  const time = new FakeTime();
  const asked = [];
  try {
    for (let number = 0; number < count; number++) {
      askInTurn(() => {
        asked.push([number, time.now]);
        if (failing.includes(number)) throw new Error("nobody is there");
      });
    }
    await time.pass(100_000);
  } finally {
    time.restore();
  }
  return asked;
}

/**
 * Recordings that a player shows one after the other: ["load", path, of, growing], ["choose", change of its state],
 * and acts as in `play`. Tells after each act what it shows. Drawing is left out.
 */
function loading(acts, still = false) {
  clock.now = 1000;
  clock.waiting.clear();
  window.matchMedia = () => ({ matches: still });
  const told = { built: 0, refreshed: 0 };
  const nothing = () => null;
  const player = Object.assign(Object.create(Player.prototype), {
    state: { stage: 2, layer: 0, run: 0, columns: [] },
    part: () => ({ value: "2" }),
    buildViews: () => told.built++,
    refresh: () => told.refreshed++,
    takeTheme: nothing,
    buildControls: nothing,
    updateAwake: nothing,
    layout: nothing,
    describe: nothing,
    drawNow: nothing,
    requestDraw: nothing,
    announce: nothing,
  });
  return acts.map(([what, ...given]) => {
    if (what === "load") player.load(open(given[0]), ...given.slice(1));
    else if (what === "choose") player.choose(...given);
    else if (what === "pass") {
      clock.now += given[0];
      const due = [...clock.waiting.values()];
      clock.waiting.clear();
      for (const callback of due) callback(clock.now);
    } else player.playback[what](...given);
    const { playback, state } = player;
    const { position, frame, playing, lastRecord, growing, speed } = playback;
    return {
      position,
      frame,
      playing,
      lastRecord,
      growing,
      speed,
      ...told,
      state: { ...state },
      waiting: clock.waiting.size,
    };
  });
}

/** What the bar says of a job. */
function describeBar(news, course) {
  return vm.runInThisContext(`(() => { ${read("watch.js")}; return describeJob; })()`)(news, course);
}

/** Any function of the scripts, for those that take and give numbers and texts. */
function call(name, ...given) {
  return vm.runInThisContext(name)(...given);
}

/** A name as it is cut to a width in pixels, with the letters of the fake canvas. */
function cut(text, width) {
  return shorten(new FakeCanvas().getContext("2d"), text, width);
}

/** A text for each number that is none; JSON could not have asked for them. */
function unwritable(name) {
  return [NaN, Infinity, -Infinity].map((value) => vm.runInThisContext(name)(value));
}

function scale(name, range, values) {
  return values.map(vm.runInThisContext(name)(...range));
}

/** The colors that a page with these variables leads to. */
function theme(variables) {
  return { ...new Theme(variables) };
}

function words(name, path, ...given) {
  return vm.runInThisContext(name)(open(path), ...given);
}

/** What the player says of a training while it has the recording at `path`, or none. */
function sayTraining(news, path) {
  return describeTraining(news, path ? open(path) : null);
}

const ANSWERS = {
  describeTraining: sayTraining,
  dump,
  draw,
  play,
  key,
  fetching,
  mounting,
  messages,
  streaming,
  asking,
  loading,
  describeBar,
  call,
  cut,
  unwritable,
  scale,
  theme,
  words,
};

// JSON knows no NaN and no infinity, Python's reader does.
function write(answer) {
  const text = JSON.stringify(answer, (_, value) =>
    typeof value === "number" && !Number.isFinite(value) ? `\u0001${value}\u0001` : value,
  );
  process.stdout.write(`${text.replaceAll(/"\\u0001(\w+|-Infinity)\\u0001"/g, "$1")}\n`);
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { name, given } = JSON.parse(line);
    try {
      write({ answer: (await ANSWERS[name](...given)) ?? null });
    } catch (error) {
      write({ error: error.stack });
    }
  }
}

main();
