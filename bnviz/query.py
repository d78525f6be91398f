"""Experiments in a URL: one readable parameter a field, such as `widths=64-64&run2.norm=batch&run2.lr=0.5`.

Runs and interventions are numbered from 1, with a dot before the field. Fields at their default are left out,
except each run's `norm`. "full" stands for a full batch, "hidden" for every hidden layer. A reader's own data are never
in a link: `dataset=csv` says that there are some.
"""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel

from bnviz.datasets import own
from bnviz.value import NO_SUCH_FIELD, InvalidExperiment, short

OWN = own.PREFIX.removesuffix(":")
PARTS: Mapping[str, tuple[str, ...]] = {"run": ("norm",), "intervention": ()}
"""What is numbered, and which of its fields are never left out. The field `runs` holds each `run`, and so on."""


def to_query(experiment: BaseModel) -> dict[str, str]:
    """The fields of `experiment` that differ from the defaults, as parameter → text."""
    lists = {f"{kind}s": kind for kind in PARTS}
    query = {name: text for name, text in _fields(experiment).items() if name not in (*lists, "data")}
    if own.is_own(query.get("dataset")):
        query["dataset"] = OWN
    for field, kind in lists.items():
        parts = getattr(experiment, field)
        if parts != type(experiment).model_fields[field].default:
            for number, part in enumerate(parts, start=1):
                query |= {f"{kind}{number}.{name}": text for name, text in _fields(part, PARTS[kind]).items()}
    return query


def from_query(query: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as the keyword arguments of `Experiment`; text that cannot be read stays text.

    `Experiment` then refuses what stayed text, so that one error lists every bad field. Of a parameter that
    is repeated the last value counts, as in Streamlit.
    """
    arguments: dict[str, Any] = {}
    parts: dict[str, dict[int, dict[str, Any]]] = {kind: {} for kind in PARTS}
    for key, raw in query.items():
        text = raw if isinstance(raw, str) else (list(raw) or [""])[-1]
        head, dot, name = key.partition(".")
        kind = head.rstrip("0123456789")
        number = head[len(kind) :]
        if dot and kind in PARTS and number.isascii() and 1 <= len(number) <= 4:
            parts[kind].setdefault(int(number), {})[name] = _value(name, text)
        else:
            arguments[key] = _value(key, text)
    for kind, numbered in parts.items():
        if numbered:
            _require_consecutive(kind, numbered)
            arguments[f"{kind}s"] = tuple(numbered[number] for number in sorted(numbered))
    return arguments


def problems_of_own_data(arguments: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a link that names a file or says something of one: field → message.

    Whoever opens a link has not written it, and must not be made to open a file.
    """
    found = {}
    named = arguments.get("dataset")
    if isinstance(named, str) and named.partition(":")[0] == OWN:
        found["dataset"] = (
            f"dataset = {short(named)}: the data are the own ones of whoever made this link, and are not in it; open "
            "the CSV file to train on it."
        )
    if "data" in arguments:
        found["data"] = f"data: {NO_SUCH_FIELD}"
    return found


def _require_consecutive(kind: str, numbered: Mapping[int, Any]) -> None:
    if sorted(numbered) != list(range(1, len(numbered) + 1)):
        listed = ", ".join(str(number) for number in sorted(numbered))
        raise InvalidExperiment(
            {f"{kind}s": f"{kind}s = {listed}: must be numbered 1, 2, 3, … without a gap; renumber them."}
        )


def _fields(value: BaseModel, always: Collection[str] = ()) -> dict[str, str]:
    return {
        name: _text(getattr(value, name))
        for name, field in type(value).model_fields.items()
        if name in always or getattr(value, name) != field.default
    }


def _text(value: Any) -> str:
    if value is None:
        return "full"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "-".join(str(item) for item in value)
    return repr(value) if isinstance(value, float) else str(value)


def _value(name: str, text: str) -> Any:
    """The text as the type its field wants: the field's name decides, so that a label stays text."""
    if name in ("label", "dataset", "activation", "norm", "optimizer", "model", "dtype"):
        return text
    if name == "batch_size" and text == "full":
        return None
    if name in ("widths", "layers") and text != "hidden":
        items = [_number(item) for item in text.split("-")]
        return tuple(items) if all(isinstance(item, int) for item in items) else text
    if text in ("true", "false"):
        return text == "true"
    return _number(text)


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
