"""How a recording arrives: from which address or part by part, and that a late one is not shown in place of another."""

import pytest

from tests.player.node import Node

BYTES = "application/octet-stream"
STREAM = "bnviz/stream/token"
A_WHILE = 60_000
GONE = ("pass", 1000)
"""Milliseconds after which a recording that does not arrive is given up."""


@pytest.fixture
def mount(node: Node):
    """`mount(act, …)` calls the component and lets recordings arrive, as scripts/arriving.js describes."""
    return lambda *acts: node.ask("mounting", "player", [list(act) for act in acts])


def whole(address: str, of: str = "training") -> tuple:
    """A call of the component with a recording that is complete."""
    return "call", {"address": address, "of": of}


def growing(watch: str = "1", of: str = "training") -> tuple:
    """A call of the component with a training that goes on."""
    return "call", {"stream": STREAM, "watch": watch, "of": of}


def part(name: str, watch: str = "1") -> tuple:
    return "tell", watch, {"watch": watch, "kind": "part"}, name


ENDED = ("tell", "1", {"watch": "1", "kind": "ended", "ending": "finished"})


def test_a_recording_is_loaded_when_it_arrives(mount):
    assert mount(whole("a"))["loaded"] == []
    after = mount(whole("a", "mine"), ("arrive", "a"))
    assert (after["loaded"], after["asked"]) == ([["a", "mine", False]], ["a"])
    assert (after["note"], after["made"], after["gone"], after["timers"]) == ("", 1, [False], 0)


def test_a_late_recording_is_not_loaded_in_place_of_the_one_asked_for_since(mount):
    after = mount(whole("old"), whole("new"), ("arrive", "new"), ("arrive", "old"))
    assert (after["loaded"], after["made"]) == ([["new", "training", False]], 1)
    assert mount(whole("old"), whole("new"), ("arrive", "old"))["loaded"] == []
    both = mount(whole("old"), whole("new"), ("arrive", "old"), ("arrive", "new"))
    assert both["loaded"] == [["new", "training", False]]
    assert mount(whole("old"), growing(), ("arrive", "old"))["loaded"] == []


def test_a_second_call_for_the_same_recording_asks_once_and_draws_it_for_the_new_theme(mount):
    after = mount(whole("a"), ("arrive", "a"), whole("a"))
    assert (after["asked"], len(after["loaded"]), after["refreshed"]) == (["a"], 1, 1)
    both = mount(whole("a"), whole("a"), ("arrive", "a"))
    assert (both["asked"], len(both["loaded"])) == (["a"], 1)


def test_what_keeps_its_end_to_itself_tells_when_it_was_seen(mount):
    held = ("call", {"address": "a", "of": "mine", "suspense": "held"})
    after = mount(held, ("arrive", "a"), ("skip",), ("end",))
    assert after["kept"] == ["held", "open"]
    assert [trigger[1:2] for trigger in after["triggers"]] == [["skip"], ["ended"]]
    assert after["triggers"][1][2] == "mine"


def test_what_has_no_secret_tells_nothing(mount):
    after = mount(whole("a"), ("arrive", "a"), ("end",))
    assert (after["kept"], after["triggers"]) == ([None], [])


def with_units(address: str, units: str) -> tuple:
    return "call", {"address": address, "of": "training", "units": units}


def test_single_units_are_fetched_when_they_are_wanted_and_not_twice_at_a_time(mount):
    assert mount(with_units("a", "u"), ("arrive", "a"))["asked"] == ["a"]
    wanted = mount(with_units("a", "u"), ("arrive", "a"), ("want",), ("want",), ("arrive", "u"))
    assert (wanted["asked"], wanted["taken"]) == (["a", "u"], ["u"])
    lacking = mount(whole("a"), ("arrive", "a"), ("want",))
    assert (lacking["asked"], lacking["taken"]) == (["a"], [])


def test_single_units_that_fail_can_be_wanted_again(mount):
    first = [with_units("a", "u"), ("arrive", "a"), ("want",), ("fail", "u"), ("pass", A_WHILE)]
    assert mount(*first)["taken"] == [None]
    again = mount(*first, ("mend", "u"), ("want",), ("arrive", "u"))
    assert again["taken"] == [None, "u"]


