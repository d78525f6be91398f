"""What commands read and where they write, refused with a message of one line."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bnviz.experiment import Experiment, InvalidExperiment


class BadInput(Exception):
    """Something that was asked for cannot be done; the message names it and says how to mend it."""


def read_experiment(source: str) -> Experiment:
    """The experiment in a file of JSON, or on stdin for "-"."""
    try:
        return Experiment.from_json(read_text(source))
    except InvalidExperiment as error:
        raise BadInput(f"{name_of(source)}: {error}") from None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in the words of this module when `path` cannot be written after all."""
    try:
        yield
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror or error}).") from None


def read_text(source: str) -> str:
    """The text of a file, or of stdin for "-"."""
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{source}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise BadInput(f"{name_of(source)}: is not text in UTF-8, so it is not JSON.") from None


def name_of(source: str) -> str:
    """How to speak of a source."""
    return "stdin" if source == "-" else source


def read_grid(file: str | None, options: Sequence[str]) -> dict[str, list]:
    """The grid of a file of JSON and of options FIELD=VALUE,…, in the order given; {} for neither."""
    grid: dict[str, list] = {}
    if file is not None:
        try:
            stored = json.loads(read_text(file))
        except (json.JSONDecodeError, RecursionError) as error:
            raise BadInput(f"{name_of(file)}: is not JSON ({error}).") from None
        if not isinstance(stored, dict) or not all(isinstance(values, list) for values in stored.values()):
            raise BadInput(f'{name_of(file)}: must be an object of lists, such as {{"lr": [0.01, 0.1]}}.')
        grid |= stored
    for option in options:
        field, equals, values = option.partition("=")
        if not equals or not field:
            raise BadInput(f"--grid {option}: must be FIELD=VALUE,…, such as lr=0.01,0.1.")
        if field in grid:
            raise BadInput(f"--grid {option}: {field} is named twice; put all its values in one place.")
        grid[field] = _values(values)
    return grid


def _values(text: str) -> list:
    """The values of a list: of JSON where it is that, with bare words as texts: [32,32],[64] or none,batch or .1,1."""
    try:
        return json.loads(f"[{text}]")
    except json.JSONDecodeError:
        return [_value(part.strip()) for part in text.split(",")]


def _value(text: str) -> Any:
    for read in (json.loads, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def read_seeds(text: str) -> list[int]:
    """3 is the seeds 0, 1 and 2; 0,5,7 is these, and 5, (with a comma) is that one."""
    try:
        numbers = [int(part) for part in text.removesuffix(",").split(",")]
    except ValueError:
        raise BadInput(f"--seeds {text}: must be a number of seeds, or seeds with commas, such as 0,5,7.") from None
    if "," in text:
        return numbers
    if not 1 <= numbers[0] <= 100_000:
        raise BadInput(f"--seeds {text}: must be from 1 to 100000 seeds; write 7, for the seed 7.")
    return list(range(numbers[0]))


def require_output(path: Path, suffixes: Sequence[str]) -> None:
    """Raise BadInput unless a file of that name can be written."""
    if path.suffix not in suffixes:
        raise BadInput(f"{path}: must end in {' or '.join(suffixes)}.")
    target = path.resolve()
    if target.is_dir():
        raise BadInput(f"{path}: is a folder; name a file.")
    if not target.parent.is_dir():
        raise BadInput(f"{path}: there is no folder {target.parent}; make it first.")
    probe = target.with_name(f".{os.getpid()}-{target.name}")
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror}).") from None
    if target.exists() and not os.access(target, os.W_OK):
        raise BadInput(f"{path}: cannot be written (it is read-only).")
