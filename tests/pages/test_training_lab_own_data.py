"""A visitor's own data in the lab: opened, trained, in no link, and out of others' reach."""

import json

import numpy as np
import pytest

from bnviz import Experiment, train
from bnviz.datasets import own
from bnviz.datasets.table import read_table
from bnviz.own_data import OwnData
from bnviz.ui.lab.state import judge, suggestion
from bnviz.ui.server.budget import refused
from bnviz.ui.server.training import job_key
from tests.hostile_csv import HOSTILE, READ, REFUSED, content
from tests.pages.reading import components
from tests.pages.test_training_lab import TINY, button, field, upload

LAB = "pages/12_training_lab.py"


def clouds(seed: int, features: int = 2) -> bytes:
    generator = np.random.default_rng(seed)
    values = generator.standard_normal((40, features)) + np.arange(40)[:, None] % 2 * 3
    head = ";".join([*(f"f{number}" for number in range(features)), "kind"])
    rows = [
        ";".join([*(f"{value:.6f}".replace(".", ",") for value in row), "ab"[n % 2]]) for n, row in enumerate(values)
    ]
    return "\n".join([head, *rows]).encode("utf-16")


@pytest.fixture
def lab(open_page):
    def lab(experiment=TINY):
        return open_page(LAB, **{name.replace(".", "__"): value for name, value in experiment.to_query().items()})

    return lab


@pytest.fixture
def no_file(monkeypatch):
    monkeypatch.setattr(own, "_read", lambda *_: pytest.fail("a file was opened"))


def label_choice(app):
    return next(widget for widget in app.selectbox if widget.label == "Label column")


@pytest.mark.parametrize("features", [2, 5])
def test_a_table_is_trained_like_any_data_set(lab, said, features):
    app = upload(lab(), "clouds.csv", clouds(features, features))
    assert not app.exception
    assert not app.error
    assert "40 rows, 32 to train and 8 to test" in said(app)
    assert "0 is a, 1 is b" in said(app)
    assert "UTF-16, semicolons, decimal commas" in said(app)
    assert field(app, "dataset", "selectbox").value == "csv:clouds.csv"
    assert field(app, "standardize", "toggle").value is True
    assert app.table[0].value["last step"].tolist() == ["8"]
    assert len(components(app)) == 1


def test_the_link_has_none_of_it_and_says_so(lab, said):
    app = upload(lab(), "secret-name.csv", clouds(1))
    assert app.query_params["dataset"] in ("csv", ["csv"])
    assert "secret" not in str(dict(app.query_params))
    assert "A link to this page does not hold your data" in said(app)
    assert "they are in no link" in said(app)


def test_whoever_opens_the_link_is_asked_for_the_file(open_page, said):
    app = open_page(LAB, dataset="csv", widths="4", steps="8", batch_size="16", run1__norm="batch")
    assert not app.exception
    assert "open the CSV file to train on it" in app.error[0].value.replace("\\", "")
    assert field(app, "steps").value == 8
    app = upload(app, "clouds.csv", clouds(2))
    assert field(app, "dataset", "selectbox").value == "csv:clouds.csv"
    assert field(app, "steps").value == 8


def test_another_column_may_have_the_labels(lab, said):
    rows = "\n".join(f"{'xy'[n % 2]},{n},{n * n % 7}" for n in range(30))
    app = upload(lab(), "first.csv", f"kind,a,b\n{rows}".encode())
    assert "Line 2, column 1 ('kind'): 'x' is not a number" in said(app)
    assert field(app, "dataset", "selectbox").value == "moons", "nothing is lost meanwhile"
    label_choice(app).set_value("kind").run()
    assert not app.exception
    assert not app.error
    assert field(app, "dataset", "selectbox").value == "csv:first.csv#kind"
    assert app.table[0].value["last step"].tolist() == ["8"]


def test_batches_are_cut_to_the_rows_there_are(lab):
    app = lab(TINY.model_copy(update={"batch_size": 64}))
    app = upload(app, "clouds.csv", clouds(3))
    assert not app.error
    assert field(app, "batch_size").value == 32


