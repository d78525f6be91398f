"""Parts of a recording, put together, are the recording; and the player goes on with it as it grows."""

import numpy as np
import pytest

from tests.player.conftest import Cut, Record
from tests.player.node import Node
from tests.player.recordings import CASES

CUT = [case for case in CASES if case != "first"]  # that one has a single record
NAMES = ("view", "runs", "stages", "layers", "units", "zero_bin", "interventions", "autoplay", "grid", "classes")
SIZES = ("records", "runCount", "layerCount", "stageCount", "bins", "lastRecord", "lastStep", "endOf", "hasEnded")
NUMBERS = ("steps", "loss", "accuracy", "mean", "sd")
SHAPES = ("edges", "heights", "peak", "outside", "zero")
PLANE = ("probability", "points", "pointLabels")
EXAMPLES = ("spread", "inks", "exampleLabels")
TOP_CODE, TOP_PLACE = 65534, 4094


def cuts_of(history) -> list[tuple[int, ...]]:
    last = len(history.steps)
    return [(1,), (last - 1,), (2, 5), tuple(range(1, last))]


def equal(found, wanted, name: str) -> None:
    np.testing.assert_array_equal(np.array(found, float), np.array(wanted, float), err_msg=name)


def agree(found: dict, whole: dict, view: str) -> None:
    """Fail unless every lookup but those of trajectories finds the same, between records too."""
    for name in (*NAMES, *SIZES, "hasTrajectory"):
        assert found.get(name) == whole.get(name), name
    for name in (*NUMBERS, *(SHAPES if view == "training" else ())):
        equal(found[name], whole[name], name)
    for name in PLANE if whole.get("classes") else ():
        equal(found[name], whole[name], name)
    assert ("examples" in found) == ("examples" in whole)
    for name in EXAMPLES if "examples" in whole else ():
        equal(found[name], whole[name], name)


@pytest.mark.parametrize("view", ["training", "layer"])
@pytest.mark.parametrize("case", CUT)
def test_every_lookup_finds_what_the_whole_recording_has(node: Node, record: Record, cut: Cut, case: str, view: str):
    recorded = record(case, view=view)
    last = len(recorded.history.steps) - 1
    positions = [half / 2 for half in range(2 * last + 1)]
    whole = node.ask("dump", recorded.packed, positions)
    assert whole["records"] == last + 1
    for at in cuts_of(recorded.history):
        agree(node.ask("dump", cut(case, at, view=view), positions), whole, view)


@pytest.mark.parametrize("view", ["training", "layer"])
@pytest.mark.parametrize("case", [case for case in CUT if case not in ("clipped", "trained, diverging")])
def test_trajectories_are_those_of_the_whole_within_the_steps_of_their_codes(
    node: Node, record: Record, cut: Cut, case: str, view: str
):
    recorded = record(case, view=view)
    whole = node.ask("dump", recorded.packed, [0])
    for at in cuts_of(recorded.history):
        found = node.ask("dump", cut(case, at, view=view), [0])
        assert found["trajectories"].keys() == whole["trajectories"].keys()
        for name, runs in whole["trajectories"].items():
            for run, layers in enumerate(runs):
                for layer, values in enumerate(layers):
                    own, theirs = (each["scales"][name][layer] for each in (whole, found))
                    assert not theirs["clipped"] or case == "trained"
                    if theirs["clipped"]:
                        continue
                    # Each join makes the codes anew, and is off by half of a step at most.
                    step, steps = ((scale["hi"] - scale["lo"]) / TOP_CODE for scale in (own, theirs))
                    off = step / 2 + (len(at) + 2) * steps / 2
                    # The whole is cut off where what was before a kick could not be read; a part may not know that.
                    joined = np.clip(found["trajectories"][name][run][layer], own["lo"], own["hi"])
                    np.testing.assert_allclose(joined, np.array(values), rtol=1e-9, atol=off)


@pytest.mark.parametrize("case", [case for case in CUT if case not in ("alone", "clipped", "trained, diverging")])
def test_examples_lie_where_they_do_in_the_whole_and_their_scale_holds_all_parts(
    node: Node, record: Record, cut: Cut, case: str
):
    whole = node.ask("dump", record(case).packed, [0, 0.5, 1])
    for at in cuts_of(record(case).history):
        parts = [node.ask("dump", path, [0])["examples"] for path in cut(case, at)]
        found = node.ask("dump", cut(case, at), [0, 0.5, 1])
        reach = np.max([part["reach"] for part in parts], 0)
        assert found["examples"] == whole["examples"] | {"reach": reach.tolist()}
        step = 2 * max(*reach, *whole["examples"]["reach"]) / TOP_PLACE
        np.testing.assert_allclose(np.array(found["places"], float), np.array(whole["places"], float), atol=step)


