"""Experiments on a reader's own data: what they say of them, where they keep them out, and what needs no file."""

import hashlib
import json

import numpy as np
import pytest

from bnviz import Experiment, History, InvalidExperiment, Run, sweep, train
from bnviz.command import main
from bnviz.datasets import own
from bnviz.datasets.table import read_table
from bnviz.export.script import script
from bnviz.links import read_query
from bnviz.ui.player.payload import pack

SMALL = {"widths": (4, 4), "steps": 6, "batch_size": 4, "records": 4, "runs": (Run(norm="batch"), Run(norm="none"))}


def rows(features: int, count: int = 30, classes: int = 3, seed: int = 0) -> bytes:
    """A file with a header; the first column has the labels."""
    generator = np.random.default_rng(seed)
    lines = ["kind," + ",".join(f"f{number}" for number in range(features))]
    for number in range(count):
        values = generator.standard_normal(features) + number % classes
        lines.append(f"c{number % classes}," + ",".join(map(repr, values.tolist())))
    return "\n".join(lines).encode()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(rows(2))
    return path


@pytest.fixture
def experiment(file) -> Experiment:
    return Experiment(dataset=f"csv:{file}#kind", **SMALL)


@pytest.fixture
def closed():
    """A process that opens no files, as a server is."""
    with own.files_closed():
        yield


def test_sizes_come_from_the_file_and_so_does_a_hash(experiment, file):
    assert (experiment.features, experiment.classes, experiment.examples) == (2, 3, 24)
    assert experiment.about.label == "mine.csv"
    assert experiment.data.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert Experiment.from_json(experiment.to_json()) == experiment


def test_a_file_that_is_no_table_is_refused_by_line_and_column(file):
    file.write_bytes(b"a,b\n1,x\n,y\n")
    with pytest.raises(InvalidExperiment) as caught:
        Experiment(dataset=f"csv:{file}")
    assert list(caught.value.problems) == ["dataset"]
    assert "Line 3, column 1 ('a'): is empty" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"batch_size": 25}, "batch_size"), ({"n_train": 2, "batch_size": 2}, "n_train"), ({"dataset": "moons"}, "data")],
)
def test_fields_are_held_against_the_file(experiment, changes, field):
    with pytest.raises(InvalidExperiment) as caught:
        Experiment(**dict(experiment) | changes)
    assert list(caught.value.problems) == [field]


@pytest.mark.parametrize("features", [1, 2, 7])
def test_a_recording_says_which_data_it_was_and_needs_no_file(file, features, tmp_path):
    file.write_bytes(rows(features))
    experiment = Experiment(dataset=f"csv:{file}#kind", standardize=True, **SMALL)
    train(experiment).save(tmp_path / "history.npz")
    file.unlink()
    history = History.load(tmp_path / "history.npz")
    assert history.experiment == experiment
    assert history.status == ("finished", "finished")
    assert history.arrays["example_x"].shape == (6, features)
    assert ("decision" in history.arrays) == (features == 2)
    assert pack(history)


def test_the_same_content_gives_the_same_recording_wherever_it_lies(experiment, tmp_path):
    other = tmp_path / "copy.csv"
    other.write_bytes(rows(2))
    one, two = train(experiment), train(Experiment(dataset=f"csv:{other}#1", **SMALL))
    assert np.array_equal(one.arrays["loss"], two.arrays["loss"])


def test_a_file_that_has_changed_is_not_taken_for_the_one_of_the_experiment(experiment, file):
    file.write_bytes(rows(2, seed=1))
    with pytest.raises(ValueError, match="not the one that the experiment was made with"):
        train(experiment)


def test_a_sweep_goes_over_files_too(experiment, file, tmp_path):
    other = tmp_path / "wide.csv"
    other.write_bytes(rows(5))
    names = [experiment.dataset, f"csv:{other}#kind", "moons"]
    frame = sweep(experiment, {"dataset": names}, seeds=[0])
    assert frame["dataset"].tolist() == names * 2
    assert (frame["status"] == "finished").all()
    with pytest.raises(InvalidExperiment, match="must be a field that can be swept"):
        sweep(experiment, {"data": [None]})