def test_other_data_can_be_chosen_and_own_ones_again(lab):
    app = upload(lab(), "clouds.csv", clouds(4))
    field(app, "dataset", "selectbox").set_value("circles").run()
    button(app, "Train").click().run()
    assert not app.error
    assert app.query_params["dataset"] in ("circles", ["circles"])
    field(app, "dataset", "selectbox").set_value("csv:clouds.csv").run()
    button(app, "Train").click().run()
    assert not app.error
    assert not app.exception
    assert app.query_params["dataset"] in ("csv", ["csv"])


def test_hostile_files_are_explained_and_lose_nothing(lab, said, hosted):
    """One visit, in which all of them are opened one after the other."""
    app = lab()
    for name in REFUSED:
        if name == "too many numbers":  # takes a second to read, and is read in the tests of the reader
            continue
        app = upload(app, "hostile.csv", content(name))
        assert not app.exception, name
        assert len(app.error) == 1, name
        assert HOSTILE[name][1] in said(app), name
        assert field(app, "dataset", "selectbox").value == "moons", name
        assert field(app, "steps").value == TINY.steps, name
        assert len(components(app)) == 1, name
    for name in READ:
        app = upload(app, f"{name}.csv", content(name))
        assert not app.exception, name
        assert not app.error, name
        assert field(app, "dataset", "selectbox").value == f"csv:{name}.csv"


def test_names_of_files_are_names_and_nothing_else(lab, said):
    app = upload(lab(), "../../etc/<b>pass#wd</b>.csv", clouds(5))
    assert not app.exception
    assert field(app, "dataset", "selectbox").value == "csv:b_.csv"
    app = upload(app, "a#b|*c*.csv", clouds(6))
    assert field(app, "dataset", "selectbox").value == "csv:a_b__c_.csv"


def own_experiment(data: bytes) -> Experiment:
    return Experiment(
        **dict(TINY) | {"dataset": "csv:clouds.csv", "data": OwnData.of(read_table(data)), "n_train": None}
    )


@pytest.mark.usefixtures("no_file")
@pytest.mark.parametrize("told", [True, False], ids=["with its hash", "by its name"])
def test_an_experiment_on_the_data_of_another_is_refused_from_a_file(lab, said, told):
    theirs = json.loads(own_experiment(clouds(7)).to_json())
    if not told:
        del theirs["data"]
    app = upload(lab(), "theirs.json", json.dumps(theirs).encode())
    assert not app.exception
    assert "open the CSV file that they came from" in said(app)
    assert field(app, "dataset", "selectbox").value == "moons"


@pytest.mark.usefixtures("no_file")
def test_a_forged_message_of_the_browser_opens_no_file():
    draft = TINY.model_dump() | {"dataset": "csv:/etc/passwd", "n_train": None}
    for forged in (draft, draft | {"data": own_experiment(clouds(1)).data.model_dump()}):
        experiment, problems = judge(forged)
        assert experiment is None
        assert "open the CSV file that they came from" in problems["dataset"]
        assert suggestion(forged) is None


def test_the_hash_alone_gives_no_access_to_the_results_of_another(lab, said):
    """A second visitor has the recording of the first, so the hash too, and asks for the same training."""
    mine = upload(lab(), "clouds.csv", clouds(8))
    assert not mine.error
    experiment = own_experiment(clouds(8)).model_copy(update={"standardize": True})
    table = read_table(clouds(8))
    own.hold(experiment.dataset, table)
    recording = train(experiment).to_bytes()
    theirs = upload(lab(), "recording.npz", recording)
    assert not theirs.exception
    assert len(components(theirs)) == 1, "what the recording holds may be played"
    assert button(theirs, "Train").disabled
    assert "open the CSV file that they came from" in said(theirs)
    assert list(refused(experiment)) == ["dataset"]
    same = upload(theirs, "clouds.csv", clouds(8))
    assert not same.error, "whoever has the same content may train on it"


def test_the_name_of_a_job_has_the_hash_of_the_content():
    one, other = own_experiment(clouds(1)), own_experiment(clouds(2))
    assert one.data.sha256 in job_key(one)
    assert job_key(one) != job_key(other)
