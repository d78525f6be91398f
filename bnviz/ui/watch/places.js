// places.js: what a component of Streamlit has in a place of the page, for as long as that is there.

const UNTIL_GONE = 1000; // milliseconds after leaving in which Streamlit may come back to the same place

/**
 * Things by their places, each made at the first call. Streamlit calls a component again whenever data or theme change,
 * on the same parent, without cleaning up first. What it calls on leaving may belong to an earlier call; and on a slow
 * machine it leaves just before it calls again. What was taken down at once would be made anew under the hand then.
 * @template Thing
 */
export class Places {
  /**
   * @param {(parent: HTMLElement | ShadowRoot) => Thing} make
   * @param {(thing: Thing) => void} takeDown called once nobody has come back
   */
  constructor(make, takeDown) {
    this.make = make;
    this.takeDown = takeDown;
    /** @type {WeakMap<ParentNode, { thing: Thing, call: number }>} */
    this.entries = new WeakMap();
  }

  /**
   * The thing of a place, and what makes the answer to one call of Streamlit: a function for it to call on leaving,
   * which lets the thing `rest` at once.
   * @param {HTMLElement | ShadowRoot} parent
   */
  at(parent) {
    const entry = this.entries.get(parent) ?? { thing: this.make(parent), call: 0 };
    this.entries.set(parent, entry);
    const call = ++entry.call;
    const isLast = () => call === entry.call && this.entries.get(parent) === entry;
    /** @param {() => void} [rest] */
    const onLeave =
      (rest = () => {}) =>
      () => {
        if (!isLast()) return;
        rest();
        setTimeout(() => {
          if (!isLast()) return;
          this.entries.delete(parent);
          this.takeDown(entry.thing);
        }, UNTIL_GONE);
      };
    return { thing: entry.thing, onLeave };
  }
}
