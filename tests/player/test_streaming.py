"""The one connection of a tab: what becomes of its bytes, who hears what, and who asks when nothing is heard."""

import itertools

import pytest

from bnviz.ui.server.stream import _message
from tests.player.node import Node

SILENCE, LOOK_AGAIN = 4000, 2000
"""Milliseconds without a word after which a place looks for itself, and before a connection is opened again."""


def said(watch: str, kind: str, payload: bytes = b"", **more) -> list[int]:
    """A message as the server writes it."""
    return list(_message(watch, kind, payload, **more))


FIRST = ("7", "part", bytes(range(11)))
SECOND = ("8", "waiting")
MESSAGES = said(*FIRST) + said(*SECOND, ahead=3)
HEARD = [
    [{"watch": "7", "kind": "part"}, list(range(11))],
    [{"watch": "8", "kind": "waiting", "ahead": 3}, []],
]


def test_messages_are_read_wherever_they_are_cut(node: Node):
    ends = [len(said(*FIRST)), len(MESSAGES)]
    for cut in range(len(MESSAGES) + 1):
        found = node.ask("messages", [MESSAGES[:cut], MESSAGES[cut:]])
        assert [message for _, *message in found] == HEARD
        # Each as soon as it is complete.
        assert [chunk for chunk, *_ in found] == [int(cut < end) for end in ends]


def test_messages_are_read_byte_by_byte(node: Node):
    found = node.ask("messages", [[byte] for byte in MESSAGES])
    assert found == [[len(said(*FIRST)) - 1, *HEARD[0]], [len(MESSAGES) - 1, *HEARD[1]]]


def test_the_beginning_of_a_message_is_none(node: Node):
    assert node.ask("messages", [MESSAGES[:-1]]) == [[0, *HEARD[0]]]
    assert node.ask("messages", [[], []]) == []


@pytest.fixture
def stream(node: Node):
    """`stream(act, …)` returns what became of each act, as scripts/streams.js describes."""
    return lambda *acts: node.ask("streaming", [[act] if isinstance(act, str) else list(act) for act in acts])["after"]


def send(watch: str, kind: str = "running", **more) -> tuple:
    return "send", said(watch, kind, **more)


def test_all_places_of_a_tab_share_one_connection(stream, node: Node):
    *_, first, second = stream(("join", "1"), ("join", "2"), send("1"), send("2", step=4))
    assert (first["heard"], second["heard"]) == (
        [["1", {"watch": "1", "kind": "running"}, []]],
        [["2", {"watch": "2", "kind": "running", "step": 4}, []]],
    )
    assert (second["connections"], second["open"]) == (1, 1)
    asked = node.ask("streaming", [["join", "1"]])["asked"]
    assert asked == ["http://host/bnviz/stream/token"]


def test_the_last_to_leave_ends_the_connection(stream):
    _, _, first, last = stream(("join", "1"), ("join", "2"), ("leave", 0), ("leave", 1))
    assert (first["open"], first["running"]) == (1, True)
    assert (last["open"], last["aborted"], last["running"], last["timers"]) == (0, 1, False, 0)


def test_who_left_hears_nothing_and_looks_for_nothing(stream):
    *_, told, silent = stream(("join", "1"), ("join", "2"), ("leave", 0), send("1"), ("pass", SILENCE + 1))
    assert told["heard"] == []
    assert silent["looked"] == ["2"]


def test_leaving_twice_or_late_leaves_others_alone(stream):
    *_, told = stream(("join", "1"), ("leave", 0), ("join", "1"), ("leave", 0), send("1"))
    assert [watch for watch, *_ in told["heard"]] == ["1"]
    assert told["open"] == 1


def test_who_comes_after_all_have_left_opens_another(stream):
    *_, told = stream(("join", "1"), ("leave", 0), ("join", "2"), send("2"))
    assert (told["connections"], told["open"], len(told["heard"])) == (2, 1, 1)


def test_who_joins_in_time_needs_no_other_connection(stream):
    *_, joined, told = stream(("join", "1"), send("1"), ("join", "2"), send("2"))
    assert (joined["connections"], joined["open"]) == (1, 1)
    assert [watch for watch, *_ in told["heard"]] == ["2"]


