"""Imports flow one way, and the library works without Streamlit."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bnviz"
FILES = sorted(PACKAGE.rglob("*.py"))

# A module may import what stands in its own line or above it.
ORDER = [
    {"__version__"},
    {"limits", "norms", "datasets"},
    {"experiment", "query", "styles"},
    {"history", "costs"},
    {"engine", "recorder"},
    {"lessons", "sweeps", "rows", "cluster"},
    {"charts", "export"},
    {"ui", "command", "__main__"},
]

# Where the names of the package's public face are at home.
FACE = dict.fromkeys(("Experiment", "Run", "Intervention", "InvalidExperiment"), "experiment")
FACE |= {"train": "engine", "History": "history", "sweep": "sweeps"}


def part(module: str) -> str:
    """The part of the package that `bnviz.<part>.…` belongs to; `bnviz` itself is its public face."""
    return module.split(".")[1] if "." in module else "bnviz"


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_for_types_only(node: ast.If) -> bool:
    return ast.unparse(node.test) == "TYPE_CHECKING"


def imports(node: ast.AST, top_level_only: bool = False) -> Iterator[str]:
    """Modules that code imports when it runs, with or without those inside of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.If) and is_for_types_only(child):
            continue
        elif not (top_level_only and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)):
            yield from imports(child, top_level_only)


def imports_of(file: Path, top_level_only: bool = False) -> set[str]:
    return set(imports(ast.parse(file.read_text(encoding="utf-8")), top_level_only))


def rank(name: str) -> int:
    places = [place for place, names in enumerate(ORDER) if name in names]
    assert places, f"{name} has no place in ORDER"
    return places[0]


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_every_part_has_its_place_and_imports_from_above(file):
    own = part(module_of(file))
    if own == "bnviz":
        return  # the public face imports everything, lazily
    for module in imports_of(file, top_level_only=True):
        if module.startswith("bnviz."):
            other = FACE.get(part(module), part(module))
            assert rank(other) <= rank(own), f"{own} imports {module}"


def importers(top: str) -> set[str]:
    """Parts of the package with an import of this distribution, anywhere in their code."""
    return {part(module_of(f)) for f in FILES if any(m.split(".")[0] == top for m in imports_of(f))}


def test_only_the_ui_imports_streamlit():
    assert importers("streamlit") == {"ui"}


def test_torch_is_imported_where_it_computes_only():
    assert importers("torch") <= {"engine", "norms", "recorder", "lessons", "sweeps", "ui"}
    light = ("experiment", "query", "styles", "limits", "datasets", "history", "charts")
    assert not importers("torch") & set(light)


def test_the_history_knows_neither_engine_nor_recorder():
    parts = {part(module) for module in imports_of(PACKAGE / "history.py") if module.startswith("bnviz")}
    assert parts == {"experiment", "norms"}


def test_the_checker_sees_what_it_should():
    code = "import a.b\nfrom c import d\nif TYPE_CHECKING:\n    import e\ndef f():\n    import g\n"
    assert set(imports(ast.parse(code))) == {"a.b", "c.d", "g"}
    assert set(imports(ast.parse(code), top_level_only=True)) == {"a.b", "c.d"}


def test_each_module_can_be_the_first_that_is_imported():
    names = [module_of(file) for file in FILES if part(module_of(file)) not in ("ui", "__main__")]
    code = f"""
import importlib, sys
for name in {names!r}:
    for loaded in [module for module in sys.modules if module.split(".")[0] == "bnviz"]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(name, error)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (result.stdout, result.stderr) == ("", "")


def test_the_library_works_where_streamlit_cannot_be_imported():
    code = """
import sys
for name in ("streamlit", "altair"):
    sys.modules[name] = None
import bnviz
history = bnviz.train(bnviz.Experiment(dataset="moons", widths=(4,), steps=3, runs=(bnviz.Run(),)))
print(history.status, len(history.losses()))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.stdout == "('finished',) 8\n", result.stderr
