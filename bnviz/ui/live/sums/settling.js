// settling.js: a batch-norm neuron of two weights in mini-batch descent, without weight decay and with it.
// Its twin in Python is bnviz/lessons/scale_decoupling/settling.py.

/** @import { Arrays, Values } from "../types.js" */

const CIRCLE_CORNERS = 72; // corners of what is drawn as a circle

/**
 * Inputs and targets of the examples, and the numbers of those of each update, `size` a batch, one after the other.
 * @typedef {{ u1: number[], u2: number[], t: number[], batches: number[], size: number }} Batches
 */

/**
 * ∂L/∂w on one batch, for L = ½·mean((y − t)²), y = (w·u − μ)/σ.
 *
 * @param {Batches} given
 * @param {number} update
 * @param {number} w1
 * @param {number} w2
 * @returns {[number, number]}
 */
function batchGradient({ u1, u2, t, batches, size }, update, w1, w2) {
  const chosen = batches.slice(update * size, (update + 1) * size);
  /** @type {(values: number[]) => number} */
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / size;
  const z = chosen.map((index) => w1 * u1[index] + w2 * u2[index]);
  const center = mean(z);
  const sd = Math.sqrt(mean(z.map((value) => (value - center) ** 2)));
  const y = z.map((value) => (value - center) / sd);
  // ∂L/∂y = (y − t)/n; ∂L/∂z = (dy − mean(dy) − y·mean(dy·y))/σ
  const dy = y.map((value, index) => (value - t[chosen[index]]) / size);
  const [level, tilt] = [mean(dy), mean(dy.map((value, index) => value * y[index]))];
  const dz = dy.map((value, index) => (value - level - y[index] * tilt) / sd);
  const along = (/** @type {number[]} */ u) => dz.reduce((sum, value, index) => sum + value * u[chosen[index]], 0);
  return [along(u1), along(u2)];
}

/**
 * @param {Batches} given
 * @param {[number, number]} start
 * @param {number} rate
 * @param {number} decay
 */
function descend(given, start, rate, decay) {
  const updates = given.batches.length / given.size;
  const [x, y] = [[start[0]], [start[1]]];
  const sizes = [];
  for (let update = 0; update < updates; update++) {
    const [w1, w2] = [x[update], y[update]];
    const [g1, g2] = batchGradient(given, update, w1, w2);
    sizes.push(Math.hypot(g1, g2));
    // w' = w − η(g + λw)
    x.push(w1 - rate * (g1 + decay * w1));
    y.push(w2 - rate * (g2 + decay * w2));
  }
  const lengths = x.map((w1, update) => Math.hypot(w1, y[update]));
  // Over the second half: the mean length, the mean of ‖g̃‖² with g̃ = ‖w‖·g, and the root mean square turn.
  const from = Math.floor(updates / 2);
  let [length, strength, turn] = [0, 0, 0];
  for (let update = from; update < updates; update++) {
    length += lengths[update] / (updates - from);
    strength += (lengths[update] * sizes[update]) ** 2 / (updates - from);
    const across = x[update] * y[update + 1] - y[update] * x[update + 1];
    const level = x[update] * x[update + 1] + y[update] * y[update + 1];
    turn += Math.atan2(across, level) ** 2 / (updates - from);
  }
  return { x, y, lengths, length, strength, turn: (Math.sqrt(turn) * 180) / Math.PI };
}

/**
 * @param {Values} values start_angle, start_length, settle_rate, settle_decay, settle_walk
 * @param {Batches} given
 * @returns {Arrays}
 */
export function settling(values, given) {
  const { start_angle: angle, start_length: length, settle_rate: rate, settle_decay: decay } = values;
  /** @type {[number, number]} */
  const start = [length * Math.cos((angle * Math.PI) / 180), length * Math.sin((angle * Math.PI) / 180)];
  const free = descend(given, start, rate, 0);
  const decayed = decay > 0 ? descend(given, start, rate, decay) : free;
  // ‖w‖⁴ = η/(2λ)·mean(‖g̃‖²)
  const balance = decay > 0 ? ((rate / (2 * decay)) * decayed.strength) ** 0.25 : NaN;
  const corners = Array.from({ length: CIRCLE_CORNERS + 1 }, (_, corner) => (2 * Math.PI * corner) / CIRCLE_CORNERS);
  const last = given.batches.length / given.size;
  /** @type {Arrays} */
  const found = {
    ...values,
    start_x: start[0],
    start_y: start[1],
    counts: free.x.map((_, update) => update),
    circle_x: corners.map((turn) => balance * Math.cos(turn)),
    circle_y: corners.map((turn) => balance * Math.sin(turn)),
    level_x: [0, last],
    level_y: [balance, balance],
    balance,
    turn_balance: (Math.sqrt(2 * rate * decay) * 180) / Math.PI,
    decays: decay > 0 ? 1 : 0,
  };
  for (const [name, { x, y, lengths, length: settled, turn }] of Object.entries({ free, decayed })) {
    const now = Math.min(values.settle_walk, last);
    Object.assign(found, {
      [`x_${name}`]: x,
      [`y_${name}`]: y,
      [`lengths_${name}`]: lengths,
      [`now_x_${name}`]: x[now],
      [`now_y_${name}`]: y[now],
      [`now_length_${name}`]: lengths[now],
      [`length_${name}`]: settled,
      [`turn_${name}`]: turn,
    });
  }
  return found;
}
