"""The routes beside Streamlit's: what a visitor waits for as it comes, and recordings by their digest."""

import asyncio
import gc
import gzip
import json
import math
import threading
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette

from bnviz.ui.server import stream
from bnviz.ui.server.desk import Desk
from bnviz.ui.server.jobs import Done, Running, Waiting
from bnviz.ui.server.stream import Exit, Packed, PackedOnDemand, is_own, routes

PATIENCE = 20.0
STEP = Running(3, (1.5, math.nan), 0.5)
FINISHED: Done = Done("finished", "a")


class Ticket:
    """A ticket of which the test says how it stands."""

    def __init__(self, key: str = "a", state: Any = STEP, partial: Any = None) -> None:
        self.key = key
        self.state = state
        self.partial = partial
        self.looks = 0

    def look(self) -> Any:
        self.looks += 1
        return self.state

    def leave(self, for_good: bool = False) -> None:
        pass


class Reader:
    """A browser that asks for an address; what it was sent is in `sent`. It takes messages while `taking` is set."""

    def __init__(self, path: str, base: str = "", **headers: str) -> None:
        self.app = Starlette(routes=routes(base))
        named = {"host": "host"} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "query_string": b"",
        }
        self.sent: list[dict] = []
        self.taking, self.gone = asyncio.Event(), asyncio.Event()
        self.taking.set()

    async def visit(self) -> None:
        await self.app(self.scope, self._receive, self._send)

    async def _receive(self) -> dict:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.taking.wait()
        self.sent.append(message)

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])

    @property
    def is_complete(self) -> bool:
        return not self.sent[-1].get("more_body", False)

    @property
    def heard(self) -> list[dict]:
        """The messages: what their JSON says, with the other bytes as "payload"."""
        found, data = [], self.body
        while data:
            size = int.from_bytes(data[:4], "little")
            words, data = json.loads(data[4 : 4 + size]), data[4 + size :]
            size = int.from_bytes(data[:4], "little")
            found.append({**words, "payload": data[4 : 4 + size]})
            data = data[4 + size :]
        return found

    def kinds(self, watch: Any = None) -> list[str]:
        return [each["kind"] for each in self.heard if watch is None or each["watch"] == watch.id]


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"BEAT": 0.001, "LOOKS": 1e9, "WORD": 1e9, "MORE": 0.0, "SPACING": 0.0}.items():
        monkeypatch.setattr(stream, name, value)


@pytest.fixture
def desk() -> Desk:
    return Desk("one")


def run(test: Callable[[], Coroutine]) -> None:
    asyncio.run(asyncio.wait_for(test(), PATIENCE))
    assert not stream._CROWD


def reader_of(desk: Desk) -> Reader:
    return Reader(f"/bnviz/stream/{desk.token}")


async def until(happened: Callable[[], Any]) -> None:
    while not happened():
        await asyncio.sleep(0.001)


async def some_looks(ticket: Ticket, count: int = 4) -> None:
    """Wait until the ticket was looked at a few times more."""
    wanted = ticket.looks + count
    await until(lambda: ticket.looks >= wanted)


def test_it_tells_what_becomes_of_a_job_and_ends_with_it(desk, monkeypatch):
    monkeypatch.setattr(stream, "WORD", 0.0)
    ticket = Ticket(state=Waiting(2))
    watch = desk.ask("stage", "a", lambda: ticket)
    everything = []

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await until(lambda: "waiting" in reader.kinds())
        ticket.state = STEP
        await until(lambda: "running" in reader.kinds())
        ticket.state = FINISHED
        await visit
        assert reader.is_complete
        everything.extend(reader.heard)

    run(test)
    told = []
    for each in everything:
        if each not in told:
            told.append(each)
    assert told == [
        {"watch": watch.id, "kind": "waiting", "ahead": 2, "payload": b""},
        {"watch": watch.id, "kind": "running", "step": 3, "losses": [1.5, None], "seconds": 0.5, "payload": b""},
        {"watch": watch.id, "kind": "ended", "ending": "finished", "payload": b""},
    ]
    assert everything == sorted(everything, key=told.index), "in this order"
    assert everything.count(told[-1]) == 1


