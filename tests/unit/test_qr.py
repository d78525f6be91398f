"""The route that draws a link of this server as a QR code."""

import asyncio
import subprocess
import sys
from xml.etree import ElementTree

import pytest
import segno
from starlette.applications import Starlette

from bnviz.ui.server.qr import LONGEST, qr_picture, qr_route

HERE = "http://host:8501/training_lab?steps=50&player.step=9"


def ask(text: str, path: str = "/bnviz/qr", base: str = "", **headers: str) -> tuple[int, bytes]:
    """The status and the body of the answer to a page of the server `host:8501`."""
    from urllib.parse import urlencode

    named = {"host": "host:8501"} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "query_string": urlencode({"text": text}).encode(),
    }
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(Starlette(routes=[qr_route(base)])(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_a_link_to_this_server_becomes_a_picture_of_its_code():
    status, body = ask(HERE)
    assert status == 200
    root = ElementTree.fromstring(body)
    size = segno.make(HERE, micro=False, error="l").symbol_size(border=4)[0]
    assert root.attrib["viewBox"] == f"0 0 {size} {size}"
    assert "width" not in root.attrib, "it is as large as its place"
    fill = root[0].attrib["fill"]
    assert fill == "#fff", "the ground is white in a dark theme too"


def test_other_links_have_other_codes():
    assert qr_picture(HERE) != qr_picture(HERE + "9")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "training_lab?steps=50",
        "http://elsewhere/training_lab",
        "https://host:8501@elsewhere/",
        "javascript:alert(1)",
        "http://[bad",
        "//host:8501/",
    ],
)
def test_what_does_not_lead_here_is_refused(text):
    assert ask(text)[0] == 403


def test_who_asks_from_elsewhere_is_refused():
    assert ask(HERE, sec_fetch_site="cross-site")[0] == 403
    assert ask(HERE, origin="http://elsewhere")[0] == 403


def test_behind_a_proxy_a_page_is_known_by_the_address_that_the_browser_sees():
    link = "https://class.example/training_lab"
    assert ask(link)[0] == 403
    assert ask(link, referer="https://class.example/")[0] == 200


def test_a_link_too_long_for_a_room_is_refused():
    longest = HERE + "0" * (LONGEST - len(HERE))
    assert ask(longest)[0] == 200
    assert ask(longest + "0")[0] == 414


def test_it_lies_below_the_path_of_the_server():
    assert ask(HERE, "/class/bnviz/qr", "/class/")[0] == 200
    assert ask(HERE, "/bnviz/qr", "/class/")[0] == 404


def test_nothing_of_it_is_loaded_before_somebody_asks():
    code = "import sys, bnviz.ui.server.qr; sys.exit('segno' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
