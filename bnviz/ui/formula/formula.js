// formula.js: fills the formula and the table, and lights up a symbol together with the cells that it comes from.

/**
 * Everything as the text that it shows.
 * @typedef {Record<string, string>} Texts by symbol or by column
 * @typedef {object} Data
 * @property {string} caption
 * @property {Texts} colors
 * @property {number} example the one that is followed
 * @property {Texts} values
 * @property {Row[]} rows
 * @property {{ mean: Texts, var: Texts }} moments
 *
 * @typedef {{ example: number, x: string, centered: string, normalized: string, y: string }} Row
 * @typedef {keyof typeof LETTERS} Letter
 * @typedef {"x" | "centered" | "normalized" | "y"} Column
 */

const NAMES = {
  x: "one value",
  mean: "batch mean",
  var: "batch variance",
  eps: "small constant",
  normalized: "standardized",
  gamma: "learned scale",
  beta: "learned shift",
  y: "output",
};
const LETTERS = { x: "x", mean: "μ", var: "σ²", eps: "ε", normalized: "x̂", gamma: "γ", beta: "β", y: "y" };
const COLUMNS = { x: "x", centered: "x − μ", normalized: "x̂", y: "y" };
const columns = /** @type {Column[]} */ (Object.keys(COLUMNS));
const symbols = /** @type {Letter[]} */ (Object.keys(LETTERS));
// What the cells of a column feed: all of them, and the one of the picked example alone.
const FEEDS = { x: "mean", centered: "var", normalized: "", y: "" };
const PICKED_FEEDS = { x: "", centered: "normalized", normalized: "y", y: "" };

/**
 * @param {string} tag
 * @param {Texts} attributes
 */
const make = (tag, text = "", attributes = {}) => {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

class Formula {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.held = "";
    /** @type {Texts} */
    this.colors = {};
    /** @type {(example: number) => void} */
    this.pick = () => {};
    /** @type {(selector: string) => HTMLElement} */
    this.part = (selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
    /** @type {(selector: string) => Iterable<HTMLElement>} */
    this.parts = (selector) => root.querySelectorAll(selector);
    for (const symbol of symbols) {
      const button = make("button", "", { type: "button", "data-symbol": symbol, "aria-pressed": "false" });
      button.append(make("b", LETTERS[symbol]), ` ${NAMES[symbol]}`);
      this.part(".keys").append(button);
    }
    const head = this.part("thead tr");
    head.append(make("th", "example", { scope: "col" }));
    for (const name of Object.values(COLUMNS)) head.append(make("th", name, { scope: "col", class: "symbol" }));
    root.addEventListener("pointerover", (event) => this.light(this.symbolAt(event) || this.held));
    root.addEventListener("pointerleave", () => this.light(this.held));
    root.addEventListener("focusin", (event) => this.light(this.symbolAt(event) || this.held));
    root.addEventListener("focusout", () => this.light(this.held));
    root.addEventListener("click", (event) => this.press(event));
  }

  /** @param {Event} event */
  symbolAt(event) {
    return under(event, "[data-symbol]")?.dataset.symbol ?? "";
  }

  /** @param {Event} event */
  press(event) {
    const example = under(event, "[data-example]");
    if (example) {
      this.pick(Number(example.dataset.example));
      return;
    }
    const symbol = this.symbolAt(event);
    if (!symbol) return;
    this.held = this.held === symbol ? "" : symbol;
    this.light(this.held);
  }

  /**
   * @param {Data} data
   * @param {(example: number) => void} pick
   */
  show(data, pick) {
    this.pick = pick;
    this.colors = data.colors;
    for (const element of this.parts("[data-value]")) {
      const text = data.values[element.dataset.value ?? ""];
      element.textContent = "term" in element.dataset && text.startsWith("−") ? `(${text})` : text;
    }
    this.part("caption").textContent = data.caption;
    this.part("tbody").replaceChildren(...data.rows.map((row) => this.row(row, data.example)));
    this.part("tfoot").replaceChildren(
      this.summary("mean", data.moments.mean, "mean"),
      this.summary("variance", data.moments.var, "var"),
      this.sliders(data.values),
    );
    this.paint();
    this.light(this.held);
  }

  /**
   * @param {Row} row
   * @param {number} example
   */
  row(row, example) {
    const picked = row.example === example;
    const line = make("tr", "", { class: picked ? "picked" : "" });
    const heading = make("th", "", { scope: "row" });
    heading.append(
      make("button", String(row.example), {
        type: "button",
        "data-example": String(row.example),
        "aria-pressed": String(picked),
        "aria-label": `Follow example ${row.example}`,
      }),
    );
    line.append(heading);
    for (const column of columns) {
      const cell = make("td", row[column], { "data-feeds": `${FEEDS[column]} ${picked ? PICKED_FEEDS[column] : ""}` });
      if (picked && column !== "centered") cell.dataset.symbol = column;
      line.append(cell);
    }
    return line;
  }

  /**
   * @param {string} name
   * @param {Texts} moments
   * @param {Letter} symbol
   */
  summary(name, moments, symbol) {
    const line = make("tr");
    line.append(make("th", name, { scope: "row" }));
    const cells = columns.map((column) => make("td", moments[column]));
    Object.assign(cells[0].dataset, { symbol, feeds: "normalized" });
    line.append(...cells);
    return line;
  }

  /** @param {Texts} values */
  sliders(values) {
    const line = make("tr");
    line.append(make("th", "sliders", { scope: "row" }));
    line.append(make("td"));
    const feeds = { eps: "normalized", gamma: "y", beta: "y" };
    for (const symbol of /** @type {(keyof typeof feeds)[]} */ (["eps", "gamma", "beta"])) {
      line.append(
        make("td", `${LETTERS[symbol]} = ${values[symbol]}`, { "data-symbol": symbol, "data-feeds": feeds[symbol] }),
      );
    }
    return line;
  }

  paint() {
    for (const element of this.parts("[data-symbol]")) {
      element.style.setProperty("--ink", this.colors[element.dataset.symbol ?? ""]);
    }
  }

  /** @param {string} symbol */
  light(symbol) {
    this.root.style.setProperty("--lit-ink", this.colors[symbol] ?? "transparent");
    for (const element of this.parts("[data-symbol], [data-feeds]")) {
      element.classList.toggle("lit", symbol !== "" && element.dataset.symbol === symbol);
      element.classList.toggle("source", symbol !== "" && (element.dataset.feeds ?? "").split(" ").includes(symbol));
    }
    for (const button of this.parts(".keys button")) {
      button.setAttribute("aria-pressed", String(button.dataset.symbol === this.held));
    }
  }
}

/**
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
function under(event, selector) {
  return /** @type {Element} */ (event.target).closest(selector);
}

/** @type {WeakMap<HTMLElement, Formula>} */
const formulas = new WeakMap();

/**
 * The script runs again whenever the data change, on the same element.
 * @param {import("../watch/stream.js").Call<Data>} given
 */
export default function mount({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".formula"));
  const shown = formulas.get(root) ?? new Formula(root);
  formulas.set(root, shown);
  shown.show(data, (example) => setTriggerValue("example", example));
}
