// marks.js: the vocabulary of scenes: what each kind of mark is drawn by.

/** @import { Mark, Scene } from "./types.js" */
/** @import { Fields } from "./fields.js" */
/** @import { Pen } from "./pen.js" */

import { drawBlocks, drawValues } from "./blocks.js";
import { drawBowl, drawFlag, drawGoal, drawStones, drawWords } from "./bowls.js";
import { drawDie, drawNote, drawRings } from "./boxes.js";
import { drawCells, drawCurves, drawLaid, drawScale } from "./cells.js";
import { drawCircle, drawCloud, drawCount, drawLines } from "./clouds.js";
import { drawEstimates } from "./estimates.js";
import { drawGraph } from "./graphs.js";
import {
  drawArrow,
  drawArrows,
  drawPath,
  drawPlane,
  drawPoint,
  drawRightAngle,
  drawSegment,
  drawUpright,
} from "./planes.js";
import { drawBand, drawBracket, drawDots, drawRail, drawTracks } from "./rails.js";
import { drawSaying } from "./sayings.js";
import { drawElsewhere, drawName, drawSpan, drawSwarm, drawZone, drawZoneName } from "./swarms.js";

/** @type {Record<string, (pen: Pen, mark: Mark) => void>} */
const MARKS = {
  dots: drawDots,
  tracks: drawTracks,
  band: drawBand,
  bracket: drawBracket,
  path: drawPath,
  segment: drawSegment,
  upright: drawUpright,
  arrow: drawArrow,
  arrows: drawArrows,
  right_angle: drawRightAngle,
  point: drawPoint,
  die: drawDie,
  note: drawNote,
  rings: drawRings,
  bowl: drawBowl,
  goal: drawGoal,
  flag: drawFlag,
  stones: drawStones,
  words: drawWords,
  cells: drawCells,
  laid: drawLaid,
  color_scale: drawScale,
  curves: drawCurves,
  saying: drawSaying,
  blocks: drawBlocks,
  values: drawValues,
  swarm: drawSwarm,
  elsewhere: drawElsewhere,
  zone: drawZone,
  zone_name: drawZoneName,
  span: drawSpan,
  name: drawName,
  cloud: drawCloud,
  lines: drawLines,
  count: drawCount,
  circle: drawCircle,
  graph: drawGraph,
  estimates: drawEstimates,
};

/**
 * Draw a scene: fields below the axes, and then the marks in their order.
 *
 * @param {Pen} pen
 * @param {Scene} scene
 * @param {Fields} fields
 */
export function drawScene(pen, { rows, marks }, fields) {
  for (const mark of marks) if (mark.kind === "field") fields.draw(pen, mark);
  for (const panel of rows.flat()) {
    if (panel.y) drawPlane(pen, pen.place(panel.name));
    else if (!panel.bare) drawRail(pen, pen.place(panel.name));
  }
  for (const mark of marks) if (mark.kind !== "field") MARKS[mark.kind](pen, mark);
}