def test_nothing_holds_it_back_on_its_way(desk):
    desk.ask("stage", "a", lambda: Ticket(state=FINISHED))

    async def test():
        reader = reader_of(desk)
        await reader.visit()
        assert reader.status == 200
        assert reader.headers["content-type"] == "application/octet-stream"
        assert reader.headers["content-encoding"] == "identity"
        assert reader.headers["cache-control"] == "no-store"
        assert reader.headers["x-accel-buffering"] == "no"
        assert "content-length" not in reader.headers

    run(test)


def test_words_on_the_progress_keep_a_distance(desk):
    ticket = Ticket()
    desk.ask("stage", "a", lambda: ticket)

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await some_looks(ticket)
        ticket.state = FINISHED
        await visit
        assert reader.kinds() == ["running", "ended"]

    run(test)


def test_who_waits_for_nothing_hears_nothing(desk):
    async def test():
        reader = reader_of(desk)
        await reader.visit()
        assert (reader.status, reader.body, reader.is_complete) == (200, b"", True)

    run(test)


def test_parts_come_in_order_and_each_once(desk):
    ticket = Ticket(state=Waiting(0))
    threads = set()

    def encode(part: int) -> bytes:
        threads.add(threading.current_thread())
        return b"part %d" % part

    desk.ask("stage", "a", lambda: ticket, encode)

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await some_looks(ticket)
        ticket.state, ticket.partial = STEP, (0,)
        await until(lambda: "part" in reader.kinds())
        await some_looks(ticket)
        ticket.partial = (0, 1, 2)
        await some_looks(ticket)
        ticket.partial = (0, 1, 2, 3)
        ticket.state = FINISHED
        await visit
        parts = [each["payload"] for each in reader.heard if each["kind"] == "part"]
        assert parts == [b"part 0", b"part 1", b"part 2", b"part 3"]
        assert reader.kinds()[-2:] == ["part", "ended"], "the last part before the end"

    run(test)
    assert threading.main_thread() not in threads, "others are served while a part is packed"


def test_a_figure_that_fills_in_is_drawn_again_when_there_is_more(desk):
    ticket = Ticket(partial="rows")
    desk.ask("figure", "a", lambda: ticket, fills=True)

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await some_looks(ticket)
        assert reader.kinds().count("more") == 1, "once for what is the same"
        ticket.partial = "more rows"
        await some_looks(ticket)
        assert reader.kinds().count("more") == 2
        ticket.state = FINISHED
        await visit
        assert reader.kinds()[-1] == "ended"
        assert reader.kinds().count("more") == 2

    run(test)


def test_a_figure_that_fills_in_quickly_is_not_drawn_for_every_row(desk, monkeypatch):
    monkeypatch.setattr(stream, "MORE", 1e9)
    ticket = Ticket()
    desk.ask("figure", "a", lambda: ticket, fills=True)

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await some_looks(ticket)
        assert "more" not in reader.kinds(), "there is nothing yet"
        for rows in range(5):
            ticket.partial = ("rows", rows)
            await some_looks(ticket, 2)
        ticket.state = FINISHED
        await visit
        assert reader.kinds().count("more") == 1

    run(test)


def test_every_place_is_told_of_its_own_job_until_that_has_ended(desk):
    tickets = Ticket("a"), Ticket("b"), Ticket("c")
    first, second = (desk.ask(ticket.key, ticket.key, lambda t=ticket: t) for ticket in tickets[:2])

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await until(lambda: reader.kinds(first) and reader.kinds(second))
        tickets[0].state = FINISHED
        await until(lambda: "ended" in reader.kinds(first))
        third = desk.ask("c", "c", lambda: tickets[2])
        await until(lambda: reader.kinds(third))
        tickets[1].state = Done("stopped", "b")
        await some_looks(tickets[2])
        assert not visit.done()
        desk.leave("c")
        await visit
        assert reader.kinds(first) == ["running", "ended"]
        assert reader.kinds(second) == ["running", "ended"]
        assert reader.kinds(third) == ["running"]
        endings = {each["watch"]: each["ending"] for each in reader.heard if each["kind"] == "ended"}
        assert endings == {first.id: "finished", second.id: "stopped"}

    run(test)


