// recordings.js: packed recordings, and all that their lookups find.

import fs from "node:fs";

import { joined } from "../../../bnviz/ui/player/joining.js";
import { Recording } from "../../../bnviz/ui/player/recording.js";
import { UnitValues } from "../../../bnviz/ui/player/units.js";

const recordings = new Map();
const unitValues = new Map();

/** Read the values of single units. */
export function openUnits(path) {
  if (!unitValues.has(path)) unitValues.set(path, new UnitValues(fs.readFileSync(path)));
  return unitValues.get(path);
}

/** Read a packed recording as a view at an odd place of a larger buffer; of a list of paths, join the parts. */
export function open(path) {
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

/** Everything that is found of single units at `positions`. */
export function dumpUnits(path, unitsPath, positions) {
  const [recording, units] = [open(path), openUnits(unitsPath)];
  const { runCount, layerCount, exampleCount } = units;
  const at = (look) =>
    positions.map((position) =>
      table([runCount, layerCount], (run, layer) =>
        units.units[layer].numbers.map((_, unit) => look(run, position, layer, unit)),
      ),
    );
  const moments = ["gamma", "beta", "mu", "sigma", "output_mean", "output_sd"].map((name) => [
    name,
    at((...place) => units.moment(name, recording, ...place)),
  ]);
  return {
    values: at((...place) => [...units.values(recording, ...place, new Float32Array(exampleCount))]),
    ...Object.fromEntries(moments),
  };
}

/** Everything that the lookups of a recording find; blended ones at `positions`. */
export function dump(path, positions) {
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
  if (recording.examples) {
    found.examples = recording.examples;
    found.spread = table([positions.length, runCount, layerCount], (at, run, layer) =>
      recording.spread(run, positions[at], layer),
    );
    const size = 2 * recording.exampleCount;
    found.places = table([positions.length, runCount, layerCount], (at, run, layer) => [
      ...recording.places(run, positions[at], layer, new Float32Array(size)),
    ]);
    found.inks = [...recording.arrays.inks];
    found.exampleLabels = [...recording.arrays.example_labels];
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
