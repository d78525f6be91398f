"""Faults of animations, pictures of charts and of what is on the screen, and notebooks of plain PyTorch."""

from tests.mutants import Mutant

GIF = "bnviz/export/gif.py"
PANELS = "bnviz/export/panels.py"
PICTURES = "bnviz/export/pictures.py"
NOTEBOOK = "bnviz/export/notebook.py"
VECTOR = "bnviz/ui/vector.js"
DRAWING = "bnviz/ui/player/drawing.js"
LINES = "bnviz/ui/player/lines.js"

TEST_GIF = "tests/unit/test_gif.py"
TEST_PICTURES = "tests/unit/test_pictures.py"
TEST_NOTEBOOK = "tests/unit/test_script_notebook.py"
TEST_VECTOR = "tests/scripts/test_scripts.py"
TEST_SAVING = "tests/e2e/test_saving.py -k lines_that"

MUTANTS = [
    Mutant(
        "a saved clip forgets the one around it",
        VECTOR,
        'this.clipped ? ` clip-path="url(#${this.clipped})"` : ""',
        '""',
        TEST_VECTOR,
    ),
    Mutant("saved words stand on their middle", VECTOR, "hundredths(y + down)", "hundredths(y)", TEST_VECTOR),
    Mutant(
        "saved moves apply from the first to the last",
        VECTOR,
        "times(this.matrix, [x, 0, 0, y, 0, 0])",
        "times([x, 0, 0, y, 0, 0], this.matrix)",
        TEST_VECTOR,
    ),
    Mutant("what is saved again is as strong everywhere", VECTOR, "${this.faded()}/>`);", "/>`);", TEST_VECTOR),
    Mutant("a saved figure is empty", DRAWING, "      this.last();", "", TEST_SAVING),
    Mutant("saved lines run into the other panels", LINES, "sheet.context.clip();", "", TEST_SAVING),
    Mutant("an animation is played once", GIF, "loop=0", "loop=1", f"{TEST_GIF} -k no_two_are_alike"),
    Mutant(
        "the cursor of an animation is a record late",
        GIF,
        "int(self.history.steps[record])",
        "int(self.history.steps[max(record - 1, 0)])",
        f"{TEST_GIF} -k cursor_stands",
    ),
    Mutant(
        "an animation says the record for the step",
        GIF,
        'f"step {step} of',
        'f"step {record} of',
        f"{TEST_GIF} -k says_its_step",
    ),
    Mutant(
        "an animation says the accuracy on the mini-batch",
        GIF,
        "['accuracy'][record, run, 1]",
        "['accuracy'][record, run, 0]",
        f"{TEST_GIF} -k says_its_step",
    ),
    Mutant(
        "a run that has ended does not pale",
        GIF,
        "pale = 1.0 if seen == record else 0.4",
        "pale = 1.0",
        f"{TEST_GIF} -k diverges_pales",
    ),
    Mutant(
        "a run's name breaks out of an animation",
        PANELS,
        "{escape(words)}",
        "{words}",
        f"{TEST_GIF} -k diverges_pales",
    ),
    Mutant(
        "a loss that explodes flattens the others",
        PANELS,
        "min(finite.max(), first.min() + np.log10(_CEILING))",
        "finite.max()",
        f"{TEST_GIF} -k explodes",
    ),
    Mutant(
        "γ that explodes flattens the others",
        PANELS,
        "np.concatenate(finite).clip(-reach, reach)",
        "np.concatenate(finite)",
        f"{TEST_GIF} -k explodes",
    ),
    Mutant(
        "a dark chart lies on white",
        PICTURES,
        '"background": page',
        '"background": "#ffffff"',
        f"{TEST_PICTURES} -k colors_of_its_theme",
    ),
    Mutant(
        "the data of a chart have what its tips say",
        PICTURES,
        "if not str(name).endswith(IN_WORDS)",
        "if True",
        f"{TEST_PICTURES} -k rows_without",
    ),
    Mutant(
        "a run's name is markup in a notebook",
        NOTEBOOK,
        """style.label.replace("`", "'")""",
        "style.label",
        f"{TEST_NOTEBOOK} -k no_markup",
    ),
    Mutant(
        "a notebook says where a reader's file lies",
        NOTEBOOK,
        'else "own data"',
        "else experiment.dataset",
        f"{TEST_NOTEBOOK} -k where_it_lies",
    ),
    Mutant(
        "a notebook's loss is from before the last update",
        NOTEBOOK,
        "return [*losses, F.cross_entropy(network(inputs), labels).item()]",
        "return losses",
        f"{TEST_NOTEBOOK} -k 'losses_of_the_library and adam'",
    ),
]