def test_what_was_told_before_a_place_was_there_is_told_anew(stream):
    _, missed, joined, told = stream(("join", "1"), send("2"), ("join", "2"), send("2", step=1))
    assert (missed["heard"], missed["connections"]) == ([], 1)
    assert (joined["connections"], joined["open"], joined["aborted"]) == (2, 1, 1)
    assert joined["looked"] == []
    assert [words["step"] for _, words, _ in told["heard"]] == [1]
    # What was missed on the old connection is not missed on the new one.
    *_, third = stream(("join", "1"), send("2"), ("join", "2"), ("leave", 1), ("join", "2"))
    assert third["connections"] == 2


def test_silence_makes_every_place_look_for_itself(stream):
    *_, before, at = stream(("join", "1"), ("join", "2"), ("pass", SILENCE - 1), ("pass", 1))
    assert (before["looked"], at["looked"]) == ([], ["1", "2"])
    *_, twice = stream(("join", "1"), ("pass", 2 * SILENCE))
    assert twice["looked"] == ["1", "1"]


def test_a_word_ends_the_silence(stream):
    *_, spoken, quiet, at = stream(("join", "1"), ("pass", SILENCE - 1), send("1"), ("pass", SILENCE - 1), ("pass", 1))
    assert (len(spoken["heard"]), quiet["looked"], at["looked"]) == (1, [], ["1"])


def test_who_has_heard_the_end_waits_no_longer(stream):
    *_, ended, closed, later = stream(("join", "1"), send("1", "ended", ending="finished"), "end", ("pass", 60_000))
    assert [words["kind"] for _, words, _ in ended["heard"]] == ["ended"]
    assert (closed["looked"], closed["running"]) == ([], False)
    assert (later["looked"], later["connections"], later["timers"]) == ([], 1, 0)


@pytest.mark.parametrize("how", ["end", "break"])
def test_who_still_waits_when_the_connection_ends_looks_and_another_is_opened(stream, how: str):
    *_, closed, before, again, told = stream(
        ("join", "1"), ("join", "2"), send("1", "ended"), how, ("pass", LOOK_AGAIN - 1), ("pass", 1), send("2")
    )
    assert (closed["looked"], closed["connections"]) == (["2"], 1)
    assert before["connections"] == 1
    assert (again["connections"], again["open"]) == (2, 1)
    assert [watch for watch, *_ in told["heard"]] == ["2"]


def test_a_server_that_refuses_is_asked_again_after_a_while(stream):
    *_, refused, again, back, told = stream(
        ("refuse", True), ("join", "1"), ("pass", LOOK_AGAIN), ("refuse", False), ("pass", LOOK_AGAIN), send("1")
    )[1:]
    assert (refused["looked"], refused["connections"]) == (["1"], 0)
    assert again["connections"] == 0
    assert (back["connections"], len(told["heard"])) == (1, 1)


def test_who_leaves_while_it_is_asked_again_is_not_waited_for(stream):
    *_, later = stream(("refuse", True), ("join", "1"), ("leave", 0), ("refuse", False), ("pass", 60_000))
    assert (later["connections"], later["running"], later["looked"]) == (0, False, [])


def test_questions_of_one_breath_are_asked_one_after_the_other(node: Node):
    asked = node.ask("asking", 3, [])
    assert [number for number, _ in asked] == [0, 1, 2]
    times = [time for _, time in asked]
    assert all(later > earlier for earlier, later in itertools.pairwise(times))


def test_a_question_that_fails_keeps_no_other_from_being_asked(node: Node):
    assert [number for number, _ in node.ask("asking", 3, [0, 1])] == [0, 1, 2]


def test_nothing_is_asked_while_the_hand_moves(node: Node):
    [soon] = node.ask("askingWhileMoved", 0)
    [later] = node.ask("askingWhileMoved", 1000)
    assert 400 < soon < 700
    assert 1400 < later < 1700
    [at_last] = node.ask("askingWhileMoved", 15_000)
    assert at_last < 10_000, "a hand that does not rest puts nothing off for ever"


def test_what_the_reader_is_leaving_asks_for_nothing(node: Node):
    before, at, after = 10, 0, -10
    assert node.ask("leaving", 100, [before, at, after]) == [after]
    assert node.ask("leaving", 60_000, [before, at, after]) == [before, at, after], "the link led to the same page"


