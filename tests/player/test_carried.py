"""Bytes as notebooks and files hand them to the player."""

import base64
import gzip

import pytest

from tests.player.node import Node

CONTENT = bytes(range(256)) * 3


@pytest.mark.parametrize("kind", ["DataView", "Uint8Array", "ArrayBuffer"])
def test_bytes_arrive_whole_from_whatever_holds_them(node: Node, kind: str):
    zipped = base64.b64encode(gzip.compress(CONTENT)).decode()
    assert bytes(node.ask("carried", zipped, kind)) == CONTENT


def test_bytes_arrive_from_text(node: Node):
    assert bytes(node.ask("carried", base64.b64encode(gzip.compress(CONTENT)).decode(), "text")) == CONTENT


@pytest.mark.parametrize(("step", "record"), [(0, 0), (1, 1), (3, 2), (4, 3), (59, 4), (60, 5), (1000, 5), (-1, 0)])
def test_a_step_that_was_not_recorded_is_the_record_before_it(node: Node, step: int, record: int):
    assert node.ask("recordUpTo", [0, 1, 2, 4, 20, 60], step) == record
