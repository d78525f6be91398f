"""An experiment as a notebook: valid, without bnviz, and executed cell by cell with the losses of the library."""

import ast
import json

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from bnviz import Experiment, Intervention, Run
from bnviz.command import main
from bnviz.export.notebook import notebook
from bnviz.norms import NORMS
from tests.unit.test_script import MOONS, SMALL, last_losses

EXPERIMENTS = {
    "every norm, kicked": Experiment(
        **SMALL,
        runs=tuple(Run(norm=norm) for norm in NORMS),
        interventions=(Intervention(step=0, factor=2.0), Intervention(step=9, factor=0.5, layers=(1,))),
    ),
    "alike, with odd names": Experiment(**MOONS, runs=(Run(), Run(lr=0.2), Run(label='`"γ" \\ {x}`'))),
    "full batch, adam": Experiment(
        dataset="circles", widths=(6,), steps=10, batch_size=None, dtype="float64", runs=(Run(optimizer="adam"),)
    ),
}


def read(experiment: Experiment) -> nbformat.NotebookNode:
    book = nbformat.reads(notebook(experiment), as_version=4)
    nbformat.validate(book)
    return book


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_notebook_ends_with_the_losses_of_the_library(tmp_path, name):
    experiment = EXPERIMENTS[name]
    book = read(experiment)
    NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    printed = "".join(output.get("text", "") for cell in book.cells for output in cell.get("outputs", []))
    (line,) = [line for line in printed.splitlines() if line.startswith('{"loss"')]
    np.testing.assert_allclose(json.loads(line)["loss"], last_losses(experiment), rtol=0, atol=1e-6)
    assert "examples of" in printed


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_notebook_is_python_without_bnviz_in_words_and_code(name):
    book = read(EXPERIMENTS[name])
    code = [cell.source for cell in book.cells if cell.cell_type == "code"]
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse("\n".join(code)))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert {"torch", "numpy"} <= imported
    assert "bnviz" not in imported
    assert all(source.strip() == source for source in code)
    words = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    for run in EXPERIMENTS[name].runs:
        assert NORMS[run.norm].equation in words


def test_a_name_is_no_markup_in_a_notebook():
    words = "\n".join(cell.source for cell in read(EXPERIMENTS["alike, with odd names"]).cells)
    assert "- `'\"γ\" \\ {x}'`: $" in words


def test_a_notebook_of_a_readers_file_does_not_say_where_it_lies(tmp_path):
    file = tmp_path / "grades.csv"
    file.write_text("a,b,label\n" + "".join(f"{i},{-i},{i % 2}\n" for i in range(40)))
    book = notebook(Experiment(dataset=f"csv:{file}", widths=(4,), steps=2, batch_size=8, runs=(Run(),)))
    assert "An experiment of bnviz: own data," in book
    assert str(tmp_path) not in book


def test_the_command_chooses_by_the_suffix(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    experiment = EXPERIMENTS["full batch, adam"]
    (tmp_path / "e.json").write_text(experiment.to_json())
    assert main(["script", "e.json", "-o", "plain.ipynb"]) == 0
    assert "plain.ipynb holds its data" in capsys.readouterr().out
    assert (tmp_path / "plain.ipynb").read_text(encoding="utf-8") == notebook(experiment)
    assert not (tmp_path / "plain.npz").exists()
