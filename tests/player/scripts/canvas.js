// canvas.js: canvases that draw nothing and note every call, with the colors and widths that were set at that moment.

const LETTER_WIDTH = 7; // pixels; all letters are alike here

const FRESH = {
  fillStyle: "#000000",
  strokeStyle: "#000000",
  globalAlpha: 1,
  lineWidth: 1,
  lineJoin: "miter",
  font: "10px sans-serif",
  textAlign: "start",
  textBaseline: "alphabetic",
};

class FakeContext {
  constructor(canvas) {
    this.canvas = canvas;
    this.reset();
  }

  reset() {
    Object.assign(this, FRESH);
    this.dash = [];
    this.scale = [1, 1];
    this.path = [];
    this.saved = [];
    this.calls = [];
  }

  look() {
    const look = { dash: this.dash, scale: this.scale };
    for (const name of Object.keys(FRESH)) look[name] = this[name];
    return look;
  }

  save() {
    this.saved.push(this.look());
  }
  restore() {
    if (this.saved.length) Object.assign(this, this.saved.pop());
  }
  setLineDash(dash) {
    this.dash = [...dash];
  }

  setTransform(a, b, c, d, e, f) {
    if (b || c || e || f) throw new Error("only sizes are expected to change");
    this.scale = [a, d];
  }

  note(kind, more) {
    this.calls.push({ kind, ...this.look(), depth: this.saved.length, ...more });
  }

  beginPath() {
    this.path = [];
  }
  moveTo(x, y) {
    this.path.push(["move", x, y]);
  }
  // As in a browser, a line without a start begins at its own end.
  lineTo(x, y) {
    this.path.push([this.path.length ? "line" : "move", x, y]);
  }
  arc(x, y, radius, from, to) {
    this.path.push(["arc", x, y, radius, from, to]);
  }
  closePath() {
    this.path.push(["close"]);
  }
  stroke() {
    this.note("stroke", { path: [...this.path] });
  }
  fill() {
    this.note("fill", { path: [...this.path] });
  }

  fillRect(x, y, width, height) {
    this.note("rect", { box: [x, y, width, height] });
  }
  clearRect(x, y, width, height) {
    this.note("clear", { box: [x, y, width, height] });
  }
  fillText(text, x, y) {
    this.note("text", { text, at: [x, y] });
  }
  strokeText(text, x, y) {
    this.note("halo", { text, at: [x, y] });
  }
  measureText(text) {
    return { width: LETTER_WIDTH * text.length };
  }

  drawImage(image, ...boxes) {
    this.note("image", { image: image.number, boxes });
  }
  createImageData(width, height) {
    return { width, height, data: new Uint8ClampedArray(4 * width * height) };
  }
  putImageData(pixels, x, y) {
    this.note("pixels", { at: [x, y], width: pixels.width, data: [...pixels.data] });
  }

  // The theme paints one pixel in the color of the page to learn whether that is dark.
  getImageData() {
    return { data: [...[1, 3, 5].map((start) => parseInt(this.fillStyle.slice(start, start + 2), 16)), 255] };
  }
}

export class FakeCanvas {
  constructor() {
    this.number = FakeCanvas.all.push(this) - 1;
    this.style = {};
    this.context = new FakeContext(this);
    this.size = [300, 150];
  }

  getContext() {
    return this.context;
  }
  get width() {
    return this.size[0];
  }
  get height() {
    return this.size[1];
  }
  // As in a browser, a new size wipes the canvas and its settings.
  set width(value) {
    this.size[0] = value;
    this.context.reset();
  }
  set height(value) {
    this.size[1] = value;
    this.context.reset();
  }
}

FakeCanvas.all = [];
