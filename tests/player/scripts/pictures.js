// pictures.js: what the views draw, and what they answer to the pointer.

import { Curves } from "../../../bnviz/ui/player/curves.js";
import { Decisions } from "../../../bnviz/ui/player/decisions.js";
import { Theme } from "../../../bnviz/ui/player/drawing.js";
import { Histograms } from "../../../bnviz/ui/player/histograms.js";
import { Images } from "../../../bnviz/ui/player/images.js";
import { Ridges } from "../../../bnviz/ui/player/ridges.js";
import { shorten, Trajectories } from "../../../bnviz/ui/player/trajectories.js";
import { UnitStrip } from "../../../bnviz/ui/player/unit_strip.js";
import { FakeCanvas } from "./canvas.js";
import { open, openUnits } from "./recordings.js";

const THEMES = {
  light: {},
  dark: {
    "--st-background-color": "#0e1117",
    "--st-text-color": "#fafafa",
    "--st-secondary-background-color": "#262730",
  },
};

/**
 * Let one view (Histograms, Images, Curves, Trajectories, Decisions, or of the units at the path `units` UnitStrip or
 * Ridges) draw at each of `positions` in turn, and tell what it answers to the pointer at `pointers`, each
 * [x, y, record]. `changes` are of the state, before each draw.
 */
export function draw(view, path, given) {
  const { state, width, room, positions, units, ratio = 2, theme = "light", pointers = [], changes = [] } = given;
  window.devicePixelRatio = ratio;
  const recording = open(path);
  const canvas = new FakeCanvas();
  const chosen = { Histograms, Images, Curves, Trajectories, Decisions, UnitStrip, Ridges }[view];
  const shown = units ? new chosen(canvas, recording, openUnits(units), state) : new chosen(canvas, recording, state);
  shown.layout(width, room);
  const colors = new Theme(THEMES[theme]);
  const drawings = positions.map((position, number) => {
    canvas.context.calls = [];
    Object.assign(state, changes[number]);
    shown.draw(position, colors);
    const { calls } = canvas.context;
    const images = {};
    const collect = (copying) => {
      for (const { kind, image } of copying) {
        if (kind !== "image" || images[image]) continue;
        const { size, context } = FakeCanvas.all[image];
        images[image] = { size: [...size], calls: [...context.calls] };
        collect(context.calls);
      }
    };
    collect(calls);
    return {
      calls: [...calls],
      images,
      size: [...canvas.size],
      style: { ...canvas.style },
      left: canvas.context.saved.length,
    };
  });
  const answers = pointers.map(([x, y, record]) => ({
    tip: shown.tip(x, y, record),
    record: shown.recordAt?.(x, y) ?? null,
    ...(["Images", "UnitStrip", "Ridges"].includes(view) && { found: shown.find(x, y, record) }),
  }));
  return { drawings, answers, theme: { ...colors } };
}

/** A name as it is cut to a width in pixels, with the letters of the fake canvas. */
export function cut(text, width) {
  return shorten(new FakeCanvas().getContext("2d"), text, width);
}

/** The colors that a page with these variables leads to. */
export function colorsOf(variables) {
  return { ...new Theme(variables) };
}
