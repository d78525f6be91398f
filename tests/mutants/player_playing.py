"""Faults around the player: how recordings arrive and play, and what is said and tabulated."""

from tests.mutants import Mutant

ARRIVAL = "bnviz/ui/player/arrival.js"
JOINING = "bnviz/ui/player/joining.js"
PLACES = "bnviz/ui/watch/places.js"
PLAYBACK = "bnviz/ui/player/playback.js"
PLAYER = "bnviz/ui/player/player.js"
STREAM = "bnviz/ui/watch/stream.js"
TABLE = "bnviz/ui/player/table.py"
WORDS = "bnviz/ui/player/words.js"

TEST_ARRIVAL = "tests/player/test_arrival.py"
TEST_JOINING = "tests/player/test_joining.py"
TEST_PLAYBACK = "tests/scripts/test_scripts.py -k playback"
TEST_STREAMING = "tests/player/test_streaming.py"
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
        "the speed is ignored", PLAYBACK, "* RECORDS_PER_SECOND * this.speed,", "* RECORDS_PER_SECOND,", TEST_PLAYBACK
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
    Mutant("keys with Ctrl are taken", PLAYBACK, "event.ctrlKey || ", "", TEST_PLAYBACK),
    Mutant(
        "a late recording is shown in place of another",
        ARRIVAL,
        "if (this.source === address) this.player.load(",
        "this.player.load(",
        TEST_ARRIVAL,
    ),
    Mutant(
        "a failure is kept for good",
        ARRIVAL,
        "if (this.source !== address) return;\n      this.source = null;",
        "if (this.source !== address) return;",
        TEST_ARRIVAL,
    ),
    Mutant(
        "an old failure is reported over another recording",
        ARRIVAL,
        "if (this.source !== address) return;",
        "",
        TEST_ARRIVAL,
    ),
    Mutant("a recording is asked for once", ARRIVAL, "[0, 300, 1000, 3000]", "[0]", TEST_ARRIVAL),
    Mutant(
        "a late recording is loaded after the player was taken down",
        ARRIVAL,
        "leave() {\n    this.source = null;",
        "leave() {",
        TEST_ARRIVAL,
    ),
    Mutant(
        "each part replaces those before",
        ARRIVAL,
        "recording = joined(recording, new Recording(payload))",
        "recording = new Recording(payload)",
        TEST_ARRIVAL,
    ),
    Mutant(
        "the page is asked once for what has ended",
        ARRIVAL,
        "this.asking = setInterval(ask, ASK_AGAIN);",
        "",
        TEST_ARRIVAL,
    ),
    Mutant("the page is asked for what it has answered", ARRIVAL, "clearInterval(this.asking);", "", TEST_ARRIVAL),
    Mutant("who leaves hears on", ARRIVAL, "    this.leaveStream();\n", "", TEST_ARRIVAL),
    Mutant(
        "an earlier trigger asks the page",
        ARRIVAL,
        "this.trigger = trigger;",
        "this.trigger ??= trigger;",
        TEST_ARRIVAL,
    ),
    Mutant(
        "a stopped player stops others",
        ARRIVAL,
        "this.watch), { signal });",
        "this.watch));",
        f"{TEST_ARRIVAL} -k stop_names",
    ),
    Mutant("a page is taken for a recording", STREAM, '?.startsWith("application/octet-stream")', "", TEST_ARRIVAL),
    Mutant(
        "a message is read before it is complete",
        STREAM,
        "if (bytes.length < end) break;",
        "",
        f"{TEST_STREAMING} -k messages",
    ),
    Mutant(
        "the rest of a chunk is lost",
        STREAM,
        "this.bytes = bytes.slice(at);",
        "this.bytes = new Uint8Array(0);",
        f"{TEST_STREAMING} -k messages",
    ),
    Mutant(
        "what was missed is not told anew",
        STREAM,
        "else if (this.missed.has(watch)) this.connection?.abort();",
        "",
        TEST_STREAMING,
    ),
    Mutant("what was missed once is missed on every connection", STREAM, "this.missed.clear();", "", TEST_STREAMING),
    Mutant(
        "a connection stays when nobody waits",
        STREAM,
        "if (!this.places.size) this.connection?.abort();",
        "",
        TEST_STREAMING,
    ),
    Mutant(
        "who joined anew is thrown out by the one before",
        STREAM,
        "if (this.places.get(watch) !== place) return;",
        "",
        TEST_STREAMING,
    ),
    Mutant(
        "who has heard the end still waits",
        STREAM,
        'if (words.kind === "ended") this.places.delete(words.watch);',
        "",
        TEST_STREAMING,
    ),
    Mutant(
        "nobody looks after an end without a word",
        STREAM,
        "for (const place of this.places.values()) place.look();\n      if",
        "if",
        TEST_STREAMING,
    ),
    Mutant("a word does not end the silence", STREAM, "        listen();\n        for", "        for", TEST_STREAMING),
    Mutant(
        "questions are asked in one breath",
        STREAM,
        "    .catch(() => null)\n    .then(pause)",
        "    .catch(() => null)",
        TEST_STREAMING,
    ),
    Mutant(
        "a failed question silences others",
        STREAM,
        "    .catch(() => null)\n    .then(pause)",
        "    .then(pause)",
        TEST_STREAMING,
    ),
    Mutant(
        "the bar asks once for what has ended",
        "bnviz/ui/watch/watch.js",
        "this.asking = setInterval(ask, ASK_AGAIN);",
        "",
        f"{TEST_STREAMING} -k bar",
    ),
    Mutant(
        "the bar forgets what was done before",
        "bnviz/ui/watch/watch.js",
        "const done = before + step;",
        "const done = step;",
        f"{TEST_STREAMING} -k how_far",
    ),
    Mutant(
        "parts joined without their bins",
        JOINING,
        '"heights", "peak", ',
        '"peak", ',
        f"{TEST_JOINING} -k every_lookup",
    ),
    Mutant(
        "runs are as long as in the last part",
        JOINING,
        "count + part.arrays.recorded[run]",
        "part.arrays.recorded[run]",
        TEST_JOINING,
    ),
    Mutant("missing values are joined as values", JOINING, "if (code === MISSING) continue;", "", TEST_JOINING),
    Mutant(
        "joined trajectories keep their codes",
        JOINING,
        "const value = lo + ((hi - lo) * code) / TOP_CODE;",
        "const value = to.lo + ((to.hi - to.lo) * code) / TOP_CODE;",
        f"{TEST_JOINING} -k trajectories",
    ),
    Mutant(
        "joined trajectories on the axis of the first layer",
        JOINING,
        "Math.floor(line / units) % layers",
        "0",
        f"{TEST_JOINING} -k trajectories",
    ),
    Mutant(
        "a second part over the first",
        JOINING,
        "source: part, start: before.records",
        "source: part, start: 0",
        f"{TEST_JOINING} -k trajectories",
    ),
    Mutant(
        "joined axes do not say that they are cut",
        JOINING,
        "first.clipped || second.clipped",
        "second.clipped",
        f"{TEST_JOINING} -k cut",
    ),
    Mutant(
        "axes of what grows end with it",
        "bnviz/ui/player/recording.js",
        "header.planned ?? this.steps[this.lastRecord]",
        "this.steps[this.lastRecord]",
        f"{TEST_JOINING} -k planned",
    ),
    Mutant(
        "it starts over with every part",
        PLAYER,
        "const goesOn = this.recording && of === this.of;",
        "const goesOn = false;",
        TEST_JOINING,
    ),
    Mutant(
        "no id guard: the same recording is built anew",
        PLAYER,
        "if (this.recording?.id === recording.id) {",
        "if (false) {",
        TEST_JOINING,
    ),
    Mutant(
        "another training goes on where the last one was",
        PLAYER,
        "const goesOn = this.recording && of === this.of;",
        "const goesOn = this.recording;",
        TEST_JOINING,
    ),
    Mutant(
        "playing ends with the first part",
        PLAYBACK,
        "if (!this.growing) this.pause();",
        "this.pause();",
        TEST_PLAYBACK,
    ),
    Mutant(
        "what waits for more does not go on with it",
        PLAYBACK,
        "    if (this.playing) this.resume();\n  }\n\n  get frame",
        "  }\n\n  get frame",
        TEST_PLAYBACK,
    ),
    Mutant(
        "an earlier call takes the player down",
        PLACES,
        "call === entry.call && this.entries.get(parent) === entry",
        "this.entries.get(parent) === entry",
        TEST_ARRIVAL,
    ),
    Mutant("who comes back at once finds another player", PLACES, "}, UNTIL_GONE);", "}, 0);", TEST_ARRIVAL),
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
