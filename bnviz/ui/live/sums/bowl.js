// bowl.js: gradient descent on γ and β of one unit whose inputs have a mean and a spread, and on those of batch norm.
// Its twin in Python is bnviz/lessons/learn_to_standardize/bowl.py.

/** @import { Arrays, Values } from "../types.js" */

/**
 * The target is gamma·u + beta; the descent starts at γ = 1, β = 0 and ends at a loss of `tolerance`. While the mean
 * moves, it rises from where it is to `end` within `updates` updates. `guess` is a number of steps, 0 for none.
 *
 * @typedef {{ u: number[], gamma: number, beta: number, tolerance: number, end: number, updates: number,
 *   guess: number }} Task
 */
/** @typedef {{ high: number, low: number, angle: number }} Shape curvatures, and where the steep one points */
/** @typedef {{ gamma: number, beta: number }} Place */

const START = { gamma: 1, beta: 0 };
const NOWHERE = 1e9; // outside of every plane

/**
 * The loss ½·mean((γx + β − y)²) has the Hessian [[m² + s², m], [m, 1]] in γ and β.
 *
 * @param {number} mean
 * @param {number} spread
 * @returns {Shape}
 */
export function shapeOf(mean, spread) {
  const trace = mean ** 2 + spread ** 2 + 1;
  // λ² − (m² + s² + 1)·λ + s² = 0; its smaller root as s²/λ, which does not cancel
  const high = (trace + Math.sqrt(Math.max(trace ** 2 - 4 * spread ** 2, 0))) / 2;
  // tan 2θ = 2m/(m² + s² − 1), from the axis of γ
  return { high, low: spread ** 2 / high, angle: Math.atan2(2 * mean, mean ** 2 + spread ** 2 - 1) / 2 };
}

/** @type {(task: Task, mean: number, spread: number) => Place} */
const goalOf = ({ gamma, beta }, mean, spread) => ({ gamma: gamma / spread, beta: beta - (gamma * mean) / spread });

/** @type {(task: Task, place: Place, mean: number, spread: number) => number} */
export function bowlLoss({ gamma, beta }, place, mean, spread) {
  // ½·mean((γx + β − y)²) = ½·((γm + β − b)² + (γs − g)²)
  return 0.5 * ((place.gamma * mean + place.beta - beta) ** 2 + (place.gamma * spread - gamma) ** 2);
}

/** How far the start is from the goal along the steep and along the flat direction. */
/** @type {(goal: Place, angle: number) => { steep: number, flat: number }} */
function errorsOf(goal, angle) {
  const [gamma, beta] = [START.gamma - goal.gamma, START.beta - goal.beta];
  return {
    steep: Math.cos(angle) * gamma + Math.sin(angle) * beta,
    flat: -Math.sin(angle) * gamma + Math.cos(angle) * beta,
  };
}

/**
 * How many steps at the rate 1/λ_max it takes.
 *
 * @param {Task} task
 * @param {number} mean
 * @param {number} spread
 */
export function stepsTo(task, mean, spread) {
  if (bowlLoss(task, START, mean, spread) <= task.tolerance) return 0;
  const { high, low, angle } = shapeOf(mean, spread);
  const loss = 0.5 * low * errorsOf(goalOf(task, mean, spread), angle).flat ** 2;
  if (low === high || loss <= task.tolerance) return 1;
  // The first step ends the steep direction. Then L = (1 − 1/κ)^2n·L_flat.
  return Math.max(1, Math.ceil(Math.log(loss / task.tolerance) / (-2 * Math.log1p(-low / high))));
}

/** @type {(task: Task, mean: number, spread: number, steps: number) => Place} */
export function placeAfter(task, mean, spread, steps) {
  if (steps === 0) return START;
  const { high, low, angle } = shapeOf(mean, spread);
  const goal = goalOf(task, mean, spread);
  // along the flat direction the error shrinks by 1 − 1/κ in every step; along the steep one it is gone
  const flat = low === high ? 0 : errorsOf(goal, angle).flat * Math.exp(steps * Math.log1p(-low / high));
  return { gamma: goal.gamma - Math.sin(angle) * flat, beta: goal.beta + Math.cos(angle) * flat };
}

