// anywhere.js: a live figure outside of the app: in a file of its own, and in notebooks (by anywidget).

import { Family } from "./family.js";
import { LiveFigure } from "./figure.js";
import { bytesOf } from "../player/carried.js";
import { followColors, hostIn } from "../player/hosting.js";
import { inflated, partOf } from "../watch/stream.js";

/**
 * Show a figure in `el`, and return what takes it down. Its model has besides its page the scene, its values, and the
 * family, in gzip, of a figure that looks results up.
 * @param {{ model: import("../player/hosting.js").Model, el: HTMLElement }} place
 */
export async function renderFigure({ model, el }) {
  const packed = model.get("family");
  const family = packed ? new Family(await inflated(bytesOf(packed))) : null;
  const { host, shadow } = hostIn(el, model);
  const figure = new LiveFigure(partOf(shadow, ".live"), (values) => {
    model.set("values", values);
    model.save_changes();
  });
  figure.family = family;
  const show = () => figure.show(model.get("scene"), { ...figure.values, ...model.get("values") });
  // A first call takes the colors and shows the figure in them.
  const leaveColors = followColors(host, show);
  model.on("change:values", show);
  return () => {
    model.off("change:values", show);
    leaveColors();
    figure.destroy();
    host.remove();
  };
}

const figureWidget = { render: renderFigure };

export default figureWidget;
