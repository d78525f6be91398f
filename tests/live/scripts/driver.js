// driver.js: runs the scripts of live figures without a browser. Reads one question a line, {name, given}, and answers
// each with one line, {answer} or {error}. Called with the path of the joined module.

import fs from "node:fs";
import process from "node:process";
import readline from "node:readline";
import { pathToFileURL } from "node:url";
import { notingCanvas } from "./canvas.js";

globalThis.window = { devicePixelRatio: 1 };
globalThis.document = { createElement: () => notingCanvas() };
globalThis.getComputedStyle = (root) => ({ fontFamily: "sans", getPropertyValue: (name) => root[name] ?? "" });
const live = await import(pathToFileURL(process.argv[2]));

const THEMES = { light: {}, dark: { "--st-background-color": "#0e1117", "--st-text-color": "#fafafa" } };
const plain = (arrays) =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, value]) => [name, value.length === undefined ? value : [...value]]),
  );

/** A scene on a canvas that notes what is drawn: the panels' places, the numbers, and every call. */
function drawn(scene, values, { width = 1000, theme = "light", touched = "", ratio = 1 } = {}) {
  globalThis.window.devicePixelRatio = ratio;
  const canvas = notingCanvas();
  const sheet = new live.Sheet(canvas);
  const colors = new live.Theme(THEMES[theme]);
  const pen = new live.Pen(sheet, colors, scene.colors);
  const { places, height } = live.layOut(scene.rows, width, scene.columns);
  const fields = new live.Fields(live.FIELDS[scene.sums] ?? {}, scene.given);
  Object.assign(pen, { places, touched });
  pen.arrays = { ...values, ...live.SUMS[scene.sums]?.(values, scene.given) };
  sheet.resize(width, height);
  fields.prepare(
    pen,
    scene.marks.filter(({ kind }) => kind === "field"),
  );
  canvas.calls.length = 0;
  live.drawScene(pen, scene, fields);
  const boxes = [...places].map(([name, { left, top, width: w, height: h }]) => [
    name,
    { left, top, width: w, height: h },
  ]);
  const calls = canvas.calls.map(([name, given, look]) => [
    name,
    given.map((each) => (each?.calls ? "canvas" : each)),
    look,
  ]);
  return { calls, height, places: Object.fromEntries(boxes), arrays: plain(pen.arrays) };
}

/** The bands of a scene: their range, and the color that is painted at points [panel, x, y] of its planes. */
function shades(scene, values, points) {
  const pen = new live.Pen(new live.Sheet(notingCanvas()), new live.Theme(THEMES.light), scene.colors);
  const fields = new live.Fields(live.FIELDS[scene.sums], scene.given);
  const marks = scene.marks.filter(({ kind }) => kind === "field");
  pen.places = live.layOut(scene.rows, 1000).places;
  fields.prepare(pen, marks);
  const found = points.map(([panel, x, y]) => {
    const place = pen.place(panel);
    const canvas = fields.paint(
      pen,
      marks.find((mark) => mark.panel === panel),
    );
    const { data, width } = canvas.calls.find(([name]) => name === "putImageData")[1][0];
    const fine = width / place.width;
    const [column, row] = [Math.floor(x * fine), Math.floor(y * fine)];
    const at = [place.valueOfX(place.left + (column + 0.5) / fine), place.valueOfY(place.top + (row + 0.5) / fine)];
    const start = 4 * (row * width + column);
    return { panel, at, color: [...data.slice(start, start + 3)] };
  });
  return { low: fields.lowest, high: fields.highest, points: found };
}

const ANSWERS = {
  shades,
  sums: (name, values, given) => plain(live.SUMS[name](values, given)),
  fields: (name, quantity, given, points) => points.map(([x, y]) => live.FIELDS[name][quantity](given, x, y)),
  numbers: (values, format) => values.map((value) => live.writeAs(value, format)),
  sentence: (template, arrays) => live.fillSentence(template, arrays),
  set: (inputs, name, wanted, before) => new live.Inputs(inputs).set(name, wanted, before),
  press: (inputs, name, presses, values) => {
    const found = new live.Inputs(inputs);
    for (const [key, shiftKey] of presses) values = found.press(name, { key, shiftKey }, values);
    return values;
  },
  value: (inputs, name, values) => new live.Inputs(inputs).value(name, values),
  sliders: (inputs, name, values) => {
    const found = new live.Inputs(inputs);
    const position = found.position(name, values);
    return { position, back: found.at(name, position) };
  },
  family: (path, points) => {
    const packed = fs.readFileSync(path);
    const larger = new Uint8Array(packed.length + 8).fill(255);
    larger.set(packed, 3);
    const family = new live.Family(larger.subarray(3, 3 + packed.length));
    return points.map((values) => {
      const { arrays, computedAt, exact } = family.at(values);
      return { arrays: plain(arrays), computedAt, exact };
    });
  },
  layout: (rows, width, points) => {
    const { places, height } = live.layOut(rows, width);
    const found = points.map(([panel, x, y]) => {
      const place = places.get(panel);
      const at = [place.x(x), place.y(y)];
      return { at, back: [place.valueOfX(at[0]), place.valueOfY(at[1])] };
    });
    const boxes = [...places].map(([name, { left, top, width: w, height: h }]) => [
      name,
      { left, top, width: w, height: h },
    ]);
    return { height, found, boxes: Object.fromEntries(boxes) };
  },
  nearest: (places, at) => live.nearest(places, at),
  drawn,
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { name, given } = JSON.parse(line);
  let answer;
  try {
    answer = { answer: ANSWERS[name](...given) ?? null };
  } catch (error) {
    answer = { error: `${error.stack ?? error}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
