"""Every private or undocumented call of Streamlit, in one place: what it stands in for, and what would break.

Tried with the version that `requirements.txt` pins; `tests/unit/test_private.py` fails when one of them goes away.
Three things of this kind cannot stand here: `page.css` and the scripts beside it find elements by their `data-testid`
(`tests/e2e/test_edges.py` fails when one of those goes away), `.streamlit/config.toml`
sets `runner.postScriptGC` and `global.maxCachedMessageAge`, which no page of the documentation names, and `app.py`
needs `st.App` to be assigned where `streamlit run` looks for it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit
from streamlit import config, runtime
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_STATIC = Path(streamlit.__file__).parent / "static"
_SCRIPT = re.compile(r"""(?:src="|href="|from\s*"|import\s*")\./(?:static/js/)?([\w.-]+\.js)\"""")
"""In the page, or in a script, another script that it loads at once."""

Place = DeltaGenerator
"""What `st.container()`, `st.empty()` and `st.columns()` return. Public functions, but their type has no public name;
used in annotations only."""


def visitor() -> str:
    """Return the name of the session whose script runs here, "" outside of one.

    Stands in for a public name of the session, which there is none of. Without it one visitor's leaving could not end
    the jobs that only this visitor waits for.
    """
    context = get_script_run_ctx()
    return context.session_id if context else ""


def is_present(visitor: str) -> bool:
    """Return whether the session has a page open in some browser. Who is nobody's session is always there.

    Stands in for a callback when a session ends. Without it a training would go on for a reader who has closed the tab.
    """
    return not (visitor and runtime.exists()) or runtime.get_instance().is_active_session(visitor)


def forget_file(file: UploadedFile) -> None:
    """Drop an uploaded file that was read.

    Stands in for a public way to do so: Streamlit keeps the file until the page is closed, and a class's files would
    fill the memory. Without it that is what happens, and nothing else.
    """
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def index_page() -> str:
    """Return the HTML of the page that Streamlit serves.

    Stands in for a nonce: the content policy allows its inline scripts by their hash. Without it no page would start.
    """
    return (_STATIC / "index.html").read_text(encoding="utf-8")


@cache
def late_scripts() -> tuple[str, ...]:
    """Return the scripts that Streamlit loads by and by for what every page shows, from the root of the app.

    Stands in for a hint on its page, which names the scripts of its start only. Without it a reader waits for one more
    round trip before a figure.
    """
    known, found = set(_SCRIPT.findall(index_page())), dict[str, None]()
    for element in ("BidiComponent", "Html", "Radio", "Button"):
        names = [path.name for path in (_STATIC / "static" / "js").glob(f"{element}.*.js")]
        while names:
            name = names.pop()
            if name not in known and name not in found:
                found[name] = None
                names += _SCRIPT.findall((_STATIC / "static" / "js" / name).read_text(encoding="utf-8"))
    return tuple(f"static/js/{name}" for name in found)


@contextmanager
def hearing_scripts_out() -> Iterator[None]:
    """Have a session hear what a script has said until its end before it starts the next one, during the block.

    Stands in for a mending of Streamlit: a session that is asked for a part of its page in the moment after a script
    has ended forgets what that one drew and what it wrote into the address, as far as it has not been sent. Without it
    a control that was moved just then has, now and then, no effect until it is moved again.
    """
    start = AppSession._create_scriptrunner

    def start_later(session: Any, data: Any) -> None:
        ended = session._scriptrunner
        if ended is None:
            start(session, data)
            return

        def start_now() -> None:
            present = session._scriptrunner
            if present not in (None, ended) and present.request_rerun(data):
                return
            if session._state != AppSessionState.SHUTDOWN_REQUESTED:
                start(session, data)

        # What the script has said stands before this in the line of the loop.
        session._event_loop.call_soon_threadsafe(start_now)

    with _replaced(AppSession, "_create_scriptrunner", start_later):
        yield


@contextmanager
def telling_together() -> Iterator[None]:
    """Have the loop hear what scripts say in as few calls as it can, instead of one for each message, during the block.

    Stands in for a mending of Streamlit, whose scripts wake the loop a hundred times a page. Without it pages take a
    tenth more of the processor, and nothing else.
    """
    tell = AppSession._on_scriptrunner_event

    def tell_together(session: Any, sender: Any, event: ScriptRunnerEvent, **more: Any) -> None:
        if event != ScriptRunnerEvent.ENQUEUE_FORWARD_MSG:
            if sender is not None:
                sender.said = None  # what has been said so far is heard before this, what follows after it
            tell(session, sender, event=event, **more)
            return
        said: deque[Any] | None = getattr(sender, "said", None)
        if said is None:
            said = sender.said = deque()
        said.append(more)
        if len(said) == 1:
            session._call_soon_on_event_loop(partial(hear, session, sender, said))

    def hear(session: Any, sender: Any, said: deque[Any]) -> None:
        while said:
            event, more = ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, said.popleft()
            session._handle_scriptrunner_event_on_event_loop(sender, event, **more)

    with _replaced(AppSession, "_on_scriptrunner_event", tell_together):
        yield


@contextmanager
def reading_the_theme_once() -> Iterator[None]:
    """Have the options of a section of the configuration collected once, instead of at each run, during the block.

    Stands in for a mending of Streamlit, which looks through all of its options six times a run to tell the theme.
    Without it each run takes a twentieth more of the processor, and nothing else.
    """
    with _replaced(config, "get_options_for_section", cache(config.get_options_for_section)):
        yield


@contextmanager
def mended() -> Iterator[None]:
    """Have Streamlit mended during the block: all of the above that replaces something in it."""
    with hearing_scripts_out(), telling_together(), reading_the_theme_once():
        yield


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
