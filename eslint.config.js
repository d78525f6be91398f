// What prettier and tsc leave open: names that nobody uses, comparisons that coerce, statements without an effect.
import js from "@eslint/js";
import globals from "globals";

const rules = {
  curly: ["error", "multi-line"],
  eqeqeq: "error",
  "no-shadow": "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-arrow-callback": "error",
  "prefer-const": ["error", { destructuring: "all" }],
  "prefer-template": "error",
};

export default [
  { ignores: ["**/.venv/", "**/venv/", "build/"] },
  { ...js.configs.recommended, rules: { ...js.configs.recommended.rules, ...rules } },
  { files: ["bnviz/ui/**/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["tests/**/*.js", "*.config.js"], languageOptions: { globals: globals.node } },
  // These run the scripts of the app in a window of their own making.
  { files: ["tests/player/scripts/*.js"], languageOptions: { globals: { window: "readonly" } } },
];
