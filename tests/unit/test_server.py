import asyncio
import base64
import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from altair.utils import schemapi

from bnviz.datasets import own
from bnviz.ui.private import late_scripts
from bnviz.ui.server import application as server
from bnviz.ui.server.application import FirstPicture, SecurityHeaders, content_security_policy
from bnviz.ui.server.configuration import configuration


def test_the_policy_allows_the_inline_scripts_of_the_page_and_no_other():
    policy = content_security_policy(
        "<script>one()</script><script src='x.js'></script><script>two()</script>", "'self'"
    )
    for script in (b"one()", b"two()"):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" in policy
    assert policy.count("sha256-") == 2
    assert "'unsafe-eval'" not in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts


def answer(scope: dict) -> list[dict]:
    """What the middleware sends when the application answers with one header."""
    sent = []

    async def application(scope, receive, send):
        await send({"type": f"{scope['type']}.response.start", "status": 200, "headers": [(b"x", b"y")]})

    async def send(message):
        sent.append(message)

    asyncio.run(SecurityHeaders(application)(scope, None, send))
    return sent


def test_headers_are_added_to_what_the_application_answers():
    headers = dict(answer({"type": "http"})[0]["headers"])
    assert headers[b"x"] == b"y"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"content-security-policy"].startswith(b"default-src 'self'")
    assert headers[b"content-security-policy"].endswith(b"frame-ancestors 'self'")


def links(path: str, kind: bytes = b"text/html; charset=utf-8", query: bytes = b"", address: str | None = "a") -> list:
    """The links that come with an answer of this kind."""
    sent = []

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "query_string": query}
    asyncio.run(FirstPicture(application, lambda: address)(scope, None, send))
    return [value.decode() for name, value in sent[0]["headers"] if name == b"link"]


def test_every_page_names_the_scripts_that_it_will_need_and_the_first_one_its_recording():
    scripts = [f"<{script}>; rel=modulepreload; crossorigin" for script in late_scripts()]
    recording = "<a>; rel=preload; as=fetch; crossorigin"
    assert links("/") == links("/base/") == [recording, *scripts]
    assert links("/", address=None) == links("/", query=b"seed=1") == links("/training_lab") == scripts
    assert links("/static/js/index.js", b"text/javascript") == []


def test_who_may_embed_the_app_is_configured():
    policy = content_security_policy("", "'self' https://school.example")
    assert policy.split("; ")[-1] == "frame-ancestors 'self' https://school.example"


@pytest.mark.parametrize(("folder", "hosted"), [("cloud", True), ("app", False)])
def test_the_folder_for_the_cloud_is_a_shared_server_unless_configured_otherwise(monkeypatch, folder, hosted):
    monkeypatch.setattr(server, "warm_up", lambda: None)
    monkeypatch.setenv("BNVIZ_HOSTED", "")  # so that what the lifespan sets is taken back
    monkeypatch.delenv("BNVIZ_HOSTED")
    configuration.cache_clear()

    async def started() -> bool:
        async with server.lifespan(SimpleNamespace(script_path=Path(folder, "app.py"))):
            return configuration().hosted

    assert asyncio.run(started()) is hosted
    configuration.cache_clear()


def test_charts_and_components_are_loaded_before_the_first_visitor(monkeypatch):
    loaded = []

    def load(name: str) -> SimpleNamespace:
        loaded.append(name)
        return SimpleNamespace(registered=lambda: loaded.append("registered"))

    monkeypatch.setattr(server, "warm_up", lambda: None)
    monkeypatch.setattr(server, "import_module", load)

    async def started() -> list[str]:
        async with server.lifespan(SimpleNamespace(script_path=Path("app.py"))):
            return list(loaded)

    components = ["bnviz.ui.player", "registered", "bnviz.ui.live", "registered"]
    assert asyncio.run(started()) == ["bnviz.charts", *components]


def test_charts_are_not_held_against_their_schema_while_readers_wait(monkeypatch):
    monkeypatch.setattr(server, "warm_up", lambda: None)

    async def started() -> bool:
        async with server.lifespan(SimpleNamespace(script_path=Path("app.py"))):
            return schemapi.DEBUG_MODE

    assert asyncio.run(started()) is False
    assert schemapi.DEBUG_MODE


def test_a_server_opens_no_file_that_an_experiment_names(monkeypatch, tmp_path):
    monkeypatch.setattr(server, "warm_up", lambda: None)
    (tmp_path / "a.csv").write_text("1,x\n2,y\n3,x\n4,y\n")
    name = f"csv:{tmp_path / 'a.csv'}"

    async def started() -> None:
        async with server.lifespan(SimpleNamespace(script_path=Path("app.py"))):
            own.table_of(name)

    with pytest.raises(ValueError, match="not here"):
        asyncio.run(started())
    assert len(own.table_of(name).y) == 4, "a process that serves nobody does"


def test_a_socket_is_left_alone():
    assert answer({"type": "websocket"})[0]["headers"] == [(b"x", b"y")]
