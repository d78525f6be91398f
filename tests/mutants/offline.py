"""Faults of what plays outside of the app: files, and notebooks."""

from tests.mutants import Mutant

OFFLINE = "bnviz/ui/player/offline.py"
NOTEBOOK = "bnviz/ui/player/notebook.py"
RECORDING = "bnviz/ui/player/recording.js"
CARRIED = "bnviz/ui/player/carried.js"

TEST_OFFLINE = "tests/unit/test_offline.py"
TEST_NOTEBOOK = "tests/unit/test_notebook.py"
TEST_CARRIED = "tests/player/test_carried.py"

MUTANTS = [
    Mutant(
        "the title of a file breaks out",
        OFFLINE,
        "{name: html.escape(text) for name, text in texts.items()}",
        "texts",
        f"{TEST_OFFLINE} -k breaks_out",
    ),
    Mutant(
        "what a file carries breaks out",
        OFFLINE,
        '.replace("<", "\\\\u003c")',
        "",
        f"{TEST_NOTEBOOK} -k breaks_out",
    ),
    Mutant(
        "the end of a run is left out of a small file",
        OFFLINE,
        "len(history.steps) - 1, *ends]",
        "len(history.steps) - 1]",
        f"{TEST_OFFLINE} -k fewer_records",
    ),
    Mutant(
        "a large file has its single units",
        OFFLINE,
        'more = b""\n    carried',
        "pass\n    carried",
        f"{TEST_OFFLINE} -k too_large",
    ),
    Mutant(
        "single units are sent at once",
        NOTEBOOK,
        '"more_units": has_units(history)}',
        '"more_units": has_units(history), "units": zipped_units(history)}',
        f"{TEST_NOTEBOOK} -k single_units",
    ),
    Mutant(
        "a player's page stands at the start",
        NOTEBOOK,
        "step=self.step, layer",
        "layer",
        f"{TEST_NOTEBOOK} -k stands",
    ),
    Mutant(
        "the whole buffer of a view is read",
        CARRIED,
        "new Uint8Array(given.buffer, given.byteOffset, given.byteLength)",
        "new Uint8Array(given.buffer)",
        f"{TEST_CARRIED} -k whatever_holds",
    ),
    Mutant(
        "a step that was not recorded is the record after it",
        RECORDING,
        "findLastIndex((recorded) => recorded <= step)",
        "findIndex((recorded) => recorded >= step)",
        f"{TEST_CARRIED} -k not_recorded",
    ),
]