def test_a_job_that_was_replaced_is_told_of_no_longer(desk):
    before, after = Ticket("a"), Ticket("b")
    old = desk.ask("stage", "a", lambda: before)

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await until(lambda: reader.kinds(old))
        new = desk.ask("stage", "b", lambda: after)
        await until(lambda: reader.kinds(new))
        before.state = after.state = FINISHED
        await visit
        assert (reader.kinds(old), reader.kinds(new)) == (["running"], ["running", "ended"])

    run(test)


def test_a_second_stream_tells_everything_anew_and_ends_the_first(desk):
    ticket = Ticket(partial=(b"x", b"y"))
    desk.ask("stage", "a", lambda: ticket, bytes)

    async def test():
        first, second = reader_of(desk), reader_of(desk)
        earlier = asyncio.create_task(first.visit())
        await until(lambda: len(first.heard) == 3)
        later = asyncio.create_task(second.visit())
        await earlier
        assert first.is_complete
        assert not later.done()
        ticket.state = FINISHED
        await later
        assert first.kinds() == ["part", "part", "running"]
        assert second.kinds() == ["part", "part", "running", "ended"]

    run(test)


def test_a_reader_who_leaves_ends_it(desk):
    ticket = Ticket()
    desk.ask("stage", "a", lambda: ticket)

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await some_looks(ticket)
        reader.gone.set()
        await visit
        assert reader.kinds() == ["running"]
        assert not reader.is_complete

    run(test)
    assert list(desk.watches()) == ["stage"], "the page may come back"


def test_a_reader_who_does_not_take_a_message_is_dropped(desk, monkeypatch):
    monkeypatch.setattr(stream, "SLOW", 0.01)
    monkeypatch.setattr(stream, "WORD", 0.0)
    ticket = Ticket()
    desk.ask("stage", "a", lambda: ticket)

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await until(lambda: reader.kinds())
        reader.taking.clear()
        await visit
        looks = ticket.looks
        await asyncio.sleep(0.02)
        assert ticket.looks == looks

    run(test)


def test_it_ends_when_the_visitor_has_gone(desk, monkeypatch):
    present = {"one"}
    monkeypatch.setattr(stream, "is_present", present.__contains__)
    ticket = Ticket()
    desk.ask("stage", "a", lambda: ticket)

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await some_looks(ticket)
        present.clear()
        await visit
        assert reader.kinds() == ["running"]

    run(test)