def test_late_units_of_another_recording_are_not_shown(mount):
    first = [with_units("a", "u"), ("arrive", "a"), ("want",), with_units("b", "v"), ("arrive", "b")]
    assert mount(*first, ("arrive", "u"))["taken"] == []
    both = mount(*first, ("want",), ("arrive", "u"), ("arrive", "v"))
    assert both["taken"] == ["v"]


def test_a_recording_that_fails_is_reported_and_asked_for_again(mount):
    after = mount(whole("a"), ("fail", "a"), ("pass", A_WHILE))
    assert "did not arrive" in after["note"]
    assert len(after["asked"]) > 1, "more than once"
    again = mount(whole("a"), ("fail", "a"), ("pass", A_WHILE), ("mend", "a"), whole("a"), ("arrive", "a"))
    assert len(again["asked"]) == len(after["asked"]) + 1
    assert [name for name, *_ in again["loaded"]] == ["a"]


def test_a_recording_that_comes_at_the_second_try_is_loaded(mount):
    after = mount(whole("a"), ("fail", "a"), ("mend", "a"), ("pass", 500), ("arrive", "a"))
    assert (after["asked"], [name for name, *_ in after["loaded"]], after["note"]) == (["a", "a"], ["a"], "")


def test_an_old_failure_is_not_reported_over_a_new_recording(mount):
    after = mount(whole("old"), whole("new"), ("arrive", "new"), ("fail", "old"), ("pass", A_WHILE))
    assert (after["note"], [name for name, *_ in after["loaded"]]) == ("", ["new"])


def test_only_the_last_call_takes_the_player_down(mount):
    after = mount(whole("a"), whole("b"), ("leave", 0), ("arrive", "b"))
    assert (after["gone"], [name for name, *_ in after["loaded"]]) == ([False], ["b"])
    gone = mount(whole("a"), ("leave", 0), ("arrive", "a"), GONE)
    assert (gone["gone"], gone["loaded"]) == ([True], [])
    anew = mount(whole("a"), ("leave", 0), GONE, whole("a"), ("arrive", "a"))
    assert (anew["gone"], anew["made"], len(anew["loaded"])) == ([True, False], 2, 1)


def test_who_comes_back_at_once_finds_the_same_player(mount):
    # On a slow machine Streamlit leaves just before it calls again.
    back = mount(whole("a"), ("arrive", "a"), ("leave", 0), whole("a"), ("arrive", "a"), GONE)
    assert (back["gone"], back["made"]) == ([False], 1)
    assert [name for name, *_ in back["loaded"]] == ["a", "a"]
    heard = mount(growing(), part("x"), ("leave", 0), growing(), part("y"), GONE)
    assert (heard["joined"], heard["left"]) == ([[STREAM, "1"]] * 2, ["1"])
    assert heard["loaded"][-1] == ["y", "training", True]


def test_parts_arrive_and_grow_one_recording(mount):
    after = mount(growing(), part("x"), part("y"), part("z"))
    assert after["joined"] == [[STREAM, "1"]]
    assert after["loaded"] == [[grown, "training", True] for grown in ("x", "x y", "x y z")]
    assert after["triggers"] == []


def test_a_second_call_for_the_same_training_hears_on(mount):
    after = mount(growing(), part("x"), growing(), part("y"))
    assert (after["joined"], after["left"], after["refreshed"]) == ([[STREAM, "1"]], [], 1)
    assert [grown for grown, *_ in after["loaded"]] == ["x", "x y"]


def test_another_training_begins_from_nothing(mount):
    after = mount(growing(), part("x"), growing("2", "other"), part("y", "2"))
    assert (after["joined"], after["left"]) == ([[STREAM, "1"], [STREAM, "2"]], ["1"])
    assert after["loaded"] == [["x", "training", True], ["y", "other", True]]