def test_examples_of_a_table_are_drawn_on_the_scale_of_each_column(file):
    lines = [f"{number},{1000 * (number % 5)},7,{'xy'[number % 2]}" for number in range(40)]
    file.write_text("\n".join(lines))
    from bnviz.ui.player.strip import pack_examples

    sections, header = pack_examples(train(Experiment(dataset=f"csv:{file}", **SMALL)))
    assert header["examples"]["kind"] == "signal"
    assert sections["inks"].shape == (8, 1, 3)
    assert sections["inks"].max((0, 1)).tolist() == [255, 255, 0]
    assert sections["inks"].min() == 0


def test_a_link_has_none_of_it_and_says_that_there_was_some(experiment):
    query = experiment.to_query()
    assert query["dataset"] == "csv"
    assert not any(part in text for part in ("mine", experiment.data.sha256) for text in query.values())
    found, problems = read_query(query)
    assert list(problems) == ["dataset"]
    assert "are not in it; open the CSV file" in problems["dataset"]
    assert (found.widths, found.steps, found.dataset) == (experiment.widths, 6, "digits")


@pytest.mark.parametrize("name", ["csv", "csv:", "csv:mine.csv", "csv:mine.csv#kind", "csv:/etc/passwd"])
def test_a_link_opens_no_file(name, monkeypatch, file):
    monkeypatch.chdir(file.parent)
    monkeypatch.setattr(own, "_read", lambda *_: pytest.fail("a file was opened"))
    with pytest.raises(InvalidExperiment) as caught:
        Experiment.from_query({"dataset": name, "steps": "many", "data": "x", "data.sha256": "0" * 64})
    assert set(caught.value.problems) == {"dataset", "steps", "data", "data.sha256"}


def test_a_file_of_somebody_else_makes_nobody_open_a_file(experiment, monkeypatch, tmp_path):
    train(experiment).save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as stored:
        arrays = dict(stored)
    header = json.loads(bytes(arrays["header"]))
    text = json.loads(header["experiment"])
    del text["data"]
    monkeypatch.setattr(own, "_read", lambda *_: pytest.fail("a file was opened"))
    with pytest.raises(InvalidExperiment, match="open the CSV file"):
        Experiment.from_json(json.dumps(text), files=False)
    header["experiment"] = json.dumps(text)
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(tmp_path / "b.npz", **arrays)
    with pytest.raises(ValueError, match="open the CSV file"):
        History.load(tmp_path / "b.npz")


@pytest.mark.usefixtures("closed")
def test_a_server_opens_no_file_by_the_name_in_an_experiment(file, monkeypatch):
    with pytest.raises(InvalidExperiment, match="the data of this experiment are not here"):
        Experiment(dataset=f"csv:{file}#kind", **SMALL)


@pytest.mark.usefixtures("closed")
def test_a_server_trains_on_what_is_held_for_as_long_as_it_is_held(file, monkeypatch):
    from bnviz.own_data import OwnData

    table = read_table(file.read_bytes(), "kind")
    experiment = Experiment(dataset="csv:mine.csv#kind", data=OwnData.of(table), **SMALL)
    with pytest.raises(ValueError, match="not here"):
        train(experiment)
    own.hold(experiment.dataset, table)
    assert train(experiment).status == ("finished", "finished")
    with pytest.raises(ValueError, match="not here"):
        train(experiment.model_copy(update={"dataset": "csv:mine.csv"})), "another column of labels"
    del table
    with pytest.raises(ValueError, match="not here"):
        train(experiment)


def test_a_script_brings_its_data(experiment):
    arrays = script(experiment).arrays
    assert arrays["x"].shape == (24, 2)
    assert np.bincount(arrays["y"]).tolist() == [8, 8, 8]


def test_the_command_line_trains_and_scripts_own_data(experiment, file, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(file.parent)
    (tmp_path / "e.json").write_text(json.dumps({"dataset": "csv:mine.csv#kind", "steps": 4, "batch_size": 8}))
    assert main(["train", "e.json", "-o", "out.npz"]) == 0
    assert History.load(tmp_path / "out.npz").experiment.data == experiment.data
    assert main(["script", "e.json", "-o", "script.py"]) == 0
    with np.load(tmp_path / "script.npz") as stored:
        assert stored["x"].shape == (24, 2)
    file.write_bytes(b"1,x\n")
    assert main(["train", "e.json", "-o", "out.npz"]) == 2
    assert "csv:mine.csv#kind" in capsys.readouterr().err
