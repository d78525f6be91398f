// drawing.js: numbers as text, scales and ticks, the theme's colors, canvases with sharp text.

/**
 * @typedef {(value: number) => number} Scale Takes a value to its place in pixels.
 * @typedef {{ color: string, color_dark: string }} Colored
 */

export const FONT_SIZE = 14;

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const ROUNDING = 1e-12; // sums of a few numbers of size 1 come out this far from 0

/**
 * Two decimals, or two significant digits where those would hide the number, and a power of ten where it is very small
 * or large: 0.25, 0.0034, 2.5·10⁻⁴. The same texts as those of `number` in bnviz/words.py.
 * @param {number} value
 */
export function formatNumber(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size <= ROUNDING) return "0";
  if (size < 0.001 || size >= 1e5) return asPower(value, 1);
  // Number drops what toPrecision appends: 0.0030.
  return withMinus(size < 0.01 ? String(Number(value.toPrecision(2))) : value.toFixed(2));
}

/**
 * Means and standard deviations: two decimals, so that numbers beside each other compare.
 * @param {number} value
 */
export function formatMoment(value) {
  if (Math.abs(value) < 0.005) return "0.00";
  return Math.abs(value) < 0.01 ? withMinus(value.toFixed(2)) : formatNumber(value);
}

/**
 * Two significant digits, written out where that is readable: spreads of neighboring layers differ by factors.
 * @param {number} value
 */
export function formatSpread(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e5)) return asPower(value, 1);
  const text = value.toPrecision(2);
  return withMinus(text.includes("e") ? String(Number(text)) : text);
}

/** @param {number} share */
export function formatPercent(share) {
  if (!Number.isFinite(share)) return "–";
  if (share > 0 && share < 0.01) return "<\u00a01\u00a0%";
  if (share < 1 && share > 0.99) return ">\u00a099\u00a0%";
  return `${Math.round(100 * share)}\u00a0%`;
}

/**
 * A round number, written out as far as it goes: 0.3, 1000, 2·10⁵.
 * @param {number} value
 */
export function formatTick(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e5)) return asPower(value, 0);
  return withMinus(String(Number(value.toPrecision(6))));
}

/**
 * A number with a power of ten: 2.5·10⁻⁴, or 10⁵ where the factor is 1.
 * @param {number} value
 * @param {number} decimals of the factor
 */
function asPower(value, decimals) {
  const [factor, exponent] = value.toExponential(decimals).split("e");
  const digits = factor.replace(/\.0$/, "");
  const raised = [...exponent.replace(/^[+-]/, "")].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  const power = `10${exponent.startsWith("-") ? "⁻" : ""}${raised}`;
  return withMinus(/^-?1$/.test(digits) ? `${digits.slice(0, -1)}${power}` : `${digits}·${power}`);
}

/** @param {string} text */
function withMinus(text) {
  return text.replaceAll("-", "−");
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} from the place of `low`
 * @param {number} to the place of `high`
 * @returns {Scale}
 */
export function linearScale(low, high, from, to) {
  const slope = (to - from) / (high - low || 1);
  return (value) => from + (value - low) * slope;
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} from
 * @param {number} to
 * @returns {Scale}
 */
export function logScale(low, high, from, to) {
  const linear = linearScale(Math.log(low), Math.log(high), from, to);
  return (value) => linear(Math.log(value));
}

/**
 * Round values, apart by 1, 2 or 5 times a power of ten, about `most` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function linearTicks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const ticks = [];
  for (let index = Math.ceil(low / step - 1e-6); index * step <= high + 1e-6 * step; index++) ticks.push(index * step);
  return ticks;
}

/**
 * As linearTicks, but two at least, even if that is more than `most`: one tick alone shows no scale.
 * @param {number} low
 * @param {number} high
 */
export function fewTicks(low, high, most = 2) {
  // A training that was stopped before its first update has nothing but step 0.
  if (!(high > low)) return [low];
  for (let allowed = Math.max(2, most); ; allowed++) {
    const ticks = linearTicks(low, high, allowed);
    if (ticks.length >= 2) return ticks;
  }
}

