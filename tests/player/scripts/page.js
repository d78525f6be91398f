// page.js: what the scripts expect of a browser. Imported before any of them.

import "../../scripts/frames.js";
import { FakeCanvas } from "./canvas.js";

globalThis.window = { devicePixelRatio: 1, location: { href: "http://host/app/" } };
globalThis.document = { body: {}, documentElement: {}, createElement: () => new FakeCanvas() };
globalThis.getComputedStyle = (root) => ({ fontFamily: "sans", getPropertyValue: (name) => root[name] ?? "" });
