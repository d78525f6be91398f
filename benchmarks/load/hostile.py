"""What nobody sends by accident: links with hostile values, paths out of the app, frames that are no messages."""

from __future__ import annotations

import ast
import random
import struct
from pathlib import Path
from urllib.parse import quote, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bnviz.experiment import Experiment, Run
from bnviz.ui.page.contents import PAGES

ROOT = Path(__file__).resolve().parents[2]
CONTROLS = ("slider", "choice", "toggle")  # methods of `Settings` whose first argument is a parameter's name
VALUES = (
    *("", " ", "0", "-1", "1e999", "-1e999", "nan", "inf", "١٢", "0x10", "1_000", "9" * 400, "1e-400", "None", "null"),
    *("true", "[]", "{}", "__import__('os')", "'; DROP TABLE runs; --", "<script>alert(1)</script>", "**bold** $x$"),
    *("../../etc/passwd", "%00", "\x00\x01", "\ud7ff\uffff", "🙂" * 50, "x" * 20_000, "a-b-c", "-".join("64" * 300)),
    *(":red[x]", "${HOME}", "{{7*7}}", "\r\nSet-Cookie: a=b", "batch-batch-batch", "full", "hidden", "1-2-3", "on"),
)
STRANGE_QUERIES = (
    "%",
    "%zz=%",
    "&&&===",
    "=",
    "?",
    "a=%ff%fe",
    "seed",
    "seed=1&seed=2",
    "#x",
    ";",
    "runs[]=1",
    "a" * 9000,
)
WIDGET_VALUES: tuple[tuple[str, object], ...] = (
    ("string_value", "x" * 100_000),
    ("int_value", -(2**62)),
    ("double_value", float("nan")),
    ("json_value", "[" * 50_000),
    ("bytes_value", bytes(100_000)),
    ("bool_value", True),
    ("trigger_value", True),
)
PATHS = (
    *("/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/app.py", "//example.com/", "/\\example.com", "/static/../../app.py"),
    *(
        "/component/x/../../app.py",
        "/media/../../app.py",
        "/_stcore/upload_file/a/b",
        "/app.py",
        "/.streamlit/config.toml",
    ),
    *(
        "/nowhere",
        "/" + "a/" * 500,
        "/%00",
        "/_stcore/stream",
        "/_stcore/host-config?x=%ff",
        "/component/bnviz.ui/secret",
    ),
)