class Clock:
    """The time of a loop that passes only while somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        sleep = asyncio.sleep

        async def pass_by(seconds: float) -> None:
            self.now += seconds
            await sleep(0)

        monkeypatch.setattr(stream.asyncio, "sleep", pass_by)
        monkeypatch.setattr(stream.asyncio, "get_running_loop", lambda: SimpleNamespace(time=lambda: self.now))
        monkeypatch.setattr(stream, "BEAT", 0.5)


def test_a_class_that_waits_for_a_result_is_let_go_one_after_the_other(monkeypatch):
    clock = Clock(monkeypatch)
    monkeypatch.setattr(stream, "SPACING", 7.0)
    way, left = Exit(), []

    async def leave() -> None:
        await way.pass_through()
        left.append(clock.now)

    async def test():
        for _ in range(3):
            await leave()

    run(test)
    assert left == [0.0, 7.0, 14.0]


def test_nobody_is_let_go_while_many_scripts_are_in_line(monkeypatch):
    clock = Clock(monkeypatch)
    line = SimpleNamespace(crowded=True)
    monkeypatch.setattr(stream, "page_scripts", line)

    async def test():
        leaving = asyncio.create_task(Exit().pass_through())
        while clock.now < 2.0:
            await asyncio.sleep(0.0)
        assert not leaving.done()
        line.crowded = False
        await leaving

    run(test)
    assert 2.0 <= clock.now < stream.IN_LINE


def test_a_line_that_never_ends_holds_nobody_up_for_ever(monkeypatch):
    clock = Clock(monkeypatch)
    monkeypatch.setattr(stream, "page_scripts", SimpleNamespace(crowded=True))
    run(Exit().pass_through)
    assert stream.IN_LINE <= clock.now <= stream.IN_LINE + 1


def test_who_is_told_of_an_end_goes_through_the_exit(desk, monkeypatch):
    passed = []

    async def pass_through() -> None:
        passed.append(1)

    monkeypatch.setattr(stream._exit, "pass_through", pass_through)
    desk.ask("stage", "a", lambda: Ticket(state=FINISHED))
    desk.ask("figure", "b", lambda: Ticket("b", FINISHED))

    async def test():
        reader = reader_of(desk)
        await reader.visit()
        assert reader.kinds() == ["ended", "ended"]

    run(test)
    assert len(passed) == 2


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long visitors mean to wait from one look to the next; they do not."""
    found = []
    wait_for = asyncio.wait_for

    async def note(awaited: Any, seconds: float) -> Any:
        if seconds in (stream.SLOW, PATIENCE):
            return await wait_for(awaited, seconds)
        found.append(seconds)
        await asyncio.sleep(0)
        raise TimeoutError

    monkeypatch.setattr(stream.asyncio, "wait_for", note)
    return found


def test_looks_are_shared_among_all_readers(desk, pauses, monkeypatch):
    monkeypatch.setattr(stream, "LOOKS", 2)
    ticket = Ticket()
    desk.ask("stage", "a", lambda: ticket)
    others: list[Any] = [object() for _ in range(5)]

    async def test():
        reader = reader_of(desk)
        stream._CROWD.update(others)
        visit = asyncio.create_task(reader.visit())
        await some_looks(ticket)
        stream._CROWD.difference_update(others)
        monkeypatch.setattr(stream, "LOOKS", 1e9)
        await some_looks(ticket)
        ticket.state = FINISHED
        await visit

    run(test)
    assert pauses[0] == 3.0
    assert pauses[-1] == stream.BEAT


def test_who_is_far_back_in_the_line_looks_less_often(desk, pauses):
    ticket = Ticket(state=Waiting(3))
    desk.ask("stage", "a", lambda: ticket)

    async def test():
        visit = asyncio.create_task(reader_of(desk).visit())
        for state in (Waiting(1000), STEP):
            await some_looks(ticket)
            ticket.state = state
        await some_looks(ticket)
        ticket.state = FINISHED
        await visit

    run(test)
    assert set(pauses) == {4 * stream.BEAT, (1 + stream.FAR) * stream.BEAT, stream.BEAT}


def test_who_waits_for_several_looks_as_often_as_the_nearest_asks_for(desk, pauses):
    near, ended = Ticket(state=Waiting(2)), Ticket("c", FINISHED)
    for place, ticket in (("stage", near), ("figure", Ticket("b", Waiting(7))), ("map", ended)):
        desk.ask(place, ticket.key, lambda ticket=ticket: ticket)

    async def test():
        reader = reader_of(desk)
        visit = asyncio.create_task(reader.visit())
        await some_looks(near)
        reader.gone.set()
        await visit

    run(test)
    assert set(pauses) == {3 * stream.BEAT}


def answer(path: str, base: str = "", **headers: str) -> Reader:
    found = []

    async def test():
        reader = Reader(path, base, **headers)
        await reader.visit()
        found.append(reader)

    run(test)
    return found[0]


FOREIGN = [
    {"origin": "https://elsewhere.example"},
    {"origin": "null"},
    {"origin": "http://host:8080"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "same-origin", "origin": "https://elsewhere.example"},
]
OWN = [{}, {"origin": "http://host"}, {"origin": "https://host"}, {"sec_fetch_site": "same-origin"}]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_foreign_page_is_refused(desk, headers):
    packed = Packed(b"bytes")
    reading = answer(f"/bnviz/stream/{desk.token}", **headers)
    assert (reading.status, desk.readers) == (403, 0)
    assert answer(f"/{packed.address}", **headers).status == 404


