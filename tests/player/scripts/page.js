// page.js: what the scripts expect of a browser. Imported before any of them.

import "../../scripts/frames.js";
import { FakeCanvas } from "./canvas.js";

globalThis.window = { devicePixelRatio: 1, location: { href: "http://host/app/" } };
/** What the page says of its script: an element while one runs. */
export const script = { running: null };
globalThis.document = {
  body: {},
  documentElement: {},
  createElement: () => new FakeCanvas(),
  querySelector: () => script.running,
};
globalThis.getComputedStyle = (root) => ({ fontFamily: "sans", getPropertyValue: (name) => root[name] ?? "" });