def test_examples_that_a_part_leaves_out_are_said_to_be(node: Node, cut: Cut):
    paths = cut("clipped", (4,))
    assert [node.ask("dump", path, [0])["examples"]["beyond"] for path in paths] == [False, True]
    for both in (paths, paths[::-1]):
        assert node.ask("dump", both, [0])["examples"]["beyond"]


@pytest.mark.parametrize("case", ["plane", "classes", "digits", "alone"])
def test_the_axis_of_trajectories_holds_both_parts_and_no_more(node: Node, record: Record, cut: Cut, case: str):
    for at in cuts_of(record(case).history):
        paths = cut(case, at)
        parts = [node.ask("dump", path, [0])["scales"] for path in paths]
        for name, layers in node.ask("dump", paths, [0])["scales"].items():
            for layer, scale in enumerate(layers):
                each = [part[name][layer] for part in parts]
                assert scale["lo"] == min(one["lo"] for one in each)
                assert scale["hi"] == max(one["hi"] for one in each)


@pytest.mark.parametrize("turned", [False, True])
def test_values_that_a_part_cuts_off_are_said_to_be_cut(node: Node, record: Record, cut: Cut, turned: bool):
    # They come late in this one: turned around, parts follow in which nothing is cut off.
    paths = cut("clipped", (2, 4, 6))[:: -1 if turned else 1]
    parts = [node.ask("dump", path, [0])["scales"] for path in paths]
    clipped = 0
    for count in range(1, len(paths) + 1):
        for name, layers in node.ask("dump", paths[:count], [0])["scales"].items():
            for layer, scale in enumerate(layers):
                assert scale["clipped"] == any(part[name][layer]["clipped"] for part in parts[:count])
                clipped += scale["clipped"]
    assert clipped, "some are"


@pytest.mark.parametrize("case", ["plane", "trained", "digits"])
def test_what_has_arrived_so_far_is_a_recording_that_reaches_to_the_planned_end(
    node: Node, record: Record, cut: Cut, case: str
):
    history = record(case).history
    last = len(history.steps)
    paths = cut(case, tuple(range(1, last)))
    for count in range(1, last):
        found = node.ask("dump", paths[:count], list(range(count)))
        assert (found["records"], found["lastRecord"]) == (count, count - 1)
        assert found["steps"] == list(history.steps[:count])
        assert found["lastStep"] == history.experiment.steps
        assert found["endOf"] == [max(0, min(length, count) - 1) for length in history.recorded]
        statuses = [run["status"] for run in found["runs"]]
        over = [length < count for length in history.recorded]
        assert [status != "running" for status in statuses] == over


def test_joining_leaves_the_parts_as_they_are(node: Node, cut: Cut):
    paths = cut("plane", (3, 6))
    before = [node.ask("dump", path, [0, 1, 2]) for path in paths]
    node.ask("dump", paths, [0])
    assert [node.ask("dump", path, [0, 1, 2]) for path in paths] == before


# The player


@pytest.fixture
def show(node: Node):
    """`show(act, …)` lets a player load recordings, as scripts/playing.js describes."""
    return lambda *acts, still=False: node.ask("loading", [list(act) for act in acts], still)


def test_it_grows_in_place(show, cut: Cut):
    parts = cut("plane", (3, 6))
    *_, chosen, grown, sought, whole = show(
        ("load", parts[:1], "mine", True),
        ("choose", {"run": 2, "layer": 0, "stage": 1}),
        ("load", parts[:2], "mine", True),
        ("seek", 4),
        ("load", parts, "mine", True),
    )
    assert (chosen["lastRecord"], grown["lastRecord"], whole["lastRecord"]) == (2, 5, 8)
    for after in (chosen, grown, sought, whole):
        assert after["state"] == {"run": 2, "layer": 0, "stage": 1, "columns": []}
        assert after["growing"]
        assert after["speed"] == 2
    assert (whole["position"], whole["playing"]) == (4, False)
    assert whole["built"] == 3


