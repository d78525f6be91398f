"""How a recording arrives: from which address, and that a late one is not shown in place of another."""

import pytest

from tests.player.node import Node

BYTES = "application/octet-stream"


@pytest.fixture
def mount(node: Node):
    """`mount(act, …)` calls the component and lets recordings arrive, as scripts/driver.js describes."""
    return lambda *acts: node.ask("mounting", [list(act) for act in acts])


def test_a_recording_is_loaded_when_it_arrives(mount):
    assert mount(("call", "/a"))["loaded"] == []
    after = mount(("call", "/a"), ("arrive", "/a"))
    assert after == {"loaded": ["/a"], "asked": ["/a"], "note": "", "made": 1, "gone": [False]}


def test_a_late_recording_is_not_loaded_in_place_of_the_one_asked_for_since(mount):
    after = mount(("call", "/old"), ("call", "/new"), ("arrive", "/new"), ("arrive", "/old"))
    assert (after["loaded"], after["made"]) == (["/new"], 1)
    assert mount(("call", "/old"), ("call", "/new"), ("arrive", "/old"))["loaded"] == []
    assert mount(("call", "/old"), ("call", "/new"), ("arrive", "/old"), ("arrive", "/new"))["loaded"] == ["/new"]


def test_a_second_call_for_the_same_recording_asks_once_and_loads_it_for_the_new_theme(mount):
    after = mount(("call", "/a"), ("arrive", "/a"), ("call", "/a"))
    assert (after["asked"], after["loaded"]) == (["/a"], ["/a", "/a"])
    both = mount(("call", "/a"), ("call", "/a"), ("arrive", "/a"))
    assert (both["asked"], both["loaded"]) == (["/a"], ["/a"])


def test_a_recording_that_fails_is_reported_and_asked_for_again(mount):
    after = mount(("call", "/a"), ("fail", "/a"))
    assert "did not arrive" in after["note"]
    again = mount(("call", "/a"), ("fail", "/a"), ("call", "/a"), ("arrive", "/a"))
    assert (again["asked"], again["loaded"]) == (["/a", "/a"], ["/a"])


def test_an_old_failure_is_not_reported_over_a_new_recording(mount):
    after = mount(("call", "/old"), ("call", "/new"), ("arrive", "/new"), ("fail", "/old"))
    assert (after["note"], after["loaded"]) == ("", ["/new"])


def test_only_the_last_call_takes_the_player_down(mount):
    after = mount(("call", "/a"), ("call", "/b"), ("leave", 0), ("arrive", "/b"))
    assert (after["gone"], after["loaded"]) == ([False], ["/b"])
    gone = mount(("call", "/a"), ("leave", 0), ("arrive", "/a"))
    assert (gone["gone"], gone["loaded"]) == ([True], [])
    back = mount(("call", "/a"), ("leave", 0), ("call", "/a"), ("arrive", "/a"))
    assert (back["gone"], back["made"]) == ([True, False], 2)


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
    found = node.ask("fetching", "/media/a.bin", page, {address: {"type": BYTES, "text": "packed"}})
    assert found["got"] == "packed"
    assert found["asked"][-1] == address
    assert found["pauses"] == [0]


def test_a_page_in_its_place_is_no_recording(node: Node):
    answers = {
        "http://host/lab/media/a.bin": {"type": "text/html", "text": "a page"},
        "http://host/media/a.bin": {"type": BYTES, "text": "packed"},
    }
    assert node.ask("fetching", "/media/a.bin", "http://host/lab/", answers)["got"] == "packed"
    refused = {"http://host/media/a.bin": {"type": BYTES, "text": "no", "ok": False}}
    assert node.ask("fetching", "/media/a.bin", "http://host/", refused)["got"] == "no recording at /media/a.bin"


def test_it_asks_again_with_longer_pauses_and_gives_up(node: Node):
    late = node.ask("fetching", "/a", "http://host/", {"http://host/a": {"type": BYTES, "text": "packed"}}, 4)
    assert late["got"] == "packed"
    assert late["pauses"][0] == 0
    never = node.ask("fetching", "/a", "http://host/", {})
    assert never["got"] == "no recording at /a"
    assert never["pauses"] == sorted(never["pauses"])
    assert len(never["pauses"]) >= 3
