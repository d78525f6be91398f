"""Faults around the player: how recordings arrive and play, and what is said and tabulated."""

from tests.mutants import Mutant

FETCHING = "bnviz/ui/player/fetching.js"
MOUNT = "bnviz/ui/player/mount.js"
PLAYBACK = "bnviz/ui/player/playback.js"
TABLE = "bnviz/ui/player/table.py"
WORDS = "bnviz/ui/player/words.js"

TEST_ARRIVAL = "tests/player/test_arrival.py"
TEST_PLAYBACK = "tests/player/test_playback.py"
TEST_TABLES = "tests/player/test_tables.py"
TEST_WORDS = "tests/player/test_words.py"

MUTANTS = [
    Mutant(
        "scores of the training batch in words",
        WORDS,
        'recording.score("accuracy", record, run, 1)',
        'recording.score("accuracy", record, run, 0)',
        f"{TEST_WORDS} -k scores",
    ),
    Mutant(
        "moments of another stage in words",
        WORDS,
        "run, layer, stage);",
        "run, layer, 0);",
        f"{TEST_WORDS} -k canvases",
    ),
    Mutant(
        "clipped axes are not mentioned",
        WORDS,
        "scales[layer].clipped",
        "scales[0].clipped",
        f"{TEST_WORDS} -k captions",
    ),
    Mutant("a step forward is two", PLAYBACK, "forward: this.frame + 1 }", "forward: this.frame + 2 }", TEST_PLAYBACK),
    Mutant(
        "the end is one record early", PLAYBACK, "end: this.lastRecord,", "end: this.lastRecord - 1,", TEST_PLAYBACK
    ),
    Mutant(
        "twice as many records a second",
        PLAYBACK,
        "const RECORDS_PER_SECOND = 12;",
        "const RECORDS_PER_SECOND = 24;",
        TEST_PLAYBACK,
    ),
    Mutant(
        "the speed is ignored", PLAYBACK, "* RECORDS_PER_SECOND * this.speed)", "* RECORDS_PER_SECOND)", TEST_PLAYBACK
    ),
    Mutant(
        "playing does not start over at the end",
        PLAYBACK,
        "if (this.frame >= this.lastRecord) this.position = 0;",
        "",
        TEST_PLAYBACK,
    ),
    Mutant("it rests between two records", PLAYBACK, "this.position = Math.round(this.position);", "", TEST_PLAYBACK),
    Mutant(
        "it plays on out of sight",
        PLAYBACK,
        "if (this.request || !this.awake) return;",
        "if (this.request) return;",
        TEST_PLAYBACK,
    ),
    Mutant(
        "the slider may leave the recording",
        PLAYBACK,
        "Math.min(this.lastRecord, Math.max(0, record))",
        "Math.min(this.lastRecord, record)",
        TEST_PLAYBACK,
    ),
    Mutant("keys with Ctrl are taken", PLAYBACK, "event.ctrlKey || ", "", f"{TEST_PLAYBACK} -k keys"),
    Mutant(
        "a late recording is shown in place of another",
        FETCHING,
        "if (call === entry.call) entry.player.load(bytes);",
        "entry.player.load(bytes);",
        TEST_ARRIVAL,
    ),
    Mutant("a failure is kept for good", FETCHING, "entry.address = null;", "", TEST_ARRIVAL),
    Mutant("a page is taken for a recording", FETCHING, '?.startsWith("application/octet-stream")', "", TEST_ARRIVAL),
    Mutant("an earlier call takes the player down", MOUNT, "if (call !== entry.call) return;", "", TEST_ARRIVAL),
    Mutant(
        "tables show the training batch as the test set",
        TABLE,
        '"loss, test": float(loss[record, run, 1])',
        '"loss, test": float(loss[record, run, 0])',
        TEST_TABLES,
    ),
    Mutant(
        "tables end one record early",
        TABLE,
        "int(history.recorded[run]) - 1)",
        "int(history.recorded[run]) - 2)",
        TEST_TABLES,
    ),
    Mutant(
        "tables pool units that a layer has not",
        TABLE,
        "[record, run, layer, :width]",
        "[record, run, layer]",
        TEST_TABLES,
    ),
    Mutant(
        "tables with the first layer for all",
        TABLE,
        'moments["sd"][record, run, layer]',
        'moments["sd"][record, run, 0]',
        TEST_TABLES,
    ),
    Mutant(
        "tables with a status where a run goes on",
        TABLE,
        "if record == records[-1]",
        "if record == records[0]",
        TEST_TABLES,
    ),
]
