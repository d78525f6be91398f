// drawing.js: numbers as text, scales and ticks, the theme's colors, canvases with sharp text.

const FONT_SIZE = 14;
export function formatNumber(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  let text;
  if (size !== 0 && (size < 0.005 || size >= 10000)) text = value.toExponential(1).replace("e+", "e");
  else if (size >= 100) text = value.toFixed(0);
  else if (size >= 10) text = value.toFixed(1);
  else text = value.toFixed(2);
  return text.replaceAll("-", "−");
}

/** Means and standard deviations: two decimals, so that numbers beside each other compare. */
export function formatMoment(value) {
  if (Math.abs(value) < 0.005) return "0.00";
  return formatNumber(value);
}

export function formatPercent(share) {
  if (!Number.isFinite(share)) return "–";
  if (share > 0 && share < 0.01) return "< 1 %";
  if (share < 1 && share > 0.99) return "> 99 %";
  return `${Math.round(100 * share)} %`;
}

export function formatTick(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 100000))
    return value.toExponential(0).replace("e+", "e").replaceAll("-", "−");
  return String(Number(value.toPrecision(6))).replaceAll("-", "−");
}

export function linearScale(low, high, from, to) {
  const slope = (to - from) / (high - low || 1);
  return (value) => from + (value - low) * slope;
}

export function logScale(low, high, from, to) {
  const linear = linearScale(Math.log(low), Math.log(high), from, to);
  return (value) => linear(Math.log(value));
}

/** Round values 1, 2 or 5 times a power of ten, at most `most` of them. */
function linearTicks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const ticks = [];
  for (let index = Math.ceil(low / step - 1e-6); index * step <= high + 1e-6 * step; index++) ticks.push(index * step);
  return ticks;
}

/** As linearTicks, but two at least, even if that is more than `most`: one tick alone shows no scale. */
export function fewTicks(low, high, most = 2) {
  // A training that was stopped before its first update has nothing but step 0.
  if (!(high > low)) return [low];
  for (let allowed = Math.max(2, most); ; allowed++) {
    const ticks = linearTicks(low, high, allowed);
    if (ticks.length >= 2) return ticks;
  }
}

export function logTicks(low, high, most) {
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
      for (const factor of factors) {
        const tick = factor * 10 ** power;
        if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
      }
    }
    if (ticks.length <= most) return ticks;
    if (factors.length === 1) return ticks.filter((_, index) => index % Math.ceil(ticks.length / most) === 0);
  }
  return [];
}

/** Colors of Streamlit's theme; canvases need them as values, style sheets follow the variables. */
export class Theme {
  constructor(root) {
    const style = getComputedStyle(root);
    const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
    this.background = read("--st-background-color", "#ffffff");
    this.text = read("--st-text-color", "#31333f");
    this.surface = read("--st-secondary-background-color", "#f0f2f6");
    this.font = style.fontFamily;
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = this.background;
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
    this.dark = 0.299 * red + 0.587 * green + 0.114 * blue < 128;
    // One hue per class, away from the hues of the runs; points differ by shape as well.
    this.classes = this.dark
      ? ["#8e7cc3", "#45b39d", "#c9b458", "#9aa5b1", "#d98cb3", "#6fa8dc"]
      : ["#7a5fb5", "#1b9e77", "#a8861a", "#6b7683", "#c2528b", "#3a78b8"];
  }

  runColor(run) {
    return this.dark ? run.color_dark : run.color;
  }
}

/** A canvas that is as sharp as the screen; coordinates are CSS pixels. */
export class Sheet {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  clear(theme) {
    this.context.clearRect(0, 0, this.width, this.height);
    this.context.globalAlpha = 1;
    this.context.setLineDash([]);
    this.context.lineJoin = "round";
    this.setFont(theme);
  }

  setFont(theme, weight = 400, size = FONT_SIZE) {
    this.context.font = `${weight} ${size}px ${theme.font}`;
  }

  text(content, x, y, { align = "left", baseline = "alphabetic", color, alpha = 1, halo = null } = {}) {
    const context = this.context;
    context.save();
    context.textAlign = align;
    context.textBaseline = baseline;
    if (halo) {
      context.strokeStyle = halo;
      context.lineWidth = 4;
      context.strokeText(content, x, y);
    }
    context.globalAlpha *= alpha;
    context.fillStyle = color;
    context.fillText(content, x, y);
    context.restore();
  }

  line(x0, y0, x1, y1, { color, alpha = 1, width = 1, dash = [] }) {
    const context = this.context;
    context.save();
    context.globalAlpha *= alpha;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.restore();
  }
}
