"""The position in the recording: moved by a clock that the test turns, by buttons and by keys."""

import pytest

from tests.player.node import Node

LAST = 120


@pytest.fixture
def play(node: Node):
    """`play(act, …)` returns what the playback is after each act: a method's name, or [name, argument]."""

    def start(*acts, last: int = LAST) -> list[dict]:
        return node.ask("play", last, [[act] if isinstance(act, str) else act for act in acts])

    return start


def test_twelve_records_pass_in_a_second(play):
    *_, after = play("play", *[["pass", 100]] * 10)
    assert after["position"] == pytest.approx(12)
    assert after["frame"] == 12
    assert after["playing"]


@pytest.mark.parametrize("speed", [0.25, 0.5, 1, 2, 4])
@pytest.mark.parametrize("pause", [10, 40, 500])
def test_speed_counts_by_the_clock_and_not_by_the_pictures(play, speed: float, pause: int):
    _, _, *passed = play(["speed", speed], "play", *[["pass", pause]] * 8)
    for number, after in enumerate(passed, start=1):
        assert after["position"] == pytest.approx(min(LAST, number * pause / 1000 * 12 * speed))
        assert after["frame"] == min(LAST, int(after["position"] + 1e-6))
        if after["position"] < LAST:
            assert after["heard"] == ["frame"]


def test_the_speed_may_change_on_the_way(play):
    after = play("play", ["pass", 500], ["speed", 4], ["pass", 500], ["speed", 0.5], ["pass", 1000])[-1]
    assert after["position"] == pytest.approx(6 + 24 + 6)


def test_a_clock_that_goes_back_does_not_move_it_back(play):
    after = play("play", ["pass", 100], ["pass", -50])[-1]
    assert after["position"] == pytest.approx(1.2)


def test_it_ends_on_the_last_record_and_says_so_once(play):
    *_, before, at, later = play("play", ["pass", 9900], ["pass", 200], ["pass", 200])
    assert (before["position"], before["playing"], before["waiting"]) == (pytest.approx(118.8), True, 1)
    assert (at["position"], at["frame"], at["playing"], at["waiting"]) == (LAST, LAST, False, 0)
    assert at["heard"] == ["frame", "move", "rest"]
    assert later == {**at, "heard": []}


def test_playing_at_the_end_starts_over_and_elsewhere_goes_on(play):
    again = play(["act", "end"], ["act", "toggle"], ["pass", 100])
    assert [each["position"] for each in again] == [LAST, 0, pytest.approx(1.2)]
    on = play(["seek", LAST - 1], ["act", "toggle"], ["pass", 50])
    assert [each["position"] for each in on] == [LAST - 1, LAST - 1, pytest.approx(LAST - 0.4)]


def test_pausing_rests_on_the_nearest_record(play):
    for milliseconds, record in [(110, 1), (130, 2), (80, 1), (30, 0)]:
        _, _, paused, later = play("play", ["pass", milliseconds], ["act", "toggle"], ["pass", 1000])
        assert (paused["position"], paused["frame"], paused["playing"], paused["waiting"]) == (record, record, False, 0)
        assert paused["heard"] == ["move", "rest"]
        assert later["position"] == record


def test_buttons_move_one_record_or_to_an_end(play):
    acts = ["forward", "forward", "forward", "back", "end", "forward", "back", "start", "back", "forward"]
    after = play(*[["act", act] for act in acts], last=5)
    assert [each["position"] for each in after] == [1, 2, 3, 2, 5, 5, 4, 0, 0, 1]
    assert all(each["heard"] == ["move", "rest"] for each in after)


@pytest.mark.parametrize(("act", "record"), [("forward", 3), ("back", 1), ("start", 0), ("end", LAST)])
def test_a_step_while_playing_counts_from_the_record_on_show_and_stops(play, act: str, record: int):
    _, moved, stepped, later = play("play", ["pass", 210], ["act", act], ["pass", 500])
    assert moved["frame"] == 2
    assert (stepped["position"], stepped["playing"], stepped["waiting"]) == (record, False, 0)
    assert later["position"] == record


@pytest.mark.parametrize(("target", "record"), [(7, 7), (-3, 0), (LAST + 1, LAST), (0, 0), (LAST, LAST)])
def test_scrubbing_stops_and_stays_inside(play, target: int, record: int):
    _, sought, later = play("play", ["seek", target], ["pass", 500])
    assert (sought["position"], sought["playing"], sought["heard"]) == (record, False, ["move"])
    assert later["position"] == record