def parameters() -> list[str]:
    """Return the names of all parameters that some page reads: those of its controls and of an experiment."""
    names = {"seed", "runs", "norms", *Experiment.model_fields}
    names |= {f"run{number}.{field}" for number in (0, 1, 2, 99) for field in Run.model_fields}
    for source in (*ROOT.glob("pages/*.py"), *ROOT.glob("bnviz/ui/**/*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CONTROLS and node.args:
                name = node.args[0]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    names.add(name.value)
    return sorted(names)


def links(count: int) -> list[tuple[str, str]]:
    """Return `count` pairs of page and query, the pages in turn, always the same."""
    chance, names = random.Random(5), parameters()
    found = []
    for number in range(count):
        file = PAGES[number % len(PAGES)].file
        page = "" if file == "app.py" else Path(file).stem.partition("_")[2]
        if number // len(PAGES) < len(STRANGE_QUERIES):
            query = STRANGE_QUERIES[number // len(PAGES)]
        else:
            chosen = chance.sample(names, chance.randint(1, 4))
            query = urlencode({name: chance.choice(VALUES) for name in chosen}, errors="replace")
        found.append((page, query))
    return found


def frames() -> list[tuple[str, bytes | str]]:
    """Return named frames of a websocket, none of which a browser would send."""
    ordinary = _asking()
    return [
        *_garbage(ordinary),
        ("text instead of bytes", "rerun"),
        ("a server's message", ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY).SerializeToString()),
        ("no type", BackMsg().SerializeToString()),
        ("unknown page", _asking(page_name="../../etc/passwd")),
        ("foreign page hash", _asking(page_script_hash="f" * 32)),
        ("long page hash", _asking(page_script_hash="f" * 100_000)),
        ("unknown fragment", _asking(fragment_id="nobody")),
        ("long query", _asking(query_string="a=" + "b" * 1_000_000)),
        ("many parameters", _asking(query_string="&".join(f"p{k}={k}" for k in range(20_000)))),
        ("query of control characters", _asking(query_string="".join(map(chr, range(32))))),
        ("unknown cached messages", _asking(cached_message_hashes=["0" * 64] * 10_000)),
        ("clear the cache", BackMsg(clear_cache=True).SerializeToString()),
        ("stop the script", BackMsg(stop_script=True).SerializeToString()),
        ("run on save", BackMsg(set_run_on_save=True).SerializeToString()),
        ("load git information", BackMsg(load_git_info=True).SerializeToString()),
        ("shut down", BackMsg(debug_shutdown_runtime=True).SerializeToString()),
        ("disconnect", BackMsg(debug_disconnect_websocket=True).SerializeToString()),
        ("heartbeat", BackMsg(app_heartbeat=True).SerializeToString()),
        *_operations(),
    ]


def _garbage(ordinary: bytes) -> list[tuple[str, bytes | str]]:
    chance = random.Random(7)
    return [
        ("empty", b""),
        ("one byte", b"\xff"),
        *((f"{size} random bytes", chance.randbytes(size)) for size in (10, 1000, 100_000)),
        ("zeros", bytes(10_000)),
        ("cut off", ordinary[: len(ordinary) // 2]),
        ("doubled", ordinary + ordinary),
        ("length beyond the end", b"\x5a\xff\xff\xff\xff\x0f"),
        ("text that is not UTF-8", ordinary.replace(b"seed", b"\xc3\x28\xff\xfe")),
        ("nested groups", b"\x0b" * 5000),
        ("1 MB", bytes([0x5A]) * 1_000_000),
        ("60 MB", bytes(60_000_000)),
        ("floats", struct.pack("<64d", *([float("nan")] * 64))),
    ]


def _asking(**state: object) -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = "seed=0"
    for name, value in state.items():
        if isinstance(value, list):
            getattr(message.rerun_script, name).extend(value)
        else:
            setattr(message.rerun_script, name, value)
    return message.SerializeToString()


def states(widgets: list[str]) -> list[tuple[str, bytes | str]]:
    """Return frames that set widgets, real ones and invented ones, to values of every wrong kind."""
    invented = ["$$ID-00000000000000000000000000000000-home_guess", "x" * 500_000, ""]
    found: list[tuple[str, bytes | str]] = []
    for name in [*invented, *widgets]:
        for field, value in WIDGET_VALUES:
            message = BackMsg()
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id = name
            setattr(widget, field, value)
            found.append((f"{field} of widget {name[-20:]!r}", message.SerializeToString()))
    return found


def _operations() -> list[tuple[str, bytes | str]]:
    found: list[tuple[str, bytes | str]] = []
    for number, kind in enumerate(("deferred_file", "install_skills", "dismiss_skills_nudge", "dataframe_chunk")):
        message = BackMsg()
        request = message.backend_operation_request
        request.request_id, request.session_id = str(number) * 1000, "somebody else"
        getattr(request, kind).SetInParent()
        if kind == "deferred_file":
            request.deferred_file.file_id = quote("../../etc/passwd")
        elif kind == "dataframe_chunk":
            request.dataframe_chunk.source_id, request.dataframe_chunk.offset = "x", 2**32 - 1
        found.append((f"operation {kind}", message.SerializeToString()))
    message = BackMsg()
    message.file_urls_request.request_id = "1"
    message.file_urls_request.session_id = "somebody else"
    message.file_urls_request.file_names.extend(["../x"] * 1000)
    return [*found, ("file addresses", message.SerializeToString())]