@pytest.mark.parametrize("headers", [*OWN, {"sec_fetch_site": "none"}], ids=str)
def test_a_page_of_this_server_is_served(desk, headers):
    packed = Packed(b"bytes")
    assert answer(f"/bnviz/stream/{desk.token}", **headers).status == 200
    assert answer(f"/{packed.address}", **headers).body == b"bytes"


def test_a_server_with_a_port_is_its_own():
    assert is_own({"host": "host:8501", "origin": "http://host:8501"})
    assert not is_own({"host": "host:8501", "origin": "http://host"})


def test_a_token_that_is_nobodys_finds_nothing(desk):
    assert answer("/bnviz/stream/x").status == 404
    assert answer(f"/bnviz/stream/{desk.token}x").status == 404


def test_a_visitor_who_has_gone_is_not_served(desk, monkeypatch):
    monkeypatch.setattr(stream, "is_present", lambda visitor: visitor != "one")
    assert (answer(f"/bnviz/stream/{desk.token}").status, desk.readers) == (404, 0)


@pytest.mark.parametrize("base", ["class/app", "/class/app/", "class/app/"])
def test_routes_lie_below_the_path_of_the_server(desk, base):
    packed = Packed(b"bytes")
    for address in (f"bnviz/stream/{desk.token}", packed.address):
        assert answer(f"/class/app/{address}", base).status == 200
        assert answer(f"/{address}", base).status == 404
        assert answer(f"/{address}", "/").status == 200


def test_a_recording_comes_compressed_to_those_who_can_read_that():
    packed = Packed(b"bytes " * 1000)
    plain, compressed = answer(f"/{packed.address}"), answer(f"/{packed.address}", accept_encoding="br, gzip;q=0.5")
    assert (plain.body, plain.headers["content-encoding"]) == (packed.data, "identity")
    assert compressed.headers["content-encoding"] == "gzip"
    assert len(compressed.body) < len(packed.data)
    assert gzip.decompress(compressed.body) == packed.data
    for reader in (plain, compressed):
        assert reader.status == 200
        assert reader.headers["content-type"] == "application/octet-stream"
        assert reader.headers["content-length"] == str(len(reader.body))
        assert reader.headers["vary"] == "accept-encoding"
        assert "immutable" in reader.headers["cache-control"]
        assert "private" in reader.headers["cache-control"]
    assert packed.compressed is packed.compressed, "compressed once"


def test_recordings_are_told_apart_by_what_they_are_and_forgotten_with_those_who_hold_them():
    one, other = Packed(b"one"), Packed(b"other")
    assert one.digest != other.digest
    assert Packed(b"one").digest == one.digest
    assert answer(f"/{other.address}").body == b"other"
    assert answer("/bnviz/recording/0123").status == 404
    address = other.address
    del other
    gc.collect()
    assert answer(f"/{address}").status == 404


def test_what_is_packed_on_demand_is_made_when_it_is_asked_for_and_compressed_once():
    made = []
    packed = PackedOnDemand(b"name", lambda: made.append(1) or b"bytes")
    assert (made, Packed(b"bytes").address != packed.address) == ([], True)
    for _ in range(2):
        assert gzip.decompress(answer(f"/{packed.address}", accept_encoding="gzip").body) == b"bytes"
    assert made == [1]
    assert answer(f"/{packed.address}").body == b"bytes"


@pytest.mark.parametrize("forgotten", [0, 1])
def test_what_is_packed_twice_is_there_while_one_of_the_two_is(forgotten):
    twice = [Packed(bytes(20)), Packed(bytes(20))]
    address = twice[0].address
    del twice[forgotten]
    gc.collect()
    assert answer(f"/{address}").body == bytes(20)
    twice.clear()
    gc.collect()
    assert answer(f"/{address}").status == 404