/**
 * Round values between two positive ones, at most `most` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
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
  /** @param {Element} root */
  constructor(root) {
    const style = getComputedStyle(root);
    /** @type {(name: string, fallback: string) => string} */
    const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
    this.background = read("--st-background-color", "#ffffff");
    this.text = read("--st-text-color", "#31333f");
    this.surface = read("--st-secondary-background-color", "#f0f2f6");
    this.font = style.fontFamily;
    const probe = contextOf(document.createElement("canvas"));
    probe.fillStyle = this.background;
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
    this.dark = 0.299 * red + 0.587 * green + 0.114 * blue < 128;
    // One hue per class, away from the hues of the runs; points differ by shape as well.
    this.classes = this.dark
      ? ["#8e7cc3", "#45b39d", "#c9b458", "#9aa5b1", "#d98cb3", "#6fa8dc"]
      : ["#7a5fb5", "#1b9e77", "#a8861a", "#6b7683", "#c2528b", "#3a78b8"];
    // Of the ten classes of images; there the shape is the digit itself.
    this.digits = this.dark
      ? ["#6ea8ff", "#ff9a4d", "#5fd07e", "#ff7b80", "#b896ff", "#d9a98f", "#ff8fd0", "#b4bec9", "#d6c93f", "#45cfe0"]
      : ["#1f5fbf", "#c25e00", "#18803a", "#c4242e", "#7b4bc4", "#7a4a38", "#c0318c", "#56606c", "#7d7200", "#00788c"];
  }

  /** @param {Colored} run */
  runColor(run) {
    return this.dark ? run.color_dark : run.color;
  }
}

const ON_PAPER = 3; // a printer's pixels to one of the page, at least

/**
 * How many pixels a canvas needs for one of its own: those of the screen, more where presenter mode enlarges it, and
 * more on paper.
 * @param {HTMLCanvasElement} canvas
 */
export function sharpnessOf(canvas) {
  const ratio = (window.devicePixelRatio || 1) * /** @type {any} */ (canvas.currentCSSZoom || 1);
  return /** @type {any} */ (window).bnvizOnPaper ? Math.max(ON_PAPER, ratio) : ratio;
}

/** @type {WeakMap<HTMLCanvasElement, Sheet>} */
const sheets = new WeakMap();

/** What draws on a canvas. @param {HTMLCanvasElement} canvas */
export const sheetOf = (canvas) => sheets.get(canvas);

/** A canvas that is as sharp as the screen; coordinates are CSS pixels. */
export class Sheet {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = contextOf(canvas);
    this.width = 0;
    this.height = 0;
    this.ratio = 1;
    /** @type {() => void} what was drawn last */
    this.last = () => {};
    sheets.set(canvas, this);
  }

  /** @param {() => void} draw what is to be seen, and to be drawn again where it is saved */
  draw(draw) {
    this.last = draw;
    draw();
  }

  /** Draw the same on something else. @param {CanvasRenderingContext2D} context */
  drawOn(context) {
    const own = this.context;
    this.context = context;
    try {
      this.last();
    } finally {
      this.context = own;
    }
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    const ratio = sharpnessOf(this.canvas);
    this.ratio = ratio;
    this.width = width;
    this.height = height;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** @param {Theme} theme */
  clear(theme) {
    this.context.clearRect(0, 0, this.width, this.height);
    this.context.globalAlpha = 1;
    this.context.setLineDash([]);
    this.context.lineJoin = "round";
    this.setFont(theme);
  }

  /** @param {Theme} theme */
  setFont(theme, weight = 400, size = FONT_SIZE) {
    this.context.font = `${weight} ${size}px ${theme.font}`;
  }

  /**
   * @param {string} content
   * @param {number} x
   * @param {number} y
   * @param {{ align?: CanvasTextAlign, baseline?: CanvasTextBaseline, color: string, alpha?: number,
   *   halo?: string | null }} look
   */
  text(content, x, y, { align = "left", baseline = "alphabetic", color, alpha = 1, halo = null }) {
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

  /**
   * @param {number} x0
   * @param {number} y0
   * @param {number} x1
   * @param {number} y1
   * @param {{ color: string, alpha?: number, width?: number, dash?: number[] }} look
   */
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

/**
 * The context of a canvas, which every browser that runs Streamlit has.
 * @param {HTMLCanvasElement} canvas
 */
export function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
