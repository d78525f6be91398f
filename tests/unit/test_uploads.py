"""Files that a visitor brings or takes: only what is whole, small enough and welcome."""

import io
import random
import zipfile

import numpy as np
import pytest

from bnviz import Experiment, Run, train
from bnviz.ui.lab import files
from bnviz.ui.page import made
from bnviz.ui.server.configuration import Configuration
from bnviz.ui.server.jobs import JobQueue

TINY = Experiment(dataset="moons", widths=(4,), steps=4, batch_size=8, n_train=32, runs=(Run(norm="batch"),))


@pytest.fixture(scope="module")
def stored() -> bytes:
    return train(TINY).to_bytes()


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    queue = JobQueue(lambda *_: None, size=lambda history: sum(a.nbytes for a in history.arrays.values()))
    monkeypatch.setattr(files, "training_queue", lambda: queue)
    return queue


def test_a_recording_is_kept_under_the_key_that_is_returned(stored, queue):
    experiment, key = files.read_upload("Recording.NPZ", stored)
    assert experiment == TINY
    assert queue.result(key).result.status == ("finished",)


def test_an_experiment_may_begin_with_a_byte_order_mark():
    experiment, _ = files.read_upload("e.json", TINY.to_json().encode("utf-8-sig"))
    assert experiment == TINY


def test_a_recording_that_there_is_no_room_for_is_refused(stored, monkeypatch):
    small = JobQueue(lambda *_: None, size=lambda _history: 10, keep_bytes=5)
    monkeypatch.setattr(files, "training_queue", lambda: small)
    with pytest.raises(ValueError, match="too large"):
        files.read_upload("a.npz", stored)


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, array_loss=np.zeros(size, np.uint8))
    return out.getvalue()


def test_what_is_large_once_unpacked_is_refused_before_it_is(monkeypatch):
    monkeypatch.setattr(files, "configuration", lambda: Configuration(results_megabytes=1))
    with pytest.raises(ValueError, match="at most 1,000,000 bytes"):
        files.read_upload("bomb.npz", bomb(1_100_000))


def test_an_archive_of_many_parts_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(files.MOST_PARTS + 1):
            archive.writestr(f"array_{number}.npy", b"")
    with pytest.raises(ValueError, match="too large"):
        files.read_upload("many.npz", out.getvalue())


def test_damaged_recordings_are_refused_or_harmless(stored):
    """Whatever bytes change, those of the archive's directory at the end included: a ValueError or a recording."""
    generator, refused = random.Random(1), 0
    for trial in range(600):
        damaged = bytearray(stored)
        for _ in range(generator.choice((1, 2, 30))):
            start = 0 if trial % 2 else max(len(damaged) - 1500, 0)
            damaged[generator.randrange(start, len(damaged))] = generator.randrange(256)
        try:
            files.read_upload("a.npz", bytes(damaged))
        except ValueError:
            refused += 1
    assert refused > 400


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"steps": ' + b"9" * 100_000 + b"}", "too long"),
        (b"[" * 100_000, "not an experiment"),
        (b"null", "not an experiment"),
        (b'{"steps": 1e999}', "steps"),
        (b'{"noise": NaN}', "noise"),
        (b'{"runs": [{"label": "\\ud800"}]}', "label"),
    ],
)
def test_hostile_text_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        files.read_upload("a.json", text)


def test_an_experiment_that_this_server_does_not_train_is_refused():
    with pytest.raises(ValueError, match="too large for this app"):
        files.read_upload("a.json", TINY.model_copy(update={"steps": 900_000}).to_json().encode())


@pytest.mark.parametrize("dataset", ["moons", "digits"])
def test_the_rows_of_a_table_are_known_before_it_is_made(dataset):
    runs = (Run(norm="batch"), Run(norm="batch_renorm"))
    history = train(Experiment(dataset=dataset, widths=(4, 4), steps=9, batch_size=8, n_train=32, records=5, runs=runs))
    told = made.table_rows(history.experiment)
    assert set(told) == set(made.TABLES) - ({"decision"} if dataset == "digits" else set())
    assert told == {name: len(getattr(history, name)()) for name in told}
