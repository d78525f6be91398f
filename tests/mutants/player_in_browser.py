"""Faults of the player's wiring, which only a browser shows: controls, the pointer, and which recording is on show."""

from tests.mutants import Mutant

PLAYER = "bnviz/ui/player/player.js"
CONTROLS = "bnviz/ui/player/controls.js"

TEST_PLAYER_NUMBERS = "tests/e2e/test_player_numbers.py"

MUTANTS = [
    Mutant(
        "id guard without the id: another recording is not shown",
        PLAYER,
        "if (this.recording?.id === recording.id) {",
        "if (this.recording) {",
        f"{TEST_PLAYER_NUMBERS} -k another_recording",
    ),
    Mutant(
        "stages in another order",
        CONTROLS,
        "player.choose({ stage: Number(event.target.value) })",
        "player.choose({ stage: 3 - Number(event.target.value) })",
        f"{TEST_PLAYER_NUMBERS} -k every_record",
    ),
    Mutant(
        "the chosen run is not shown on a narrow page",
        PLAYER,
        "narrow ? [state.run]",
        "narrow ? [0]",
        f"{TEST_PLAYER_NUMBERS} -k narrow",
    ),
    Mutant(
        "scores of the record before",
        PLAYER,
        "describeScores(recording, run, frame, brief)",
        "describeScores(recording, run, Math.max(0, frame - 1), brief)",
        f"{TEST_PLAYER_NUMBERS} -k every_record",
    ),
    Mutant(
        "views drawn at the record below",
        PLAYER,
        "view.draw(playback.position, this.theme)",
        "view.draw(Math.max(0, playback.position - 1), this.theme)",
        f"{TEST_PLAYER_NUMBERS} -k every_record",
    ),
    Mutant(
        "the pointer is not counted from the canvas",
        CONTROLS,
        "(event.clientX - box.left) / zoom, ",
        "event.clientX / zoom, ",
        f"{TEST_PLAYER_NUMBERS} -k pointer",
    ),
    Mutant(
        "swatches of the first run",
        PLAYER,
        "this.recording.runs[run])",
        "this.recording.runs[0])",
        f"{TEST_PLAYER_NUMBERS} -k colors",
    ),
    Mutant(
        "the chosen speed is not passed on",
        CONTROLS,
        "player.playback.speed = Number(event.target.value);",
        "player.playback.speed = 1;",
        f"{TEST_PLAYER_NUMBERS} -k speed",
    ),
    Mutant(
        "it starts without being asked",
        PLAYER,
        "if (!goesOn && recording.autoplay && !still && !this.state.held && !rests)",
        "if (!goesOn && !still && !this.state.held && !rests)",
        f"{TEST_PLAYER_NUMBERS} -k autoplay",
    ),
]
