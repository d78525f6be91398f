// driver.js: runs the player's own scripts without a browser. Reads one question a line, {name, arguments}, and
// answers each with one line, {answer} or {error}. Called with the paths of the scripts, in order.

"use strict";

const fs = require("node:fs");
const readline = require("node:readline");
const vm = require("node:vm");
const { FakeCanvas } = require("./canvas.js");

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

for (const path of process.argv.slice(2)) {
  const source = fs.readFileSync(path, "utf8").replace("export default ", "");
  // In one line with the source, so that line numbers stay right. The joined module is strict as well.
  vm.runInThisContext(`"use strict"; ${source}`, { filename: path });
}

const recordings = new Map();

/** Read a packed recording as a view at an odd place of a larger buffer, as bytes of a message arrive. */
function open(path) {
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
  for (const name of ["id", "view", "runs", "stages", "layers", "units", "scales", "zero_bin", "interventions", "autoplay",
    "grid", "classes", "records", "runCount", "layerCount", "stageCount", "bins", "lastRecord", "lastStep"]) {
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
    found.heights = table(cells, (at, run, layer, stage) =>
      [...recording.heights(run, positions[at], layer, stage, new Array(bins))]);
    found.outside = table([...cells, 2], (at, run, layer, stage, side) =>
      recording.outside(run, positions[at], layer, stage, side));
  }
  found.trajectories = {};
  found.hasTrajectory = {};
  for (const name of Object.keys(recording.scales)) {
    found.trajectories[name] = table([runCount], (run) => layers.map((_, layer) =>
      table([recording.units[layer].drawn.length, records], (unit, record) =>
        recording.trajectory(name, run, layer, unit, record))));
    found.hasTrajectory[name] = table([runCount, layerCount], (run, layer) => recording.hasTrajectory(name, run, layer));
  }
  if (classes) {
    const [height, width] = shapes.decision.slice(3);
    found.probability = table([records, runCount, classes, height, width], (record, run, label, y, x) =>
      recording.probability(record, run, label, y, x));
    found.points = [...recording.arrays.points];
    found.pointLabels = [...recording.arrays.point_labels];
  }
  return found;
}

const THEMES = {
  light: {},
  dark: { "--st-background-color": "#0e1117", "--st-text-color": "#fafafa", "--st-secondary-background-color": "#262730" },
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
    return { calls: [...calls], images, size: [...canvas.size], style: { ...canvas.style }, left: canvas.context.saved.length };
  });
  const answers = pointers.map(([x, y, record]) => ({ tip: shown.tip(x, y, record), record: shown.recordAt?.(x, y) ?? null }));
  return { drawings, answers, theme: { ...colors } };
}

/** Press buttons and keys, and let animation frames pass; tells the state after each of `acts`. */
function play(lastRecord, acts) {
  const heard = [];
  clock.now = 1000;
  clock.waiting.clear();
  const playback = new Playback(lastRecord, {
    onFrame: () => heard.push("frame"), onMove: () => heard.push("move"), onRest: () => heard.push("rest"),
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
  globalThis.setTimeout = (done, pause) => { pauses.push(pause); done(); };
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    const answer = asked.length > refusals ? answers[url] : null;
    if (!answer) throw new Error("refused");
    const bytes = new TextEncoder().encode(answer.text);
    return { ok: answer.ok ?? true, headers: { get: () => answer.type }, arrayBuffer: async () => bytes.buffer };
  };
  try {
    const got = await fetchRecording(address).then((bytes) => new TextDecoder().decode(bytes), (error) => error.message);
    return { got, asked, pauses };
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

/**
 * Calls of the component on one place of the page, and addresses whose recordings arrive, in any order; tells what
 * the player was given. `acts` are ["call", address], ["arrive", address], ["fail", address], ["leave", number of call].
 */
async function mounting(acts) {
  const loaded = [];
  const note = { textContent: "" };
  const made = [];
  const waiting = new Map();
  const leave = [];
  const asked = [];
  const stubs = vm.runInThisContext(`(Player, fetchRecording) => {
    ${fs.readFileSync(process.argv.find((path) => path.endsWith("fetching.js")), "utf8").replace("async function fetchRecording", "async function unused")}
    ${fs.readFileSync(process.argv.find((path) => path.endsWith("mount.js")), "utf8").replace("export default ", "")}
    return mount;
  }`);
  class StubPlayer {
    constructor() { made.push(this); }
    load(bytes) { loaded.push(bytes); }
    part() { return note; }
    destroy() { this.gone = true; }
  }
  const mounted = stubs(StubPlayer, (address) => {
    asked.push(address);
    return new Promise((arrive, fail) => waiting.set(address, { arrive, fail }));
  });
  const parentElement = { querySelector: () => ({}) };
  for (const [what, value] of acts) {
    if (what === "call") leave.push(mounted({ data: value, parentElement }));
    else if (what === "arrive") waiting.get(value).arrive(value);
    else if (what === "fail") waiting.get(value).fail(new Error("no way"));
    else leave[value]();
    await new Promise((done) => setImmediate(done));
  }
  return { loaded, asked, note: note.textContent, made: made.length, gone: made.map(({ gone }) => Boolean(gone)) };
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

const ANSWERS = { dump, draw, play, key, fetching, mounting, call, cut, unwritable, scale, theme, words };

// JSON knows no NaN and no infinity, Python's reader does.
function write(answer) {
  const text = JSON.stringify(answer, (_, value) =>
    typeof value === "number" && !Number.isFinite(value) ? `\u0001${value}\u0001` : value);
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
