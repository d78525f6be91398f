"""The parts of the load benchmark that need no server."""

import json

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.load import hostile
from benchmarks.load.figures import Figure, Report, quantile
from benchmarks.load.reader import Run, Wait
from bnviz.ui.page.contents import PAGES


def message(**fields) -> ForwardMsg:
    return ForwardMsg(**fields)


def element(kind: str) -> ForwardMsg:
    found = ForwardMsg()
    getattr(found.delta.new_element, kind).SetInParent()
    return found


def test_an_exception_on_the_page_is_trouble():
    run = Run()
    title, failure = element("heading"), element("exception")
    title.delta.new_element.heading.tag = "h1"
    failure.delta.new_element.exception.message = "no such thing"
    failure.delta.new_element.exception.stack_trace.append("line 1")
    end = message(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
    run.take(title, 10)
    run.take(end, 10)
    assert run.trouble is None
    assert run.finished
    run.take(failure, 10)
    assert "no such thing" in run.trouble
    assert run.tracebacks == 1


def test_a_page_without_end_or_title_is_trouble():
    run = Run()
    run.take(message(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN), 10)
    assert run.trouble == "the page did not come to its end"
    run.take(message(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY), 10)
    assert run.trouble == "the page has no title"
    run.take(message(script_finished=ForwardMsg.FINISHED_WITH_COMPILE_ERROR), 10)
    assert run.trouble == "the page did not come to its end"


def test_a_player_names_the_address_of_its_recording():
    run = Run()
    player = element("bidi_component")
    player.delta.new_element.bidi_component.json = json.dumps({"address": "recording/x", "of": "a"})
    run.take(player, 10)
    assert run.addresses == ["recording/x"]
    assert run.picture is not None


def test_a_component_that_waits_is_followed_until_its_place_has_a_picture():
    run = Run()
    player = element("bidi_component")
    player.delta.fragment_id = "f"
    component = player.delta.new_element.bidi_component
    component.id, component.json = "c", json.dumps({"stream": "stream/t", "watch": "7", "of": "a"})
    run.take(player, 10)
    assert run.progress
    assert run.picture is None
    assert run.waits == {"c": Wait("c", "stream/t", "7", "f")}
    component.json = json.dumps({"address": "recording/x", "of": "a"})
    run.take(player, 10)
    assert not run.progress


def test_a_button_is_found_by_its_label():
    run = Run()
    button = element("button")
    button.delta.new_element.button.label = "Try again"
    button.delta.new_element.button.id = "w1"
    run.take(button, 10)
    assert run.buttons == {"Try again": "w1"}
    assert run.widgets == ["w1"]


def test_links_visit_every_page_and_are_always_the_same():
    links = hostile.links(60)
    assert len(links) == 60
    assert links == hostile.links(60)
    assert len({page for page, _ in links}) == len(PAGES)


def test_frames_are_many_and_named_apart():
    frames = hostile.frames()
    assert len(frames) >= 30
    assert len({name for name, _ in frames}) == len(frames)
    for name, frame in hostile.states(["a widget"]):
        assert BackMsg.FromString(frame).WhichOneof("type") == "rerun_script", name


def test_the_table_says_which_targets_were_missed():
    report = Report(
        [Figure("a", "slow", 2.0, "s", 1.0), Figure("a", "fast", 0.5, "s", 1.0), Figure("a", "size", 3, "MB")]
    )
    slow, fast, size = report.table.splitlines()[2:]
    assert "**missed**" in slow
    assert "| met |" in fast
    assert size == "| a | size | 3 MB |  |  |"


def test_quantiles_are_values_that_occurred():
    values = [float(k) for k in range(1, 101)]
    assert quantile(values, 0.5) == 51
    assert quantile(values, 0.95) == 96
    assert quantile([7.0], 0.95) == 7
