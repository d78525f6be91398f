"""What is asked of the C library, and that another one is left alone."""

import platform
import subprocess
import sys
from types import SimpleNamespace

import pytest

from bnviz.ui.server import memory


class Library:
    def __init__(self):
        self.calls = []

    def mallopt(self, *arguments):
        self.calls.append(arguments)
        return 1

    def malloc_trim(self, *arguments):
        self.calls.append(arguments)


@pytest.fixture
def library(monkeypatch):
    library = Library()
    monkeypatch.setattr(memory, "_glibc", lambda: library)
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    return library


def test_arenas_are_kept_few(library):
    assert memory.keep_few_arenas()
    assert library.calls == [(-8, memory.ARENAS)]
    memory.give_back()
    assert library.calls[1:] == [(0,)]


def test_what_the_environment_says_about_arenas_counts(library, monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert not memory.keep_few_arenas()
    assert library.calls == []


def test_another_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(memory, "_glibc", lambda: None)
    assert not memory.keep_few_arenas()
    memory.give_back()


def test_a_library_that_is_no_glibc_is_told_apart(monkeypatch):
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _name: SimpleNamespace())
    assert memory._glibc.__wrapped__() is None


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc only")
def test_glibc_takes_it():
    code = "from bnviz.ui.server.memory import give_back, keep_few_arenas; assert keep_few_arenas(); give_back()"
    subprocess.run([sys.executable, "-c", code], check=True, env={})


@pytest.mark.parametrize(
    ("second", "first", "allowed"),
    [
        ("690000000\n", None, 6.9e8),
        (None, "690000000\n", 6.9e8),
        ("max\n", None, 8e9),
        (None, "9223372036854771712\n", 8e9),
        (None, None, 8e9),
        ("", "nonsense", 8e9),
    ],
)
def test_a_container_may_take_less_than_the_machine_has(tmp_path, monkeypatch, second, first, allowed):
    paths = (tmp_path / "memory.max", tmp_path / "memory.limit_in_bytes")
    for path, text in zip(paths, (second, first), strict=True):
        if text is not None:
            path.write_text(text, encoding="ascii")
    monkeypatch.setattr(memory, "_LIMITS", paths)
    monkeypatch.setattr(memory.os, "sysconf", {"SC_PHYS_PAGES": 2_000_000, "SC_PAGE_SIZE": 4000}.get)
    assert memory.bytes_allowed() == allowed


def test_a_system_that_tells_nothing_sets_no_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_LIMITS", (tmp_path / "memory.max",))
    monkeypatch.delattr(memory.os, "sysconf", raising=False)
    assert memory.bytes_allowed() == float("inf")
