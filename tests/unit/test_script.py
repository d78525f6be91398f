"""An experiment as a script of plain PyTorch: run by another Python, it ends with the losses of the library."""

import ast
import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from bnviz import Experiment, Intervention, Run, train
from bnviz.activations import ACTIVATIONS
from bnviz.command import main
from bnviz.export import plain
from bnviz.export.script import script
from bnviz.norms import NORMS

SMALL = {"dataset": "digits", "widths": (12, 16), "steps": 25, "dtype": "float64"}
MOONS = {"dataset": "moons", "widths": (8,), "steps": 30, "dtype": "float64", "batch_size": 20}
EXPERIMENTS = {
    "every norm": Experiment(**SMALL, runs=tuple(Run(norm=norm) for norm in NORMS)),
    "every norm, kicked": Experiment(
        **SMALL,
        runs=tuple(Run(norm=norm) for norm in NORMS),
        interventions=(Intervention(step=0, factor=2.0), Intervention(step=9, factor=0.5, layers=(1,))),
    ),
    "twice in one step": Experiment(
        **MOONS,
        runs=(Run(), Run(norm="weight")),
        interventions=(Intervention(step=3, factor=3.0), Intervention(step=3, factor=5.0, layers=(0,))),
    ),
    "momentum and decay": Experiment(
        **SMALL, runs=(Run(momentum=0.9, weight_decay=0.01), Run(norm="none", weight_decay=0.01, decay_head=True))
    ),
    "adam": Experiment(**SMALL, runs=tuple(Run(norm=norm, optimizer="adam", lr=0.01) for norm in ("batch", "none"))),
    "rmsprop": Experiment(**MOONS, runs=(Run(optimizer="rmsprop", lr=0.01, weight_decay=0.1),)),
    "scales and rates": Experiment(**SMALL, runs=(Run(init_scale=3.0, hidden_lr_factor=0.1), Run(norm="rms", eps=0.1))),
    "what is frozen": Experiment(
        **SMALL,
        runs=(
            Run(train_affine=False),
            Run(train_weights=False),
            Run(train_head=False),
            Run(norm="weight", train_affine=False, train_weights=False, train_head=False),
        ),
    ),
    "settings of norms": Experiment(
        **SMALL,
        runs=(
            Run(norm="group", groups=2),
            Run(norm="dynamic_tanh", dyt_alpha=1.5),
            Run(norm="batch_renorm", rmax=1.2, dmax=0.3, norm_momentum=0.5),
            Run(norm="batch_noisy", noise_mean=0.2, noise_std=2.0),
        ),
    ),
    "full batch": Experiment(dataset="circles", widths=(6, 6), steps=20, batch_size=None, dtype="float64"),
    "data of its own kind": Experiment(
        **MOONS, standardize=True, noise=0.3, offset=5.0, label_noise=0.1, n_train=101, seed=7
    ),
    "no update": Experiment(dataset="moons", widths=(4,), steps=1, dtype="float64"),
    "a name with quotes": Experiment(**MOONS, runs=(Run(label='"γ" \\ {x}'),)),
    "one precision": Experiment(dataset="moons", widths=(8,), steps=10, dtype="float32"),
} | {f"with {name}": Experiment(**MOONS, activation=name, runs=(Run(norm="layer"),)) for name in ACTIVATIONS}


def last_losses(experiment: Experiment) -> list[float]:
    """The training loss of each run at the last record."""
    losses = train(experiment).losses()
    last = losses[(losses["split"] == "train") & (losses["step"] == experiment.steps)]
    return last.sort_values("run")["loss"].tolist()


def run(path, cwd) -> dict:
    """What a script prints last, run elsewhere by a Python that does not find bnviz."""
    command = [sys.executable, "-I", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_script_ends_with_the_losses_of_the_library(tmp_path, name):
    experiment = EXPERIMENTS[name]
    path = tmp_path / "made.py"
    script(experiment, "made").save(path)
    found = run(path, tmp_path / "..")["loss"]
    tolerance = 1e-6 if experiment.dtype == "float64" else 1e-4
    np.testing.assert_allclose(found, last_losses(experiment), rtol=0, atol=tolerance)


def test_a_run_that_diverges_ends_with_null(tmp_path):
    experiment = Experiment(**MOONS, runs=(Run(norm="none", lr=1e12, init_scale=100.0), Run()))
    script(experiment, "made").save(tmp_path / "made.py")
    diverged, trained = run(tmp_path / "made.py", tmp_path)["loss"]
    assert diverged is None
    (alone,) = last_losses(experiment)  # that of the other run
    assert trained == pytest.approx(alone, abs=1e-6)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_script_uses_nothing_of_bnviz_and_holds_only_what_it_needs(name):
    experiment = EXPERIMENTS[name]
    tree = ast.parse(script(experiment).text)
    imported = {
        alias.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {node.module.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "bnviz" not in imported
    assert "torch" in imported
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    norms = {run.norm for run in experiment.runs}
    assert ("BatchRenorm" in classes) == ("batch_renorm" in norms)
    assert ("NoisyBatchNorm" in classes) == ("batch_noisy" in norms)
    assert classes - {"Run", "Network"} <= set(vars(plain))
    assert ("KICKS" in ast.unparse(tree)) == bool(experiment.interventions)


def test_the_command_writes_the_script_and_its_data(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    experiment = EXPERIMENTS["full batch"]
    (tmp_path / "e.json").write_text(experiment.to_json())
    assert main(["script", "e.json", "-o", "plain.py"]) == 0
    assert capsys.readouterr().out == "plain.py reads plain.npz; run it with python plain.py\n"
    made = script(experiment, "plain")
    assert (tmp_path / "plain.py").read_text(encoding="utf-8") == made.text
    with np.load(tmp_path / "plain.npz") as stored:
        assert set(stored) == set(made.arrays)
    assert '"""3 networks' in made.text
    assert "python plain.py" in made.text


def test_the_archive_of_a_script_holds_what_is_saved(tmp_path):
    made = script(EXPERIMENTS["full batch"], "made")
    made.save(tmp_path / "made.py")
    with zipfile.ZipFile(io.BytesIO(made.zipped("made"))) as files:
        assert {name: files.read(name) for name in files.namelist()} == {
            name: (tmp_path / name).read_bytes() for name in ("made.py", "made.npz")
        }


@pytest.mark.parametrize(
    ("out", "said"),
    [("plain.txt", "must end in .py"), ("nowhere/plain.py", "there is no folder"), ("folder.py", "is a folder")],
)
def test_what_cannot_be_written_is_said_in_one_line(tmp_path, monkeypatch, capsys, out, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.py").mkdir()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(EXPERIMENTS["adam"].to_json().encode())))
    assert main(["script", "-", "-o", out]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
