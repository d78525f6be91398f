// sprites.js: the pictures of the examples, drawn once for a theme and a size, side by side on one canvas.

import { traceMarker } from "./decisions.js";
import { contextOf } from "./drawing.js";

/**
 * @typedef {import("./drawing.js").Theme} Theme
 * @typedef {import("./recording.js").Recording} Recording
 * @typedef {{ canvas: HTMLCanvasElement, pixels: number, theme: Theme }} Sprites `pixels` is the side of each picture
 */

const FULL_INK = 1.2; // strokes of a small image are thin and gray: more of it is drawn at full strength

/**
 * The pictures in the colors of their classes; classes differ by what is drawn as well.
 * @param {Recording} recording
 * @param {import("./recording.js").Examples} examples
 * @param {Theme} theme
 * @param {number} side in CSS pixels
 * @param {number} ratio of the screen's pixels to these
 * @returns {Sprites}
 */
export function makeSprites(recording, { kind }, theme, side, ratio) {
  const pixels = Math.ceil(side * ratio);
  const canvas = document.createElement("canvas");
  canvas.width = pixels * recording.exampleCount;
  canvas.height = pixels;
  const context = contextOf(canvas);
  const paint = { image: paintImage, signal: paintSignal, point: paintPoint }[kind];
  for (let example = 0; example < recording.exampleCount; example++) {
    const label = recording.arrays.example_labels[example];
    const colors = kind === "point" ? theme.classes : theme.digits;
    paint(context, recording, example, colors[label % colors.length], example * pixels, pixels, theme);
  }
  return { canvas, pixels, theme };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Recording} recording
 * @param {number} example
 * @param {string} color
 * @param {number} left
 * @param {number} pixels
 */
function paintImage(context, recording, example, color, left, pixels) {
  const [, height, width] = recording.shapes.inks;
  const small = document.createElement("canvas");
  small.width = width;
  small.height = height;
  const inside = contextOf(small);
  const image = inside.createImageData(width, height);
  const channels = [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));
  for (let index = 0; index < width * height; index++) {
    const ink = recording.arrays.inks[example * width * height + index];
    image.data.set([...channels, Math.min(255, FULL_INK * ink)], 4 * index);
  }
  inside.putImageData(image, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(small, left, 0, pixels, pixels);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Recording} recording
 * @param {number} example
 * @param {string} color
 * @param {number} left
 * @param {number} pixels
 */
function paintSignal(context, recording, example, color, left, pixels) {
  const length = recording.shapes.inks[2];
  context.beginPath();
  for (let index = 0; index < length; index++) {
    const value = recording.arrays.inks[example * length + index] / 255;
    const [x, y] = [left + (0.05 + (0.9 * index) / (length - 1)) * pixels, (0.95 - 0.9 * value) * pixels];
    if (index) context.lineTo(x, y);
    else context.moveTo(x, y);
  }
  context.strokeStyle = color;
  context.lineWidth = Math.max(1, pixels / 12);
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Recording} recording
 * @param {number} example
 * @param {string} color
 * @param {number} left
 * @param {number} pixels
 * @param {Theme} theme
 */
function paintPoint(context, recording, example, color, left, pixels, theme) {
  context.beginPath();
  traceMarker(context, recording.arrays.example_labels[example], left + pixels / 2, pixels / 2, pixels / 12);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = theme.background;
  context.lineWidth = Math.max(1, pixels / 16);
  context.stroke();
}

/**
 * A disk under the example that is pointed at, so that it stands out of a crowd.
 * @param {import("./drawing.js").Sheet} sheet
 * @param {number} x
 * @param {number} y
 * @param {number} side of the picture of an example
 * @param {Theme} theme
 */
export function drawRing({ context }, x, y, side, theme) {
  context.beginPath();
  context.arc(x, y, side * 1.2, 0, 2 * Math.PI);
  context.fillStyle = theme.background;
  context.fill();
  context.strokeStyle = theme.text;
  context.lineWidth = 2;
  context.stroke();
}
