"""The settings of a server."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bnviz.limits import HOSTED, LAPTOP
from bnviz.ui.server import configuration as settings
from bnviz.ui.server.configuration import Configuration, configuration, read


def test_without_settings_the_app_is_generous():
    found = read({"HOME": "/", "PATH": ""})
    assert found == Configuration()
    assert found.bounds == LAPTOP
    assert (found.deadline, found.results_bytes, found.at_once) == (600, 150_000_000, 0)


def test_a_shared_server_is_strict(monkeypatch):
    monkeypatch.setattr(settings, "bytes_allowed", lambda: 2.7e9)
    found = read({"BNVIZ_HOSTED": "1"})
    assert found.bounds == HOSTED
    assert found.deadline == 60
    assert found.at_once == 2
    assert read({"BNVIZ_HOSTED": "1", "BNVIZ_PROCESSES": "0"}).at_once == 0


def test_a_shared_server_that_may_take_little_memory_trains_in_a_thread_unless_told_otherwise(monkeypatch):
    monkeypatch.setattr(settings, "bytes_allowed", lambda: 6.9e8)
    assert read({"BNVIZ_HOSTED": "1"}).at_once == 0
    assert read({"BNVIZ_HOSTED": "1", "BNVIZ_PROCESSES": "2"}).at_once == 2
    monkeypatch.setattr(settings, "bytes_allowed", lambda: 2.7e9)
    assert read({"BNVIZ_HOSTED": "1"}).at_once == 2
    assert read({}).at_once == 0


def test_every_setting_can_be_given():
    found = read(
        {
            "BNVIZ_HOSTED": "true",
            "BNVIZ_DEADLINE_SECONDS": "7.5",
            "BNVIZ_QUEUE": "3",
            "BNVIZ_PROCESSES": "1",
            "BNVIZ_RESULTS_MEGABYTES": "50",
            "BNVIZ_FRAME_ANCESTORS": "'self' https://school.example",
            "BNVIZ_MAX_STEPS": "800",
            "BNVIZ_MAX_WORK": "2e9",
        }
    )
    assert (found.deadline, found.queue, found.at_once, found.results_megabytes) == (7.5, 3, 1, 50)
    assert found.frame_ancestors == "'self' https://school.example"
    assert (found.bounds["steps"].high, found.bounds["work"].high) == (800, 2e9)
    assert found.bounds["width"] == HOSTED["width"]


def test_no_recording_is_larger_than_the_store():
    assert read({"BNVIZ_RESULTS_MEGABYTES": "20"}).bounds["recording"].high == 2e7
    assert read({"BNVIZ_MAX_RECORDING": "1e6"}).bounds["recording"].high == 1e6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BNVIZ_HOSTED", "perhaps"),
        ("BNVIZ_QUEUE", "0"),
        ("BNVIZ_PROCESSES", "-1"),
        ("BNVIZ_DEADLINE_SECONDS", "-1"),
        ("BNVIZ_RESULTS_MEGABYTES", "lots"),
        ("BNVIZ_MAX_STEPS", "many"),
        ("BNVIZ_MAX_COLOR", "3"),
        ("BNVIZ_DEADLIN_SECONDS", "5"),
        ("BNVIZ_FRAME_ANCESTORS", "'self'; script-src *"),
        ("BNVIZ_FRAME_ANCESTORS", "a\r\nset-cookie: b"),
    ],
)
def test_a_bad_setting_is_named(name, value):
    with pytest.raises(ValueError, match=name):
        read({name: value})


def test_all_bad_settings_are_named_at_once():
    with pytest.raises(ValueError, match=r"BNVIZ_MAX_COLOR.*BNVIZ_QUEUE"):
        read({"BNVIZ_MAX_COLOR": "3", "BNVIZ_QUEUE": "x"})


def test_a_setting_that_another_part_reads_is_no_mistake():
    assert read({"BNVIZ_DASK_SCHEDULER": "tcp://scheduler:8786"}) == Configuration()


def test_the_environment_of_the_process_counts(monkeypatch):
    monkeypatch.setenv("BNVIZ_QUEUE", "5")
    configuration.cache_clear()
    assert configuration().queue == 5
    configuration.cache_clear()


def test_what_is_read_beside_the_code_is_installed_with_it():
    root = Path(__file__).resolve().parents[2]
    listed = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    files = [path for path in (root / "bnviz").rglob("*") if path.suffix in (".js", ".css", ".html", ".png")]
    assert files
    for path in files:
        package = ".".join(path.relative_to(root).parent.parts)
        assert any(fnmatch(path.name, pattern) for pattern in listed.get(package, ())), f"{path} is not installed"
