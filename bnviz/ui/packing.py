"""Arrays as one value of bytes for the browser, which `packed.js` reads.

Layout, everything little-endian:

| bytes | content |
|---|---|
| 4 | uint32 H, the length of the header |
| H | the header: UTF-8 JSON, padded with spaces so that 4 + H is a multiple of 4 |
| rest | the sections; each starts at a multiple of 4, counted from the end of the header |

The header lists `sections` as {name, dtype, shape, offset}, and has an `id`, a digest of the rest, which tells new data
from a mere redraw.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

Sections = dict[str, np.ndarray]


def assemble(header: dict[str, Any], sections: Sections) -> bytes:
    """Return a header, without its `sections` and `id`, and arrays as one value of bytes."""
    body = bytearray()
    entries = []
    for name, values in sections.items():
        entries.append({"name": name, "dtype": values.dtype.name, "shape": list(values.shape), "offset": len(body)})
        body += np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()
        body += bytes(-len(body) % 4)
    content = {**header, "sections": entries}
    digest = hashlib.blake2b(json.dumps(content, allow_nan=False).encode() + body, digest_size=8)
    text = json.dumps({"id": digest.hexdigest(), **content}, allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text + bytes(body)