def test_it_says_how_far_the_training_has_come_until_it_is_over(mount):
    waiting = "tell", "1", {"watch": "1", "kind": "waiting", "ahead": 2}
    running = "tell", "1", {"watch": "1", "kind": "running", "step": 50, "losses": [], "seconds": 1.0}
    after = mount(growing(), waiting, running, part("x"), running, whole("a"))
    told = [words for words in after["waits"] if words]
    assert told == ["Waiting for the server.", "waiting, 2 before", "loading", "training 25 %"]
    assert after["waits"][-1] == ""


def test_the_end_asks_the_page_until_that_has_answered(mount):
    asked = mount(growing(), part("x"), ENDED)
    assert asked["triggers"] == [[0, "look"]]
    again = mount(growing(), part("x"), ENDED, ("pass", 7000))
    assert again["triggers"] == [[0, "look"]] * 3
    answered = mount(growing(), part("x"), ENDED, ("pass", 1000), whole("a"), ("arrive", "a"), ("pass", A_WHILE))
    assert answered["triggers"] == [[0, "look"]]
    assert answered["loaded"] == [["x", "training", True], ["a", "training", False]]
    assert answered["timers"] == 0
    gone = mount(growing(), ENDED, ("leave", 0), ("pass", A_WHILE))
    assert gone["triggers"] == [[0, "look"]]


def test_a_call_for_the_new_theme_is_no_answer(mount):
    after = mount(growing(), ENDED, growing(), ("pass", 3000))
    assert after["triggers"] == [[0, "look"], [1, "look"]], "asked by the trigger of the latest call"


def test_silence_asks_the_page_too(mount):
    assert mount(growing(), ("silence", "1"))["triggers"] == [[0, "look"]]


def test_leaving_stops_the_stream(mount):
    after = mount(growing(), part("x"), ("leave", 0))
    assert (after["left"], after["gone"]) == (["1"], [False])
    after = mount(growing(), part("x"), ("leave", 0), GONE)
    assert (after["left"], after["gone"], after["timers"]) == (["1"], [True], 0)
    assert mount(growing(), growing(), ("leave", 0))["left"] == []


def test_stop_names_what_is_to_stop_and_is_asked_once(mount):
    assert mount(growing("7"), ("press",))["triggers"] == [[0, "stop", "7"]]
    assert mount(growing("7"), growing("8"), ("press",))["triggers"] == [[1, "stop", "8"]]
    back = mount(growing("7"), ("leave", 0), growing("8"), ("press",))
    assert back["triggers"] == [[1, "stop", "8"]]


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("http://host/", "http://host/media/a.bin"),
        ("http://host/lab", "http://host/media/a.bin"),
        ("http://host/class/app/", "http://host/class/app/media/a.bin"),
        ("http://host/class/app/lab/", "http://host/class/app/media/a.bin"),
        ("http://host/deep/down/page/?seed=3", "http://host/media/a.bin"),
    ],
)
def test_it_is_found_wherever_the_app_lies_on_its_host(node: Node, page: str, address: str):
    found = node.ask("fetching", "media/a.bin", page, {address: {"type": BYTES, "text": "packed"}})
    assert found["got"] == "packed"
    assert found["asked"][-1] == address
    assert found["pauses"] == [0]


def test_a_page_in_its_place_is_no_recording(node: Node):
    answers = {
        "http://host/lab/media/a.bin": {"type": "text/html", "text": "a page"},
        "http://host/media/a.bin": {"type": BYTES, "text": "packed"},
    }
    assert node.ask("fetching", "media/a.bin", "http://host/lab/", answers)["got"] == "packed"
    refused = {"http://host/media/a.bin": {"type": BYTES, "text": "no", "ok": False}}
    assert node.ask("fetching", "media/a.bin", "http://host/", refused)["got"] == "no recording at media/a.bin"


def test_it_asks_again_with_longer_pauses_and_gives_up(node: Node):
    late = node.ask("fetching", "a", "http://host/", {"http://host/a": {"type": BYTES, "text": "packed"}}, 4)
    assert late["got"] == "packed"
    assert late["pauses"][0] == 0
    never = node.ask("fetching", "a", "http://host/", {})
    assert never["got"] == "no recording at a"
    assert never["pauses"] == sorted(never["pauses"])
    assert len(never["pauses"]) >= 3