def test_out_of_sight_the_clock_stands_still_and_then_goes_on(play):
    _, _, hidden, still, shown, on = play(
        "play", ["pass", 100], ["setAwake", False], ["pass", 60_000], ["setAwake", True], ["pass", 100]
    )
    assert (hidden["playing"], hidden["waiting"]) == (True, 0)
    assert still["position"] == hidden["position"] == pytest.approx(1.2)
    assert shown["waiting"] == 1
    assert on["position"] == pytest.approx(2.4)


def test_out_of_sight_nothing_starts_and_nothing_runs_twice(play):
    _, started, _, paused, shown = play(["setAwake", False], "play", ["pass", 100], "pause", ["setAwake", True])
    assert (started["playing"], started["waiting"]) == (True, 0)
    assert (paused["playing"], shown["waiting"]) == (False, 0)
    twice = play("play", ["setAwake", True], "play", ["pass", 100])
    assert [each["waiting"] for each in twice] == [1] * 4
    assert twice[-1]["position"] == pytest.approx(1.2)


def test_a_single_record_is_both_ends(play):
    _, after, stepped = play("play", ["pass", 50], ["act", "forward"], last=0)
    assert (after["position"], after["playing"]) == (0, False)
    assert stepped["position"] == 0


def test_while_it_grows_playing_waits_at_the_last_record_for_the_next(play):
    _, _, at, idle, grown, on = play(
        ["extend", [6, True]], "play", ["pass", 1000], ["pass", 5000], ["extend", [30, True]], ["pass", 500]
    )
    assert (at["position"], at["playing"], at["waiting"], at["heard"]) == (6, True, 0, ["frame"])
    assert (idle["position"], idle["playing"], idle["heard"]) == (6, True, [])
    assert (grown["position"], grown["waiting"]) == (6, 1)
    assert on["position"] == pytest.approx(12), "the time in which it waited does not count"


def test_what_has_grown_to_its_end_ends(play):
    *_, end = play(["extend", [6, True]], "play", ["pass", 1000], ["extend", [6, False]], ["pass", 10])
    assert (end["position"], end["playing"], end["waiting"]) == (6, False, 0)
    assert end["heard"] == ["frame", "move", "rest"]
    *_, more = play(["extend", [6, True]], "play", ["pass", 1000], ["extend", [9, False]], ["pass", 10])
    assert more["playing"]


def test_what_rests_while_it_grows_stays_where_it_is(play):
    *_, paused, grown, later = play(["seek", 3], ["extend", [LAST + 50, True]], ["pass", 1000])
    assert (paused["position"], grown["position"], later["position"]) == (3, 3, 3)
    assert not grown["playing"]
    assert (grown["waiting"], later["waiting"]) == (0, 0)
    *_, end = play(["seek", 3], ["extend", [LAST + 50, True]], ["act", "end"])
    assert end["position"] == LAST + 50


def test_it_stays_inside_of_what_replaces_it(play):
    *_, after = play(["seek", 100], ["extend", [40, False]])
    assert (after["position"], after["frame"]) == (40, 40)


def test_out_of_sight_it_does_not_run_on_for_having_grown(play):
    *_, grown = play("play", ["setAwake", False], ["extend", [LAST + 50, True]])
    assert (grown["playing"], grown["waiting"]) == (True, 0)


def test_growing_while_it_plays_does_not_run_it_twice(play):
    *_, grown, on = play("play", ["pass", 100], ["extend", [LAST + 50, True]], ["pass", 100])
    assert grown["waiting"] == 1
    assert on["position"] == pytest.approx(2.4)


KEYS = {" ": "toggle", "ArrowLeft": "back", "ArrowRight": "forward", "Home": "start", "End": "end"}


@pytest.mark.parametrize(("key", "action"), KEYS.items())
def test_keys(node: Node, key: str, action: str):
    def press(tag: str = "body", inside: bool = True, **event):
        return node.ask("key", {"key": key, **event}, tag, inside)

    assert press() == action
    assert press("main") == action
    assert press("canvas") == action
    assert press("canvas", inside=False) is None
    for modifier in ("ctrlKey", "altKey", "metaKey", "shiftKey", "defaultPrevented"):
        assert press(**{modifier: True}) is None
    # A focused control keeps the keys that it has a use for.
    assert press("select") is None
    assert press("input[type=radio]") is None
    assert press("button") == (None if key == " " else action)
    assert press("input[type=range]") == (action if key == " " else None)


@pytest.mark.parametrize("key", ["a", "Enter", "ArrowUp", "ArrowDown", "Escape", "PageDown"])
def test_other_keys_do_nothing(node: Node, key: str):
    assert node.ask("key", {"key": key}, "body", True) is None
