// driver.js: runs the scripts of the app without a browser. Reads one question a line, {name, given}, and answers each
// with one line, {answer} or {error}.

import "./page.js";

import readline from "node:readline";

import { recordUpTo } from "../../../bnviz/ui/player/recording.js";
import * as drawing from "../../../bnviz/ui/player/drawing.js";
import * as following from "../../../bnviz/ui/player/following.js";
import { spreadOver } from "../../../bnviz/ui/player/ridges.js";
import * as words from "../../../bnviz/ui/player/words.js";
import { describeJob } from "../../../bnviz/ui/watch/watch.js";
import { fetching, mounting } from "./arriving.js";
import { carried } from "./carrying.js";
import { colorsOf, cut, draw } from "./pictures.js";
import { loading } from "./playing.js";
import { dump, dumpUnits, open, openUnits } from "./recordings.js";
import { asking, askingWhileMoved, leaving, messages, streaming } from "./streams.js";

const ANSWERS = {
  asking,
  askingWhileMoved,
  carried,
  leaving,
  colorsOf,
  cut,
  describeJob,
  draw,
  dump,
  dumpUnits,
  fetching,
  loading,
  messages,
  mounting,
  recordUpTo,
  streaming,
  /** A number as text, by the name of its function. */
  format: (name, value) => drawing[name](value),
  /** Values as the shape of a ridge. */
  spreadOver: (values, axis, places) => [...spreadOver(Float32Array.from(values), axis, new Float32Array(places))],
  /** What is said of an example that is followed, and what keys lead to. */
  sayFollowed: (path, state, example, record, units) =>
    following.sayFollowed(open(path), state, example, record, units ? openUnits(units) : null),
  exampleByKey: (key, path, example) => {
    const found = following.exampleByKey(key, open(path), example);
    return found === undefined ? "not its own" : found;
  },
  /** What is said of single units, by the name of the function. */
  unitWords: (name, path, units, ...given) => words[name](open(path), ...given, units ? openUnits(units) : null),
  /** What is said of a recording, by the name of the function. */
  words: (name, path, ...given) => words[name](open(path), ...given),
  /** What the player says of a training while it has the recording at `path`, or none. */
  describeTraining: (news, path) => words.describeTraining(news, path ? open(path) : null),
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
