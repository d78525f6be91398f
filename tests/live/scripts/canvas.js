// canvas.js: a canvas that draws nothing and notes every call, with the look that was set at that moment.

const LETTER_WIDTH = 8; // pixels; all letters are alike here
const LOOK = ["fillStyle", "strokeStyle", "lineWidth", "globalAlpha", "font", "textAlign"];

/** A canvas whose `calls` are [name, arguments, look], paths among them. */
export function notingCanvas() {
  const calls = [];
  const state = { globalAlpha: 1, fillStyle: "#000000", strokeStyle: "#000000", lineWidth: 1, font: "", textAlign: "" };
  const saved = [];
  const special = {
    save: () => saved.push({ ...state }),
    restore: () => Object.assign(state, saved.pop()),
    measureText: (text) => ({ width: LETTER_WIDTH * text.length }),
    createImageData: (width, height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) }),
    // The theme paints one pixel in the color of the page to learn whether that is dark.
    getImageData: () => ({ data: [1, 3, 5].map((start) => parseInt(state.fillStyle.slice(start, start + 2), 16)) }),
  };
  const context = new Proxy(state, {
    get: (_, name) =>
      name in state
        ? state[name]
        : (...given) => {
            calls.push([name, given, Object.fromEntries(LOOK.map((each) => [each, state[each]]))]);
            return special[name]?.(...given);
          },
    set: (_, name, value) => {
      state[name] = value;
      return true;
    },
  });
  return { calls, style: {}, width: 0, height: 0, getContext: () => context };
}
