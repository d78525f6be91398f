"""The joined scripts: everything once, in order, and nothing that one scope would mix up."""

import re
from collections import Counter
from pathlib import Path

import pytest

import bnviz.ui
from bnviz.ui.modules import joined, modules

UI = Path(bnviz.ui.__file__).parent
ENTRIES = [
    "player/mount.js",
    "player/anywhere.js",
    "watch/watch.js",
    "page/browser.js",
    "live/streamlit.js",
    "live/anywhere.js",
]
# A name, or a pattern of several.
NAMED = re.compile(
    r"^(?:export )?(?:default )?(?:async )?(?:class|function|const|let) (\w+|\[.*?\]|\{.*?\})", re.MULTILINE
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_two_modules_of_one_component_give_the_same_name(entry):
    declared = [name for path in modules(UI / entry) for name in NAMED.findall(path.read_text(encoding="utf-8"))]
    names = Counter(name for text in declared for name in re.findall(r"[\w$]+", text))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_joined_script_imports_nothing_and_exports_its_default(entry):
    text = joined(UI / entry)
    assert re.findall(r"^\s*import\b.*", text, re.MULTILINE) == []
    assert re.findall(r"^export (\w+)", text, re.MULTILINE) == ["default"]


def test_what_a_module_exports_stands_there():
    for path in UI.rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        for names, source in re.findall(r'^import \{([^}]*)\} from "([^"]+)";', text, re.MULTILINE):
            exported = re.findall(
                r"^export (?:async )?(?:class|function|const|let) (\w+)",
                (path.parent / source).read_text(encoding="utf-8"),
                re.MULTILINE,
            )
            asked = [name.strip() for name in names.split(",") if name.strip()]
            assert set(asked) <= set(exported), path
            assert all(" as " not in name for name in asked), path


def test_each_module_stands_once_after_what_it_imports(tmp_path):
    (tmp_path / "c.js").write_text(
        "/** c\n * of all */\n// one\nexport const c =\n  /** @type {number} */ (1); // stays\n/** d */\n"
    )
    (tmp_path / "b.js").write_text('import { c } from "./c.js";\nexport const b = c;\n')
    (tmp_path / "a.js").write_text(
        'import {\n  b,\n} from "./b.js";\nimport { c } from "./c.js";\nexport default b + c;\n'
    )
    assert [path.name for path in modules(tmp_path / "a.js")] == ["c.js", "b.js", "a.js"]
    assert (
        joined(tmp_path / "a.js")
        == "const c =\n  /** @type {number} */ (1); // stays\n\nconst b = c;\n\nexport default b + c;\n"
    )