/** The mean after some updates of its way. */
/** @type {(task: Task, mean: number, time: number) => number} */
const movedTo = ({ end, updates }, mean, time) => Math.min(Math.max(end, mean), mean + (end / updates) * time);

/**
 * Where γ and β were while the mean moved on from where they were right.
 *
 * @param {Task} task
 * @param {number} mean
 * @param {number} spread
 * @param {number} time updates
 */
export function chase(task, mean, spread, time) {
  let place = goalOf(task, mean, spread);
  const way = [place];
  for (let update = 0; update < Math.floor(time); update++) {
    const now = movedTo(task, mean, update);
    // ∂L/∂γ = m·(γm + β − b) + s·(γs − g), ∂L/∂β = γm + β − b; rate 1/λ_max of this moment
    const off = place.gamma * now + place.beta - task.beta;
    const rate = 1 / shapeOf(now, spread).high;
    const dGamma = now * off + spread * (place.gamma * spread - task.gamma);
    place = { gamma: place.gamma - rate * dGamma, beta: place.beta - rate * off };
    way.push(place);
  }
  return way;
}

/**
 * @param {Values} values mean, spread; roll, from 0 to 100: how far the ball has come; time: updates of a moving mean
 * @param {Task} task
 * @returns {Arrays}
 */
export function bowl(values, task) {
  const { spread, roll, time } = values;
  const moving = time >= 1;
  const mean = moving ? movedTo(task, values.mean, time) : values.mean;
  const shape = shapeOf(mean, spread);
  const goal = goalOf(task, mean, spread);
  const steps = stepsTo(task, mean, spread);
  const now = Math.round(Math.expm1((roll / 100) * Math.log1p(steps)));
  const stones = [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6].filter((count) => !moving && count <= now);
  const after = (/** @type {number} */ count) => placeAfter(task, mean, spread, count);
  // after the first step the way is straight
  const way = moving ? chase(task, values.mean, spread, time) : [START, after(Math.min(now, 1)), after(now)];
  const own = now > 0 || moving ? goalOf(task, 0, 1) : START;
  const ball = way[way.length - 1];
  const guessed = task.guess > 0 && task.guess <= steps && !moving ? after(task.guess) : null;
  const x = task.u.map((each) => mean + spread * each);
  return {
    ...values,
    ...{ x, normalized: x.map((value) => (value - mean) / spread) },
    ...{ now_mean: mean, moved: mean - values.mean, spread_end: mean + spread },
    ...{ high: shape.high, low: shape.low, condition: shape.high / shape.low },
    // in the plane β runs across and γ up
    steep: Math.PI / 2 - shape.angle,
    ...{ goal_beta: goal.beta, goal_gamma: goal.gamma, steps, now, own_now: Math.min(now, 1) },
    ...{ way_beta: way.map(({ beta }) => beta), way_gamma: way.map(({ gamma }) => gamma) },
    ...{ ball_beta: ball.beta, ball_gamma: ball.gamma, loss: bowlLoss(task, ball, mean, spread) },
    ...{ behind: Math.abs(goal.beta - ball.beta), own_loss: bowlLoss(task, own, 0, 1) },
    ...{ leash_beta: moving ? goal.beta : ball.beta, leash_gamma: moving ? goal.gamma : ball.gamma },
    ...{ own_beta: own.beta, own_gamma: own.gamma, own_goal_beta: task.beta, own_goal_gamma: task.gamma },
    ...{ own_way_beta: moving ? [own.beta] : [0, own.beta], own_way_gamma: moving ? [own.gamma] : [1, own.gamma] },
    stones,
    stone_beta: stones.map((count) => after(count).beta),
    stone_gamma: stones.map((count) => after(count).gamma),
    ...{ guess_beta: guessed?.beta ?? NOWHERE, guess_gamma: guessed?.gamma ?? NOWHERE },
    ...{ still: Number(!moving), moving: Number(moving) },
  };
}
