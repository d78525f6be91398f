// playing.js: recordings that follow one another in a player.

import { Player } from "../../../bnviz/ui/player/player.js";
import { clock } from "../../scripts/frames.js";
import { open } from "./recordings.js";

/**
 * Recordings that a player shows one after the other: ["load", path, of, growing], ["choose", change of its state],
 * ["keep", suspense], ["pass", milliseconds], and methods of the playback with what they are given. Tells after each act what it shows.
 * Drawing is left out.
 */
export function loading(acts, still = false) {
  clock.start();
  window.matchMedia = () => ({ matches: still });
  const told = { built: 0, refreshed: 0 };
  const nothing = () => null;
  const player = Object.assign(Object.create(Player.prototype), {
    state: { stage: 2, layer: 0, run: 0, columns: [] },
    heads: [],
    root: { classList: { toggle: nothing } },
    part: () => ({ value: "2" }),
    buildViews: () => told.built++,
    refresh: () => told.refreshed++,
    takeTheme: nothing,
    buildControls: nothing,
    updateAwake: nothing,
    layout: nothing,
    describe: nothing,
    drawNow: nothing,
    requestDraw: nothing,
    announce: nothing,
  });
  return acts.map(([what, ...given]) => {
    if (what === "load") player.load(open(given[0]), ...given.slice(1));
    else if (what === "keep") player.keep(...given);
    else if (what === "choose") player.choose(...given);
    else if (what === "pass") clock.pass(given[0]);
    else player.playback[what](...given);
    const { playback } = player;
    if (!playback) return null;
    const { stage, layer, run, columns } = player.state;
    const { position, frame, playing, lastRecord, growing, speed } = playback;
    return {
      position,
      frame,
      playing,
      lastRecord,
      growing,
      speed,
      ...told,
      state: { stage, layer, run, columns },
      waiting: clock.waiting.size,
    };
  });
}
