"""The app's scripts are ES modules that a browser loads as they are. A component of Streamlit takes a single text."""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "(?P<path>\.{1,2}/[^"]+)";\n', re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/)[\s\S])*\*/|//[^\n]*)\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default )", re.MULTILINE)


def joined(entry: Path) -> str:
    """Return a module and all that it imports as one module, which exports the default of `entry`.

    Comments stay behind: the text goes to every reader. All share one scope, so no two of them may give the same name
    to different things, and none renames what it imports (a test watches both).
    """
    texts = (path.read_text(encoding="utf-8") for path in modules(entry))
    return "\n".join(_EXPORT.sub("", _COMMENT.sub("", _IMPORT.sub("", text))) for text in texts)


def modules(entry: Path) -> list[Path]:
    """Return a module and all that it imports, each after what it imports itself."""
    found: dict[Path, None] = {}

    def visit(path: Path) -> None:
        if path in found:
            return
        for statement in _IMPORT.finditer(path.read_text(encoding="utf-8")):
            visit((path.parent / statement["path"]).resolve())
        found[path] = None

    visit(entry.resolve())
    return list(found)
