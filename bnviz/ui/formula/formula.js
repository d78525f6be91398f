// formula.js: fills the formula and the table, and lights up a symbol together with the cells that it comes from.

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
// What the cells of a column feed: all of them, and the one of the picked example alone.
const FEEDS = { x: "mean", centered: "var", normalized: "", y: "" };
const PICKED_FEEDS = { x: "", centered: "normalized", normalized: "y", y: "" };

const make = (tag, text = "", attributes = {}) => {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

class Formula {
  constructor(root) {
    this.root = root;
    this.held = "";
    this.part = (selector) => root.querySelector(selector);
    for (const [symbol, letter] of Object.entries(LETTERS)) {
      const button = make("button", "", { type: "button", "data-symbol": symbol, "aria-pressed": "false" });
      button.append(make("b", letter), ` ${NAMES[symbol]}`);
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

  symbolAt(event) {
    return event.target.closest("[data-symbol]")?.dataset.symbol ?? "";
  }

  press(event) {
    const example = event.target.closest("[data-example]");
    if (example) {
      this.pick(Number(example.dataset.example));
      return;
    }
    const symbol = this.symbolAt(event);
    if (!symbol) return;
    this.held = this.held === symbol ? "" : symbol;
    this.light(this.held);
  }

  show(data, pick) {
    this.pick = pick;
    this.colors = data.colors;
    for (const element of this.root.querySelectorAll("[data-value]")) {
      const text = data.values[element.dataset.value];
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

  row(row, example) {
    const picked = row.example === example;
    const line = make("tr", "", { class: picked ? "picked" : "" });
    const heading = make("th", "", { scope: "row" });
    heading.append(
      make("button", row.example, {
        type: "button",
        "data-example": row.example,
        "aria-pressed": picked,
        "aria-label": `Follow example ${row.example}`,
      }),
    );
    line.append(heading);
    for (const column of Object.keys(COLUMNS)) {
      const cell = make("td", row[column], { "data-feeds": `${FEEDS[column]} ${picked ? PICKED_FEEDS[column] : ""}` });
      if (picked && column !== "centered") cell.dataset.symbol = column;
      line.append(cell);
    }
    return line;
  }

  summary(name, moments, symbol) {
    const line = make("tr");
    line.append(make("th", name, { scope: "row" }));
    for (const column of Object.keys(COLUMNS)) line.append(make("td", moments[column]));
    line.children[1].dataset.symbol = symbol;
    line.children[1].dataset.feeds = "normalized";
    return line;
  }

  sliders(values) {
    const line = make("tr");
    line.append(make("th", "sliders", { scope: "row" }));
    line.append(make("td"));
    for (const [symbol, fed] of [
      ["eps", "normalized"],
      ["gamma", "y"],
      ["beta", "y"],
    ]) {
      line.append(make("td", `${LETTERS[symbol]} = ${values[symbol]}`, { "data-symbol": symbol, "data-feeds": fed }));
    }
    return line;
  }

  paint() {
    for (const element of this.root.querySelectorAll("[data-symbol]")) {
      element.style.setProperty("--ink", this.colors[element.dataset.symbol]);
    }
  }

  light(symbol) {
    this.root.style.setProperty("--lit-ink", this.colors[symbol] ?? "transparent");
    for (const element of this.root.querySelectorAll("[data-symbol], [data-feeds]")) {
      element.classList.toggle("lit", symbol !== "" && element.dataset.symbol === symbol);
      element.classList.toggle("source", symbol !== "" && (element.dataset.feeds ?? "").split(" ").includes(symbol));
    }
    for (const button of this.root.querySelectorAll(".keys button")) {
      button.setAttribute("aria-pressed", button.dataset.symbol === this.held);
    }
  }
}

// The script runs again whenever the data change, on the same element.
const formulas = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".formula");
  if (!formulas.has(root)) formulas.set(root, new Formula(root));
  formulas.get(root).show(data, (example) => setTriggerValue("example", example));
}