def test_it_plays_on_when_it_grows_and_ends_with_the_whole(show, record: Record, cut: Cut):
    parts = cut("plane", (3, 6))
    begun, at, grown, on, whole, later, end = show(
        ("load", parts[:1], "mine", True),
        ("pass", 1000),
        ("load", parts[:2], "mine", True),
        ("pass", 100),
        ("load", record("plane").packed, "mine", False),
        ("pass", 100),
        ("pass", 1000),
    )
    assert (begun["position"], begun["playing"], begun["waiting"]) == (0, True, 1)
    assert (at["position"], at["playing"]) == (2, True)
    assert (grown["position"], grown["playing"]) == (2, True)
    assert on["position"] == pytest.approx(4.4)
    assert (whole["position"], whole["playing"], whole["lastRecord"], whole["growing"]) == (
        on["position"],
        True,
        8,
        False,
    )
    assert later["position"] == pytest.approx(6.8)
    assert (end["position"], end["playing"], end["waiting"]) == (8, False, 0)


def test_the_whole_keeps_what_was_chosen_while_it_grew(show, record: Record, cut: Cut):
    *_, paused, whole = show(
        ("load", cut("plane", (5,))[:1], "mine", True),
        ("choose", {"run": 3, "layer": 1}),
        ("seek", 2),
        ("load", record("plane").packed, "mine", False),
    )
    assert (whole["position"], whole["state"], whole["playing"]) == (2, paused["state"], False)


def test_another_training_starts_over(show, record: Record, cut: Cut):
    *_, other = show(
        ("load", cut("plane", (5,))[:1], "mine", True),
        ("choose", {"run": 3, "layer": 1, "stage": 0}),
        ("seek", 2),
        ("load", record("digits").packed, "other", False),
    )
    assert (other["position"], other["playing"], other["lastRecord"], other["waiting"]) == (0, True, 8, 1)
    assert other["state"] == {"run": 0, "layer": 3, "stage": 0, "columns": []}
    assert not other["growing"]


def test_the_same_recording_is_drawn_again_and_goes_on(show, record: Record):
    whole = record("plane").packed
    *_, before, after = show(("load", whole, "mine", False), ("pass", 100), ("load", whole, "mine", False))
    assert (after["position"], after["built"], after["refreshed"]) == (before["position"], 1, 1)


def test_a_training_that_came_in_one_part_rests_at_its_end(show, record: Record):
    packed = record("plane").packed
    *_, waiting, after, rested = show(
        ("load", packed, "mine", True), ("pass", 60_000), ("load", packed, "mine"), ("pass", 20)
    )
    assert (waiting["playing"], waiting["growing"]) == (True, True)
    assert not after["growing"]
    assert not rested["playing"]
    assert rested["position"] == rested["lastRecord"]


def test_it_stands_still_until_there_is_a_guess(show, cut: Cut):
    parts = cut("plane", (3,))
    *_, held, grown, later, released = show(
        ("keep", "held"),
        ("load", parts[:1], "mine", True),
        ("load", parts, "mine", False),
        ("pass", 1000),
        ("keep", "open"),
    )
    assert [state["playing"] for state in (held, grown, later, released)] == [False, False, False, True]
    assert later["position"] == 0


def test_a_recording_that_comes_after_the_guess_plays_at_once(show, record: Record):
    *_, after = show(("keep", "held"), ("keep", "open"), ("load", record("plane").packed, "mine", False))
    assert after["playing"]


def test_reduced_motion_rests_after_the_guess_too(show, record: Record):
    acts = (("keep", "held"), ("load", record("plane").packed, "mine", False), ("keep", "open"))
    assert not show(*acts, still=True)[-1]["playing"]


def test_reduced_motion_rests_at_the_start_while_it_grows(show, cut: Cut):
    parts = cut("plane", (3,))
    first, whole = show(("load", parts[:1], "mine", True), ("load", parts, "mine", False), still=True)
    assert not first["playing"]
    assert not whole["playing"]


def test_it_starts_by_itself_only_where_it_should(show, record: Record):
    (asked,) = show(("load", record("plane").packed, "mine", False))
    (unasked,) = show(("load", record("plane", autoplay=False).packed, "mine", False))
    assert (asked["playing"], unasked["playing"]) == (True, False)
