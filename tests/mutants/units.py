"""Faults of single units: in what is packed of them, looked up, drawn, asked for, and told of an example."""

from tests.mutants import Mutant

UNIT_VALUES = "bnviz/ui/player/unit_values.py"
UNITS = "bnviz/ui/player/units.js"
UNIT_CELLS = "bnviz/ui/player/unit_cells.js"
UNIT_STRIP = "bnviz/ui/player/unit_strip.js"
RIDGES = "bnviz/ui/player/ridges.js"
FOLLOWING = "bnviz/ui/player/following.js"
ARRIVAL = "bnviz/ui/player/arrival.js"
PACKING = "bnviz/ui/player/__init__.py"

TEST_UNITS = "tests/player/test_units.py"
TEST_ARRIVAL = "tests/player/test_arrival.py"
TEST_PAYLOAD = "tests/unit/test_player_payload.py"

MUTANTS = [
    Mutant(
        "one range for all units of a layer",
        UNIT_VALUES,
        "np.where(known, held, -np.inf).max((0, 4))",
        "np.where(known, held, -np.inf).max((0, 3, 4))[..., None] + 0 * lows",
        f"{TEST_UNITS} -k lookup",
    ),
    Mutant(
        "moments of the first units of a layer",
        UNIT_VALUES,
        "units = followed_units(width)\n            sections",
        "units = np.arange(len(followed_units(width)))\n            sections",
        f"{TEST_UNITS} -k lookup",
    ),
    Mutant(
        "σ after γ and β",
        UNIT_VALUES,
        '"sigma": history.arrays["std"][..., before, :]',
        '"sigma": history.arrays["std"][..., after, :]',
        f"{TEST_UNITS} -k lookup",
    ),
    Mutant(
        "values that are missing are there",
        UNIT_VALUES,
        "np.where(known, codes, NO_VALUE)",
        "np.where(known, codes, 0)",
        f"{TEST_PAYLOAD} -k into",
    ),
    Mutant(
        "what is kept holds its history",
        PACKING,
        "lambda: pack_units(copy)",
        "lambda: pack_units(history)",
        f"{TEST_PAYLOAD} -k asked",
    ),
    Mutant(
        "units and layers swapped",
        UNITS,
        "(record * this.runCount + run) * this.layerCount + layer) * this.most + unit",
        "(record * this.runCount + run) * this.most + unit) * this.layerCount + layer",
        f"{TEST_UNITS} -k lookup",
    ),
    Mutant(
        "values are not blended between records",
        UNITS,
        "weight ? code + weight * (values[end + example] - code) : code",
        "code",
        f"{TEST_UNITS} -k lookup",
    ),
    Mutant(
        "the range of another unit",
        UNITS,
        "this.layerCount + layer) * this.most + unit);",
        "this.layerCount + layer) * this.most);",
        f"{TEST_UNITS} -k lookup",
    ),
    Mutant(
        "an axis as wide as the cell",
        UNIT_CELLS,
        "left + this.inset, left + this.cells.columnWidth - this.inset);",
        "left, left + this.cells.columnWidth);",
        f"{TEST_UNITS} -k one_axis",
    ),
    Mutant(
        "brackets leave the axis",
        UNIT_CELLS,
        "x(Math.min(high, Math.max(low, value)))",
        "x(value)",
        f"{TEST_UNITS} -k brackets",
    ),
    Mutant(
        "examples in the order in which they came",
        UNIT_STRIP,
        ".sort((a, b) => labels[a] - labels[b] || a - b)",
        "",
        f"{TEST_UNITS} -k together",
    ),
    Mutant(
        "brackets of a negative γ turn over",
        UNIT_STRIP,
        "center - Math.abs(reach), center + Math.abs(reach)",
        "center - reach, center + reach",
        f"{TEST_UNITS} -k brackets",
    ),
    Mutant(
        "β where the mean is",
        UNIT_STRIP,
        '{ middle: "beta", half: "gamma", at: 5,',
        '{ middle: "output_mean", half: "gamma", at: 5,',
        f"{TEST_UNITS} -k brackets",
    ),
    Mutant(
        "numbers of a unit give the end away",
        UNIT_STRIP,
        "if (!state.held && Number.isFinite(mean)) {",
        "if (Number.isFinite(mean)) {",
        f"{TEST_UNITS} -k away",
    ),
    Mutant(
        "the value of another example is told",
        UNIT_STRIP,
        "this.valuesOf(run, layer, unit, record)[example];",
        "this.valuesOf(run, layer, unit, record)[0];",
        f"{TEST_UNITS} -k its_value",
    ),
    Mutant(
        "ridges smoothed ten times as much",
        RIDGES,
        "const SMOOTH = 0.35;",
        "const SMOOTH = 3.5;",
        f"{TEST_UNITS} -k triangle",
    ),
    Mutant(
        "all ridges of the first unit",
        RIDGES,
        "spreadOver(this.valuesOf(run, layer, unit, position)",
        "spreadOver(this.valuesOf(run, layer, 0, position)",
        f"{TEST_UNITS} -k color_of_its_run",
    ),
    Mutant(
        "the ridge above the one that is pointed at",
        RIDGES,
        "Math.ceil((y - baseline) / distance - 0.2)",
        "Math.ceil((y - baseline) / distance - 1.2)",
        f"{TEST_UNITS} -k ridge",
    ),
    Mutant(
        "an example is its own neighbor",
        FOLLOWING,
        ".filter((other) => other !== example)",
        "",
        f"{TEST_UNITS} -k followed",
    ),
    Mutant(
        "who looks where an example stands learns the end",
        FOLLOWING,
        "if (state.held) return { brief, full: brief };",
        "",
        f"{TEST_UNITS} -k followed",
    ),
    Mutant(
        "Enter goes to any next example",
        FOLLOWING,
        "followed === null || labels[example] === labels[followed]",
        "true",
        f"{TEST_UNITS} -k keys",
    ),
    Mutant(
        "units are fetched again and again",
        ARRIVAL,
        "if (this.fetching === address) return;",
        "",
        f"{TEST_ARRIVAL} -k twice",
    ),
    Mutant(
        "units of the recording before",
        ARRIVAL,
        "if (this.source === source) this.player.take(units);",
        "this.player.take(units);",
        f"{TEST_ARRIVAL} -k late_units",
    ),
]