# The bar


@pytest.fixture
def mount(node: Node):
    """`mount(act, …)` calls the bar and lets it hear, as scripts/arriving.js describes."""
    return lambda *acts: node.ask("mounting", "watch", [list(act) for act in acts])


COURSE = {"total": 200, "before": 0, "unit": ""}


def bar(watch: str = "1", **course) -> tuple:
    data = {"stream": "bnviz/stream/token", "watch": watch, "words": "Waiting for the server.", **COURSE, **course}
    return "call", data


def tell(watch: str, kind: str, **more) -> tuple:
    return "tell", watch, {"watch": watch, "kind": kind, **more}


@pytest.mark.parametrize(
    ("news", "course", "words", "share"),
    [
        ({"kind": "waiting", "ahead": 0}, {}, "Waiting: a long training has its turn.", 0),
        ({"kind": "waiting", "ahead": 1}, {}, "Waiting: 1 other training runs first.", 0),
        ({"kind": "waiting", "ahead": 3}, {}, "Waiting: 3 other trainings run first.", 0),
        ({"kind": "running", "step": 0, "seconds": 0}, {}, "Computing: step 0 of 200", 0),
        ({"kind": "running", "step": 4, "seconds": 1}, {}, "Computing: step 4 of 200", 0.02),
        ({"kind": "running", "step": 50, "seconds": 2.1}, {}, "Computing: step 50 of 200, about 7 s left", 0.25),
        ({"kind": "running", "step": 200, "seconds": 2}, {}, "Computing: step 200 of 200, about 0 s left", 1),
        ({"kind": "running", "step": 201, "seconds": 2}, {}, None, 1),
        ({"kind": "running", "step": 1, "seconds": 3}, {"unit": "training"}, "Training: training 1 of 200", 0.005),
        (
            {"kind": "running", "step": 1, "seconds": 3},
            {"unit": "training", "total": 10, "before": 4},
            "Training: training 5 of 10, about 15 s left",
            0.5,
        ),
    ],
)
def test_how_far_the_work_has_come(node: Node, news, course, words, share):
    found = node.ask("describeJob", news, COURSE | course)
    assert found["share"] == pytest.approx(share)
    assert words in (None, found["words"])


def test_the_bar_shows_what_it_hears(mount):
    assert mount(bar())["bar"]["words"] == "Waiting for the server."
    shown = mount(bar(), tell("1", "running", step=50, seconds=3.0), bar())["bar"]
    assert shown["words"] == "Computing: step 50 of 200, about 9 s left", "a redraw does not take it back"
    assert (shown["--share"], shown["aria-valuenow"]) == ("0.25", "25")


def test_the_bar_asks_for_more_and_for_the_end(mount):
    assert mount(bar(), tell("1", "running", step=1, seconds=1.0))["triggers"] == []
    assert mount(bar(), tell("1", "more"), ("pass", 60_000))["triggers"] == [[0, "look"]]
    assert mount(bar(), ("silence", "1"))["triggers"] == [[0, "look"]]
    assert mount(bar(), tell("1", "ended"), ("pass", 7000))["triggers"] == [[0, "look"]] * 3
    followed = mount(bar(), tell("1", "ended"), bar("2"), ("pass", 60_000))
    assert (followed["triggers"], followed["left"], followed["timers"]) == ([[0, "look"]], ["1"], 0)
    assert [watch for _, watch in followed["joined"]] == ["1", "2"]


def test_a_redraw_of_the_bar_hears_on_and_only_the_last_call_ends_it(mount):
    again = mount(bar(), bar(), ("leave", 0), tell("1", "more"))
    assert (len(again["joined"]), again["left"], again["triggers"]) == (1, [], [[1, "look"]])
    gone = mount(bar(), bar(), tell("1", "ended"), ("leave", 1), ("pass", 60_000))
    assert (gone["left"], gone["triggers"], gone["timers"]) == (["1"], [[1, "look"]], 0)


def test_stop_names_what_is_to_stop(mount):
    assert mount(bar("7"), bar("8"), ("press",))["triggers"] == [[1, "stop", "8"]]
