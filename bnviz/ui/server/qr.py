"""A link as a QR code, for the pages of this server."""

from __future__ import annotations

import asyncio
import io
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bnviz.ui.server.stream import is_own, root_of

QR = "bnviz/qr"
LONGEST = 700  # characters; a code of more has cells too small for a camera at the back of a room
_MARGIN = 4  # cells around it, as the standard asks


def qr_route(base: str = "") -> Route:
    """The route, below the path under which the server works, if it has one."""
    return Route(f"{root_of(base)}{QR}", qr_code, methods=["GET"])


async def qr_code(request: Request) -> Response:
    """The link in the parameter `text` as SVG. Links to elsewhere, and what is no link, are refused."""
    text = request.query_params.get("text", "")
    if not is_own(request.headers) or not _leads_here(text, request):
        return Response("Only for pages of this server, and links to them.", 403)
    if len(text) > LONGEST:
        return Response("Too long for a QR code.", 414)
    picture = await asyncio.to_thread(qr_picture, text)
    # As an octet stream: where there is nothing of the kind, Streamlit answers with its page (see stream.js).
    return Response(picture, headers={"cache-control": "private, max-age=3600"}, media_type="application/octet-stream")


def _leads_here(text: str, request: Request) -> bool:
    try:
        link, page = urlsplit(text), urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return False
    return link.scheme in ("http", "https") and link.netloc in {request.headers.get("host"), page.netloc} - {None, ""}


@lru_cache(maxsize=64)
def qr_picture(text: str) -> bytes:
    """Return an SVG image of the QR code, dark on white in every theme, as large as its place."""
    import segno  # needed by few, and by nobody who only reads

    picture = io.BytesIO()
    code = segno.make(text, micro=False, error="l", boost_error=True)
    code.save(picture, kind="svg", border=_MARGIN, xmldecl=False, omitsize=True, dark="#000", light="#fff")
    return picture.getvalue()
