// playing.js: the position in a recording, the keys that move it, and recordings that follow one another.

import { keyAction, Playback } from "../../../bnviz/ui/player/playback.js";
import { Player } from "../../../bnviz/ui/player/player.js";
import { clock } from "./page.js";
import { open } from "./recordings.js";

/** Press buttons and keys, and let animation frames pass; tells the state after each of `acts`. */
export function play(lastRecord, acts) {
  const heard = [];
  clock.start();
  const playback = new Playback(lastRecord, {
    onFrame: () => heard.push("frame"),
    onMove: () => heard.push("move"),
    onRest: () => heard.push("rest"),
  });
  return acts.map(([what, value]) => {
    heard.length = 0;
    if (what === "pass") clock.pass(value);
    else if (what === "speed") playback.speed = value;
    else if (what === "extend") playback.extend(...value);
    else if (value === undefined) playback[what]();
    else playback[what](value);
    const { position, frame, playing } = playback;
    return { position, frame, playing, waiting: clock.waiting.size, heard: [...heard] };
  });
}

/** The action of a key pressed while an element is focused; `inside` tells whether that is part of the player. */
export function key(event, tag, inside) {
  const host = {};
  const holdsThePlayer = ["body", "main"].includes(tag);
  const target = {
    matches: (selector) => selector.split(", ").includes(tag),
    contains: (element) => holdsThePlayer && element === host,
  };
  const root = { contains: () => inside && !holdsThePlayer, getRootNode: () => ({ host }) };
  return keyAction({ ...event, composedPath: () => [target] }, root);
}

/**
 * Recordings that a player shows one after the other: ["load", path, of, growing], ["choose", change of its state],
 * and acts as in `play`. Tells after each act what it shows. Drawing is left out.
 */
export function loading(acts, still = false) {
  clock.start();
  window.matchMedia = () => ({ matches: still });
  const told = { built: 0, refreshed: 0 };
  const nothing = () => null;
  const player = Object.assign(Object.create(Player.prototype), {
    state: { stage: 2, layer: 0, run: 0, columns: [] },
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
    else if (what === "choose") player.choose(...given);
    else if (what === "pass") clock.pass(given[0]);
    else player.playback[what](...given);
    const { playback, state } = player;
    const { position, frame, playing, lastRecord, growing, speed } = playback;
    return {
      position,
      frame,
      playing,
      lastRecord,
      growing,
      speed,
      ...told,
      state: { ...state },
      waiting: clock.waiting.size,
    };
  });
}
