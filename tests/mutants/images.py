"""Faults of the strip: in what is recorded of examples, packed, put together, and drawn."""

from tests.mutants import Mutant

PLANES = "bnviz/planes.py"
EVALUATION = "bnviz/engine/evaluation.py"
RECORDER = "bnviz/recorder.py"
STRIP = "bnviz/ui/player/strip.py"
RECORDING = "bnviz/ui/player/recording.js"
JOINING = "bnviz/ui/player/joining.js"
IMAGES = "bnviz/ui/player/images.js"
SPRITES = "bnviz/ui/player/sprites.js"
LINES = "bnviz/ui/player/lines.js"
PLAYER = "bnviz/ui/player/player.js"

TEST_PLANES = "tests/unit/test_planes.py"
TEST_ROUND_TRIP = "tests/player/test_round_trip.py"
TEST_JOINING = "tests/player/test_joining.py"
TEST_IMAGES = "tests/player/test_images.py"

MUTANTS = [
    Mutant(
        "planes of layers that are not centered",
        PLANES,
        "self.outputs - self.outputs.mean(-1, keepdim=True)",
        "self.outputs.clone()",
        TEST_PLANES,
    ),
    Mutant(
        "planes that do not follow themselves",
        PLANES,
        "torch.bmm(torch.bmm(u, vt), places)",
        "places",
        f"{TEST_PLANES} -k turned",
    ),
    Mutant(
        "planes turned the other way",
        PLANES,
        "torch.bmm(torch.bmm(u, vt), places)",
        "torch.bmm(torch.bmm(u, vt).mT, places)",
        f"{TEST_PLANES} -k turned",
    ),
    Mutant(
        "planes of the two weakest directions",
        PLANES,
        "[:, DIRECTIONS - 2 :]",
        "[:, :2]",
        f"{TEST_PLANES} -k nearly_all",
    ),
    Mutant(
        "planes that are found once",
        PLANES,
        "FIRST, NEXT = 30, 2",
        "FIRST, NEXT = 30, 0",
        f"{TEST_PLANES} -k nearly_all",
    ),
    Mutant(
        "examples seen before the activation",
        EVALUATION,
        """            h = activate(y, y)
            if seen is not None:
                seen.keep_outputs(index, block, h)
""",
        """            if seen is not None:
                seen.keep_outputs(index, block, y)
            h = activate(y, y)
""",
        TEST_PLANES,
    ),
    Mutant(
        "units seen after the activation",
        EVALUATION,
        """            if seen is not None:
                seen.keep_inputs(index, block, y)
            h = activate(y, y)
""",
        """            h = activate(y, y)
            if seen is not None:
                seen.keep_inputs(index, block, h)
""",
        f"{TEST_PLANES} -k way",
    ),
    Mutant(
        "the first units of a layer alone",
        "bnviz/history.py",
        "np.linspace(0, width - 1, min(width, FOLLOWED))",
        "np.arange(min(width, FOLLOWED))",
        f"{TEST_PLANES} -k followed",
    ),
    Mutant(
        "units of the first record at every one",
        RECORDER,
        "self.inputs[here.start].numpy()",
        'self.inputs[here.start].numpy() if t == 0 else arrays["example_units"][0, here]',
        f"{TEST_PLANES} -k followed",
    ),
    Mutant(
        "examples of another part of the test set",
        RECORDER,
        "split.x_test[:EXAMPLES], split.y_test[:EXAMPLES]",
        "split.x_test[-EXAMPLES:], split.y_test[-EXAMPLES:]",
        f"{TEST_PLANES} -k pictures",
    ),
    Mutant(
        "examples as they were shifted",
        RECORDER,
        "if experiment.standardize or experiment.offset:",
        "if False:",
        f"{TEST_PLANES} -k pictures",
    ),
    Mutant(
        "spread of the output",
        STRIP,
        'STAGES.index("pre_norm")',
        'STAGES.index("post_affine")',
        f"{TEST_ROUND_TRIP} -k examples",
    ),
    Mutant("spread of the mean unit", STRIP, "np.median(std", "np.mean(std", f"{TEST_ROUND_TRIP} -k examples"),
    Mutant(
        "examples of an exploding run flatten all others",
        STRIP,
        "min(float(run.max()), EXPLODED * float(usual))",
        "float(run.max())",
        f"{TEST_ROUND_TRIP} -k kick",
    ),
    Mutant(
        "places in steps that are too large",
        RECORDING,
        "const TOP_PLACE = 4094",
        "const TOP_PLACE = 4095",
        f"{TEST_ROUND_TRIP} -k examples",
    ),
    Mutant(
        "places of the run beside",
        RECORDING,
        "((first * this.runCount + run) * this.layerCount + layer) * size",
        "((first * this.runCount + this.runCount - 1 - run) * this.layerCount + layer) * size",
        f"{TEST_ROUND_TRIP} -k examples",
    ),
    Mutant(
        "places jump from record to record",
        RECORDING,
        "out[index] = weight ? place +",
        "out[index] = 0 ? place +",
        f"{TEST_ROUND_TRIP} -k examples",
    ),
    Mutant(
        "spread of the first layer everywhere",
        RECORDING,
        "this.arrays.spread[(record * this.runCount + run) * this.layerCount + layer]",
        "this.arrays.spread[(record * this.runCount + run) * this.layerCount]",
        f"{TEST_ROUND_TRIP} -k examples",
    ),
    Mutant(
        "parts lose the places of those before",
        JOINING,
        '["plane", "spread"]',
        '["spread"]',
        f"{TEST_JOINING} -k examples",
    ),
    Mutant(
        "parts keep the scale of the last one",
        JOINING,
        "Math.max(size, second.reach[axis])",
        "second.reach[axis]",
        f"{TEST_JOINING} -k examples",
    ),
    Mutant(
        "images upside down",
        IMAGES,
        "places[index + 1] = y - this",
        "places[index + 1] = y + this",
        f"{TEST_IMAGES} -k one_scale",
    ),
    Mutant(
        "a scale of its own upward",
        IMAGES,
        "this.zoomUp = up / reach[1]",
        "this.zoomUp = up / reach[0]",
        f"{TEST_IMAGES} -k farthest",
    ),
    Mutant(
        "pictures of the neighbor",
        IMAGES,
        "canvas, example * pixels,",
        "canvas, (example ? example - 1 : 0) * pixels,",
        f"{TEST_IMAGES} -k own_picture",
    ),
    Mutant("spreads give the end away", IMAGES, "if (state.held) return;", "", f"{TEST_IMAGES} -k away"),
    Mutant(
        "another example stands out",
        IMAGES,
        "[places[2 * example], places[2 * example + 1]];\n    if",
        "[places[0], places[1]];\n    if",
        f"{TEST_IMAGES} -k pointing",
    ),
    Mutant(
        "the pointer finds the first example that is near",
        IMAGES,
        "if (distance <= nearest) [example, nearest] = [index, distance];",
        "if (distance <= NEAR && example === null) [example, nearest] = [index, distance];",
        f"{TEST_IMAGES} -k pointer",
    ),
    Mutant(
        "the run chosen on a phone alone",
        IMAGES,
        "run < recording.runCount",
        "run < Math.min(1, recording.runCount)",
        f"{TEST_IMAGES} -k phone",
    ),
    Mutant(
        "colors of other classes",
        SPRITES,
        "colors[label % colors.length]",
        "colors[(label + 1) % colors.length]",
        f"{TEST_IMAGES} -k own_picture",
    ),
    Mutant(
        "images turned over",
        SPRITES,
        "4 * index)",
        "4 * (width * height - 1 - index))",
        f"{TEST_IMAGES} -k own_picture",
    ),
    Mutant(
        "lines of a race that is not over",
        LINES,
        "return seen < recording.lastRecord ?",
        "return seen < 0 ?",
        "tests/player/test_curves.py -k secret",
    ),
    Mutant("it plays without a guess", PLAYER, "!still && !this.state.held", "!still", f"{TEST_JOINING} -k guess"),
]
