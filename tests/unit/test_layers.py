"""Imports flow one way, and the library works without Streamlit."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bnviz"
FILES = sorted(PACKAGE.rglob("*.py"))

# A module may import what stands in its own line or above it.
ORDER = [
    {"__version__"},
    {"words", "limits", "kept", "norms", "activations", "optimizers", "datasets", "torch_private", "shown"},
    {"value"},
    {"own_data", "query"},
    {"experiment"},
    {"links", "styles", "history", "grid"},
    {"outcome"},
    {"charts"},
    {"costs", "rows", "cluster"},
    {"engine"},
    {"stages", "planes"},
    {"recorder"},
    {"training"},
    {"sweeps"},
    {"lessons"},
    {"export"},
    {"ui", "command", "__main__"},
]

# Where the names of the package's public face are at home.
FACE = dict.fromkeys(("Experiment", "Run", "Intervention", "InvalidExperiment"), "experiment")
FACE |= {"train": "training", "steps": "engine", "History": "history", "sweep": "sweeps"}


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


def everything_imported(code: ast.AST) -> Iterator[str]:
    """Modules and names that code imports anywhere: in functions and for types too."""
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def import_graph() -> dict[str, set[str]]:
    """The modules of the package, and which others of them each imports."""
    code = {module_of(file): ast.parse(file.read_text(encoding="utf-8")) for file in FILES}
    return {name: {other for other in everything_imported(tree) if other in code} for name, tree in code.items()}


def between_parts(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same, of the package's parts; the public face is left out, since it only points."""
    parts: dict[str, set[str]] = {}
    for module, others in graph.items():
        parts.setdefault(part(module), set()).update(part(other) for other in others)
    return {name: others - {name, "bnviz"} for name, others in parts.items() if name != "bnviz"}


def find_circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Nodes of which each leads to the next and the last is the first again; none where there is no circle."""
    done: set[str] = set()

    def search(path: list[str]) -> list[str]:
        for following in sorted(graph[path[-1]]):
            if following in path:
                return [*path[path.index(following) :], following]
            if following not in done and (circle := search([*path, following])):
                return circle
        done.add(path[-1])
        return []

    return next((circle for name in graph if name not in done and (circle := search([name]))), [])


def test_no_module_imports_itself_by_way_of_others():
    """Not even inside of functions or for types: what a module needs stands below it."""
    assert " → ".join(find_circle(import_graph())) == ""


def test_no_part_of_the_package_imports_itself_by_way_of_others():
    assert " → ".join(find_circle(between_parts(import_graph()))) == ""


def test_a_circle_is_found_and_named():
    assert find_circle({"a": {"b", "d"}, "b": {"c"}, "c": set(), "d": {"e"}, "e": {"c", "d"}}) == ["d", "e", "d"]
    assert find_circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    hidden = "if TYPE_CHECKING:\n    import a.b\ndef f():\n    from c import d\n"
    assert set(everything_imported(ast.parse(hidden))) == {"a.b", "c", "c.d"}


def importers(top: str) -> set[str]:
    """Parts of the package with an import of this distribution, anywhere in their code."""
    return {part(module_of(f)) for f in FILES if any(m.split(".")[0] == top for m in imports_of(f))}


def test_only_the_ui_imports_streamlit():
    assert importers("streamlit") == {"ui"}


def test_torch_is_imported_where_it_computes_only():
    computing = {"torch_private", "norms", "activations", "engine", "stages", "planes", "recorder", "training"}
    computing |= {"sweeps", "lessons", "ui", "export"}
    assert importers("torch") <= computing
    light = (
        "experiment",
        "query",
        "links",
        "styles",
        "limits",
        "datasets",
        "grid",
        "history",
        "costs",
        "rows",
        "charts",
    )
    assert not importers("torch") & set(light)


LESSONS = [module_of(file) for file in FILES if part(module_of(file)) == "lessons"]


@pytest.mark.parametrize(
    ("names", "forbidden"),
    [
        ([name for name in LESSONS if not name.endswith("charts")], {"torch", "streamlit", "altair"}),
        ([name for name in LESSONS if name.endswith("charts")], {"torch", "streamlit"}),
    ],
    ids=["experiments and verdicts", "charts"],
)
def test_the_rooms_of_lessons_load_no_more_than_they_need(names, forbidden):
    code = f"import importlib, sys; [importlib.import_module(name) for name in {names}]; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not forbidden & set(result.stdout.split())


def test_what_torch_does_not_document_is_called_in_one_file():
    """Names with an underscore in front, the raw operators, and the functions that are called native."""
    for file in FILES:
        if module_of(file) != "bnviz.torch_private":
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("torch."):
                    assert not node.attr.startswith(("_", "ops", "native_")), f"{file.name}: {ast.unparse(node)}"


def test_the_history_knows_neither_engine_nor_recorder():
    parts = {part(module) for module in imports_of(PACKAGE / "history.py") if module.startswith("bnviz")}
    assert parts == {"datasets", "experiment", "norms", "shown"}


def test_the_checker_sees_what_it_should():
    code = "import a.b\nfrom c import d\nif TYPE_CHECKING:\n    import e\ndef f():\n    import g\n"
    assert set(imports(ast.parse(code))) == {"a.b", "c.d", "g"}
    assert set(imports(ast.parse(code), top_level_only=True)) == {"a.b", "c.d"}


@pytest.mark.slow
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


def test_the_library_works_where_streamlit_cannot_be_imported(tmp_path):
    code = """
import sys
for name in ("streamlit", "starlette", "altair"):
    sys.modules[name] = None
import bnviz
history = bnviz.train(bnviz.Experiment(dataset="moons", widths=(4,), steps=3, runs=(bnviz.Run(),)))
print(history.status, len(history.losses()))
history.to_html(sys.argv[1])
"""
    page = tmp_path / "page.html"
    command = [sys.executable, "-c", code, str(page)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.stdout == "('finished',) 8\n", result.stderr
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
