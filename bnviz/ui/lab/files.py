"""Files from the visitor: recordings and experiments."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING

from bnviz.experiment import Experiment, InvalidExperiment
from bnviz.ui.server.budget import refused, too_large
from bnviz.ui.server.configuration import configuration
from bnviz.ui.server.training import training_queue

if TYPE_CHECKING:
    from bnviz.history import History

MOST_JSON = 200_000  # bytes of an uploaded experiment
_TOO_LARGE = "The recording is too large: once unpacked, this app opens at most {:,} bytes."
MOST_PARTS = 100  # arrays of an uploaded recording, which has about twenty
# One at a time: a class that opens recordings at once would need the memory for all of them.
_opening = Lock()


def read_upload(name: str, data: bytes) -> tuple[Experiment, str | None]:
    """Return the experiment in an uploaded file and, for a recording, the key under which it is kept now.

    Raises ValueError saying what is wrong with a damaged, foreign or too large file.
    """
    if name.lower().endswith(".npz"):
        with _opening:
            history = _read_history(data)
        _require_small(too_large(history.experiment))
        key = f"upload {hashlib.sha256(data).hexdigest()}"
        if not training_queue().keep(key, history):
            raise ValueError(_TOO_LARGE.format(_most_unpacked()))
        return history.experiment, key
    if len(data) > MOST_JSON:
        raise ValueError(f"The file has {len(data):,} bytes; an experiment has at most {MOST_JSON:,}.")
    try:
        experiment = Experiment.from_json(data.decode("utf-8-sig"), files=False)
    except UnicodeDecodeError:
        raise ValueError("The file is not text, so it is not an experiment. Save the experiment again.") from None
    except InvalidExperiment as error:
        raise ValueError(f"The file is not an experiment that can be read. {error}") from None
    except ValueError:
        raise ValueError("The file is not an experiment that can be read: a number in it is too long.") from None
    problems = refused(experiment)
    if "dataset" in problems:
        raise ValueError(problems["dataset"])
    _require_small(problems)
    return experiment, None


def _require_small(problems: Mapping[str, str]) -> None:
    if problems:
        raise ValueError("The experiment is too large for this app. " + " ".join(problems.values()))


def _most_unpacked() -> int:
    """Bytes of an uploaded recording once decompressed: what is larger than the store could not be kept."""
    return configuration().results_bytes


def _read_history(data: bytes) -> History:
    from bnviz.history import History

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        raise ValueError("The file is damaged or is not an .npz file. Download the recording again.") from None
    if len(members) > MOST_PARTS or sum(member.file_size for member in members) > _most_unpacked():
        raise ValueError(_TOO_LARGE.format(_most_unpacked()))
    return History.load(io.BytesIO(data))
