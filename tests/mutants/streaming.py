"""Faults in what a visitor waits for, how that is told, and how a training reports its records."""

from tests.mutants import Mutant

DESK = "bnviz/ui/server/desk.py"
JOBS = "bnviz/ui/server/jobs.py"
RECORDER = "bnviz/recorder.py"
ASKING = "bnviz/ui/watch/stream.js"
SETTINGS = "bnviz/ui/page/settings.py"
STREAM = "bnviz/ui/server/stream.py"
TRAINING = "bnviz/ui/server/work.py"

TEST_DESK = "tests/unit/test_desk.py"
TEST_PARTS = "tests/unit/test_training_parts.py"
TEST_STREAM = "tests/unit/test_stream.py"
TEST_VISITORS = "tests/unit/test_job_visitors.py"

TEST_ASKING = "tests/player/test_streaming.py"
TEST_SETTINGS = "tests/pages/test_settings.py"

MUTANTS = [
    Mutant("a part is asked for while the hand moves", ASKING, "    .then(untilCalm)\n", "", TEST_ASKING),
    Mutant("a restless hand keeps all waiting", ASKING, "waited < PATIENT && restless()", "restless()", TEST_ASKING),
    Mutant("what the reader leaves still asks", ASKING, "since > left ||", "true ||", TEST_ASKING),
    Mutant("nothing is asked once a link was pressed", ASKING, " || Date.now() - left > ON_THE_WAY", "", TEST_ASKING),
    Mutant(
        "a slider begins with the first value wherever it is",
        SETTINGS,
        "st.select_slider(label, values, start, ",
        "st.select_slider(label, values, ",
        TEST_SETTINGS,
    ),
    Mutant(
        "a place takes a second ticket for the same job",
        DESK,
        "before is not None and before.ticket.key == key",
        "False",
        TEST_DESK,
    ),
    Mutant("another job takes the place with grace", DESK, "leave(for_good=True)", "leave()", TEST_DESK),
    Mutant(
        "a full line leaves what was waited for",
        DESK,
        "del self._watches[place]\n                before",
        "before",
        TEST_DESK,
    ),
    Mutant(
        "a job asked for again is left at the end", DESK, "                before.renewed = self._run\n", "", TEST_DESK
    ),
    Mutant("a page leaves nothing", DESK, "if watch.renewed < self._run:", "if False:", TEST_DESK),
    Mutant(
        "a place is left and its job is not",
        DESK,
        "        watch.ticket.leave()\n",
        "",
        TEST_DESK,
    ),
    Mutant("desks are kept for good", DESK, "= WeakValueDictionary()", "= {}  # type: ignore", TEST_DESK),
    Mutant("who left last is forgotten", JOBS, "            job.left = visitor\n", "", TEST_VISITORS),
    Mutant("leaving for good has grace", JOBS, "(0.0 if for_good else self._grace)", "self._grace", TEST_VISITORS),
    Mutant(
        "streams for pages of others",
        STREAM,
        '    if not is_own(request.headers):\n        return Response("Only',
        '    if False:\n        return Response("Only',
        f"{TEST_STREAM} -k foreign",
    ),
    Mutant(
        "recordings for pages of others",
        STREAM,
        "packed is None or not is_own(request.headers)",
        "packed is None",
        f"{TEST_STREAM} -k foreign",
    ),
    Mutant(
        "pages of the same site are its own",
        STREAM,
        'site in ("same-origin", "none")',
        'site != "cross-site"',
        TEST_STREAM,
    ),
    Mutant(
        "a foreign origin is its own", STREAM, 'urlsplit(origin).netloc == headers.get("host")', "True", TEST_STREAM
    ),
    Mutant(
        "streams for those who have gone",
        STREAM,
        "desk is None or not is_present(desk.visitor)",
        "desk is None",
        TEST_STREAM,
    ),
    Mutant(
        "two streams tell of one desk",
        STREAM,
        " and self._desk.readers == self._number",
        "",
        f"{TEST_STREAM} -k second_stream",
    ),
    Mutant("parts are told again", STREAM, "                self.parts += 1\n", "", f"{TEST_STREAM} -k parts"),
    Mutant("the end is told again", STREAM, "            self.ended = True\n", "", TEST_STREAM),
    Mutant(
        "parts are packed where all others wait",
        STREAM,
        "await asyncio.to_thread(encode, part)",
        "encode(part)",
        TEST_STREAM,
    ),
    Mutant(
        "a figure is drawn again for nothing",
        STREAM,
        " and partial is not self.grown",
        "",
        f"{TEST_STREAM} -k fills_in",
    ),
    Mutant("a class goes on at once", STREAM, "now() + SPACING", "now()", f"{TEST_STREAM} -k let_go"),
    Mutant(
        "a class goes on while many scripts are in line",
        STREAM,
        "page_scripts.crowded and ",
        "False and ",
        f"{TEST_STREAM} -k in_line",
    ),
    Mutant(
        "who is far back looks as often as who is next",
        STREAM,
        " * (1 + min(*ahead, FAR))",
        "",
        f"{TEST_STREAM} -k far_back",
    ),
    Mutant(
        "a line that never ends holds everybody up",
        STREAM,
        " and now() < longest",
        "",
        f"{TEST_STREAM} -k never_ends",
    ),
    Mutant(
        "every reader looks as often as one",
        STREAM,
        "max(BEAT, len(_CROWD) / LOOKS)",
        "BEAT",
        f"{TEST_STREAM} -k looks",
    ),
    Mutant("losses that are no numbers", STREAM, "loss if math.isfinite(loss) else None", "loss", TEST_STREAM),
    Mutant(
        "a stream without its end",
        STREAM,
        "if not ahead:",
        "if False:",
        f"{TEST_STREAM} -k waits_for_nothing",
    ),
    Mutant(
        "routes at the root alone",
        STREAM,
        'if base.strip("/") else "/"',
        'if False else "/"',
        f"{TEST_STREAM} -k below",
    ),
    Mutant(
        "a recording goes with the second who packed it",
        STREAM,
        "self._first = None if first is self else first",
        "self._first = None",
        f"{TEST_STREAM} -k twice",
    ),
    Mutant(
        "compressed for those who cannot read it",
        STREAM,
        'if "gzip" in',
        'if "gzip" not in',
        f"{TEST_STREAM} -k compressed",
    ),
    Mutant(
        "parts with all records",
        RECORDER,
        "valid = self.valid[:made][records][:, place]",
        "valid = self.valid[:made][:, place]",
        TEST_PARTS,
    ),
    Mutant(
        "parts with the steps of the first",
        RECORDER,
        "np.array(self.steps[records], np.int32)",
        'np.array(self.steps[: len(arrays["loss"])], np.int32)',
        TEST_PARTS,
    ),
    Mutant(
        "runs of a part in the order of the programs",
        RECORDER,
        "values[:made][records][:, place]",
        "values[:made][records]",
        TEST_PARTS,
    ),
    Mutant(
        "the last record goes before the word how it ended",
        TRAINING,
        "recorded.records - (RUNNING in recorded.status)",
        "recorded.records",
        TEST_PARTS,
    ),
    Mutant("no part at the end", TRAINING, "(RUNNING in recorded.status and now - cut", "(now - cut", TEST_PARTS),
    Mutant("a part at every record", TRAINING, "PART if parts else FIRST_PART", "0.0", TEST_PARTS),
    Mutant("the first part is cut as late as others", TRAINING, "PART if parts else FIRST_PART", "PART", TEST_PARTS),
    Mutant("parts begin anew", TRAINING, "parts[-1].last if parts else 0", "0", TEST_PARTS),
]
