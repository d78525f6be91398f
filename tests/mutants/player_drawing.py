"""Faults of the player's pictures: of every module that draws, and of the numbers at their axes."""

from tests.mutants import Mutant

CURVES = "bnviz/ui/player/curves.js"
DECISIONS = "bnviz/ui/player/decisions.js"
DRAWING = "bnviz/ui/player/drawing.js"
HISTOGRAMS = "bnviz/ui/player/histograms.js"
LINES = "bnviz/ui/player/lines.js"
TRAJECTORIES = "bnviz/ui/player/trajectories.js"

TEST_CURVES = "tests/player/test_curves.py"
TEST_DECISIONS = "tests/player/test_decisions.py"
TEST_HISTOGRAMS = "tests/player/test_histograms.py"
TEST_NUMBERS = "tests/player/test_numbers.py"
TEST_SCRIPTS = "tests/scripts/test_scripts.py"
TEST_TRAJECTORIES = "tests/player/test_trajectories.py"

MUTANTS = [
    Mutant(
        "scales ignore where they begin",
        DRAWING,
        "from + (value - low) * slope",
        "from + value * slope",
        f"{TEST_SCRIPTS} -k scales",
    ),
    Mutant(
        "percentages rounded down",
        DRAWING,
        "Math.round(100 * share)",
        "Math.floor(100 * share)",
        f"{TEST_SCRIPTS} -k numbers",
    ),
    Mutant(
        "a factor of 1 is written",
        DRAWING,
        "${digits.slice(0, -1)}${power}",
        "${digits}·${power}",
        f"{TEST_SCRIPTS} -k numbers",
    ),
    Mutant(
        "powers of ten one digit short",
        DRAWING,
        'exponent.replace(/^[+-]/, "")',
        "exponent.slice(-1)",
        f"{TEST_SCRIPTS} -k numbers",
    ),
    Mutant(
        "two decimals hide a small number",
        DRAWING,
        "size < 0.01 ? String(Number(value.toPrecision(2))) : value.toFixed(2)",
        "value.toFixed(2)",
        f"{TEST_SCRIPTS} -k numbers",
    ),
    Mutant(
        "the app rounds half to even, its scripts up",
        "bnviz/words.py",
        "quantize(_CENT, ROUND_HALF_UP)",
        "quantize(_CENT)",
        f"{TEST_NUMBERS} -k alike",
    ),
    Mutant(
        "steps of ticks that are not round",
        DRAWING,
        "([1, 2, 5].find",
        "([1, 2, 4].find",
        f"{TEST_SCRIPTS} -k scales",
    ),
    Mutant(
        "one tick alone",
        DRAWING,
        "if (ticks.length >= 2) return ticks;",
        "if (ticks.length >= 1) return ticks;",
        f"{TEST_SCRIPTS} -k scales",
    ),
    Mutant(
        "canvas of the wrong pixels",
        DRAWING,
        "Math.round(height * ratio)",
        "Math.round(height)",
        f"{TEST_NUMBERS} -k pixels",
    ),
    Mutant(
        "dark colors on a light page",
        DRAWING,
        "return this.dark ? run.color_dark : run.color;",
        "return this.dark ? run.color : run.color_dark;",
        f"{TEST_CURVES} -k every_line",
    ),
    Mutant(
        "minus signs lost in ticks",
        DRAWING,
        "String(Number(value.toPrecision(6)))",
        "String(Math.abs(Number(value.toPrecision(6))))",
        f"{TEST_SCRIPTS} -k numbers",
    ),
    Mutant(
        "losses upside down",
        CURVES,
        "logScale(this.lossLow, this.lossHigh, top + high, top)",
        "logScale(this.lossHigh, this.lossLow, top + high, top)",
        f"{TEST_CURVES} -k axes",
    ),
    Mutant(
        "lines begin a record late",
        CURVES,
        "(record) => panel.x(recording.steps[record]),",
        "(record) => panel.x(recording.steps[record + 1] ?? recording.lastStep),",
        f"{TEST_CURVES} -k every_line",
    ),
    Mutant(
        "thick and thin swapped",
        CURVES,
        "[0, 0.35, 1],\n        [1, 1, 2.25],",
        "[1, 0.35, 1],\n        [0, 1, 2.25],",
        f"{TEST_CURVES} -k every_line",
    ),
    Mutant(
        "the loss is cut at a hundred times the first",
        CURVES,
        "const LOSS_CEILING = 10;",
        "const LOSS_CEILING = 100;",
        f"{TEST_CURVES} -k rushes_off",
    ),
    Mutant(
        "dots of the training batch",
        CURVES,
        "const start = this.valueY(panel, first, index, 1);",
        "const start = this.valueY(panel, first, index, 0);",
        f"{TEST_CURVES} -k cursor",
    ),
    Mutant(
        "labels of the accuracy doubled",
        CURVES,
        "formatPercent(tick), panel.left",
        "formatPercent(2 * tick), panel.left",
        f"{TEST_CURVES} -k axes",
    ),
    Mutant(
        "tip of the curves names the other split",
        CURVES,
        "[train, test] = [0, 1]",
        "[test, train] = [0, 1]",
        f"{TEST_CURVES} -k pointer",
    ),
    Mutant(
        "the cursor stands on the record before",
        LINES,
        "return recording.steps[first] + (position",
        "return recording.steps[Math.max(0, first - 1)] + (position",
        f"{TEST_CURVES} -k cursor",
    ),
    Mutant(
        "copied lines shifted against their panel",
        LINES,
        "panel.top - margin,\n",
        "panel.top,\n",
        f"{TEST_CURVES} -k copied",
    ),
    Mutant(
        "future as strong as the past", LINES, "const FUTURE = 0.22;", "const FUTURE = 1;", f"{TEST_CURVES} -k copied"
    ),
    Mutant(
        "kicks not at their step",
        LINES,
        "const x = panel.x(step);\n    sheet.line",
        "const x = panel.x(step + 1);\n    sheet.line",
        f"{TEST_CURVES} -k cursor",
    ),
    Mutant(
        "the pointer finds the record before",
        LINES,
        "if (Math.abs(recording.steps[record] - step) <",
        "if (recording.steps[record] <= step && Math.abs(recording.steps[record] - step) <",
        f"{TEST_CURVES} -k pointer",
    ),
    Mutant(
        "labels of steps beside their ticks",
        LINES,
        "sheet.text(formatTick(tick), x,",
        "sheet.text(formatTick(tick), x - 9,",
        f"{TEST_CURVES} -k axes",
    ),
    Mutant(
        "bars on the left edges of their bins",
        HISTOGRAMS,
        "left + (bin + 0.5) * step",
        "left + bin * step",
        f"{TEST_HISTOGRAMS} -k shapes",
    ),
    Mutant(
        "the axis ends one bin early",
        HISTOGRAMS,
        "recording.edge(state.stage, 0),\n      recording.edge(state.stage, recording.bins),",
        "recording.edge(state.stage, 0),\n      recording.edge(state.stage, recording.bins - 1),",
        f"{TEST_HISTOGRAMS} -k shapes",
    ),
    Mutant(
        "the outline of step 0 moves along",
        HISTOGRAMS,
        "recording.heights(run, 0, layer",
        "recording.heights(run, 1, layer",
        f"{TEST_HISTOGRAMS} -k shapes",
    ),
    Mutant(
        "the bar of the sd is twice as long",
        HISTOGRAMS,
        "sheet.line(clamp(mean - sd)",
        "sheet.line(clamp(mean - 3 * sd)",
        f"{TEST_HISTOGRAMS} -k mean_and_sd",
    ),
    Mutant(
        "marks of what is out of range at the other edge",
        HISTOGRAMS,
        "fillRect(side ? right - 5 : left,",
        "fillRect(side ? left : right - 5,",
        f"{TEST_HISTOGRAMS} -k beyond",
    ),
    Mutant(
        "rows upside down",
        HISTOGRAMS,
        "this.drawCell(run, layer, row,",
        "this.drawCell(run, this.rows.length - 1 - layer, row,",
        f"{TEST_HISTOGRAMS} -k shapes",
    ),
    Mutant(
        "columns of the first run",
        HISTOGRAMS,
        "this.drawCell(run, layer,",
        "this.drawCell(column, layer,",
        f"{TEST_HISTOGRAMS} -k columns",
    ),
    Mutant(
        "the bar of zeros is half as high",
        HISTOGRAMS,
        "fillRect(x, baseline - share * room, barWidth, share * room)",
        "fillRect(x, baseline - share * room / 2, barWidth, share * room / 2)",
        f"{TEST_HISTOGRAMS} -k zeros",
    ),
    Mutant(
        "an ended run does not fade",
        HISTOGRAMS,
        "hasEnded(run, Math.ceil(position))",
        "hasEnded(run, Math.ceil(position) - 9)",
        f"{TEST_HISTOGRAMS} -k fades",
    ),
    Mutant(
        "tip of the bin to the right",
        HISTOGRAMS,
        "Math.floor(across * this.recording.bins)",
        "Math.ceil(across * this.recording.bins)",
        f"{TEST_HISTOGRAMS} -k pointer",
    ),
    Mutant(
        "tip of the run in the first column",
        HISTOGRAMS,
        "const run = this.state.columns[column];",
        "const run = this.state.columns[0];",
        f"{TEST_HISTOGRAMS} -k pointer",
    ),
    Mutant(
        "lines of the first layer",
        TRAJECTORIES,
        "panel.y(recording.trajectory(quantity.name, run, state.layer,",
        "panel.y(recording.trajectory(quantity.name, run, 0,",
        f"{TEST_TRAJECTORIES} -k every_line",
    ),
    Mutant(
        "the axis of the last layer",
        TRAJECTORIES,
        "recording.scales[quantity.name][state.layer]",
        "recording.scales[quantity.name].at(-1)",
        f"{TEST_TRAJECTORIES} -k every_line",
    ),
    Mutant(
        "γ and β under each other's names",
        TRAJECTORIES,
        '{ name: "gamma", symbol: "γ"',
        '{ name: "gamma", symbol: "β"',
        f"{TEST_TRAJECTORIES} -k every_line",
    ),
    Mutant(
        "a run's last record is not drawn",
        TRAJECTORIES,
        "recording.endOf(run) + 1,",
        "recording.endOf(run),",
        f"{TEST_TRAJECTORIES} -k every_line",
    ),
    Mutant(
        "a unit that is not drawn",
        TRAJECTORIES,
        "unit < units; unit++",
        "unit < units - 1; unit++",
        f"{TEST_TRAJECTORIES} -k every_line",
    ),
    Mutant(
        "tip names the unit by its place",
        TRAJECTORIES,
        "`unit ${drawn[nearest]}:",
        "`unit ${nearest}:",
        f"{TEST_TRAJECTORIES} -k pointer",
    ),
    Mutant(
        "a label cut at its end",
        TRAJECTORIES,
        "Math.ceil(kept * 0.6)",
        "Math.ceil(kept * 0.1)",
        f"{TEST_TRAJECTORIES} -k long_name",
    ),
    Mutant(
        "regions upside down", DECISIONS, "((size - 1 - y) * size + x)", "(y * size + x)", f"{TEST_DECISIONS} -k pixel"
    ),
    Mutant(
        "regions of an earlier record",
        DECISIONS,
        "const wanted = `${record} ${theme.dark}`;",
        "const wanted = `${theme.dark}`;",
        f"{TEST_DECISIONS} -k pixel",
    ),
    Mutant(
        "points upside down",
        DECISIONS,
        "linearScale(up[0], up[1], this.side, 0)",
        "linearScale(up[0], up[1], 0, this.side)",
        f"{TEST_DECISIONS} -k points",
    ),
    Mutant(
        "points in the color of another class",
        DECISIONS,
        "theme.classes[labels[index] %",
        "theme.classes[(labels[index] + 1) %",
        f"{TEST_DECISIONS} -k points",
    ),
    Mutant(
        "markers of one shape",
        DECISIONS,
        "{ 1: 3, 2: 4, 3: 4 }[label % 4]",
        "{ 1: 4, 2: 4, 3: 4 }[label % 4]",
        f"{TEST_DECISIONS} -k points",
    ),
    Mutant(
        "red and blue swapped",
        DECISIONS,
        "[1, 3, 5].map((start)",
        "[5, 3, 1].map((start)",
        f"{TEST_DECISIONS} -k pixel",
    ),
    Mutant(
        "probabilities of the place mirrored",
        DECISIONS,
        "const [row, point] = [up, across]",
        "const [row, point] = [across, up]",
        f"{TEST_DECISIONS} -k pointer",
    ),
    Mutant(
        "an arrow before its time",
        CURVES,
        "if (recording.steps[record] > step) continue;",
        "",
        f"{TEST_CURVES} -k arrow",
    ),
    Mutant(
        "an arrow at every record above the axis",
        CURVES,
        "if (isAbove && !wasAbove)",
        "if (isAbove)",
        f"{TEST_CURVES} -k arrow",
    ),
]
