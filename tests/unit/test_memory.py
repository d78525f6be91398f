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
