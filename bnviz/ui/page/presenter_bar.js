// presenter_bar.js: the bar above a figure that fills the screen, and the list of keys.

import { element } from "../player/elements.js";
import { FIGURE_KEYS, FOCUS_KEYS, KEYS } from "./presenter_keys.js";

/** @param {{ shown: string, words: string }[]} keys */
function listOf(keys) {
  const rows = keys.map(({ shown, words }) => element("div", "", element("dt", "", shown), element("dd", "", words)));
  return element("dl", "", ...rows);
}

export class PresenterBar {
  /** @param {(wish: import("./presenter_keys.js").Wish) => void} ask */
  constructor(ask) {
    /** @type {(label: string, title: string, wish: import("./presenter_keys.js").Wish) => HTMLButtonElement} */
    const button = (label, title, wish) => {
      const node = element("button", "", label);
      Object.assign(node, { type: "button", title });
      node.setAttribute("aria-label", title);
      node.addEventListener("click", () => ask(wish));
      return node;
    };
    this.title = element("span", "bnviz-bar-title");
    this.said = element("span", "bnviz-bar-said");
    this.said.setAttribute("role", "status");
    this.place = element("span", "bnviz-bar-place");
    this.element = element(
      "div",
      "bnviz-bar",
      this.title,
      this.said,
      button("‹", "Previous figure (↑)", "figureBefore"),
      this.place,
      button("›", "Next figure (↓)", "nextFigure"),
      button("?", "Keys (?)", "help"),
      button("×", "Leave presenter mode (Esc)", "leave"),
    );
    this.element.setAttribute("role", "toolbar");
    this.element.setAttribute("aria-label", "Presenter mode");
    const heading = element("h2", "", "Keys of presenter mode");
    heading.id = "bnviz-keys-title";
    const close = element("button", "", "Close");
    close.addEventListener("click", () => this.help.close());
    this.help = element(
      "dialog",
      "bnviz-keys",
      heading,
      listOf(KEYS),
      element("h3", "", "In the figure"),
      listOf([...FIGURE_KEYS, ...FOCUS_KEYS]),
      close,
    );
    this.help.setAttribute("aria-labelledby", heading.id);
  }

  /**
   * @param {string} title
   * @param {string} place
   */
  show(title, place) {
    if (this.title.textContent !== title) this.title.textContent = title;
    if (this.place.textContent !== place) this.place.textContent = place;
    if (!this.element.isConnected) document.body.append(this.element, this.help);
  }

  /** @param {string} words */
  say(words) {
    if (this.said.textContent !== words) this.said.textContent = words;
  }

  toggleHelp() {
    if (this.help.open) this.help.close();
    else this.help.showModal();
  }

  remove() {
    this.help.close();
    this.help.remove();
    this.element.remove();
    this.say("");
  }
}
