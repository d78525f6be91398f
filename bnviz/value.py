"""Frozen values whose fields are checked, and one error that names everything that is wrong with them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from bnviz.limits import LIBRARY

NO_SUCH_FIELD = "there is no such field; remove it."


class InvalidExperiment(ValueError):
    """A bad field, or several: `problems` maps each field's name to a message that says how to fix it."""

    def __init__(self, problems: Mapping[str, str]):
        self.problems = dict(problems)
        super().__init__("\n".join(self.problems.values()))


def _problems(error: ValidationError) -> dict[str, str]:
    """Pydantic's findings as field → sentence, with our own wording where a validator of ours spoke."""
    found: dict[str, str] = {}
    for item in error.errors(include_url=False):
        parts = [str(part) for part in item["loc"]]
        if len(parts) > 1 and parts[0] in ("runs", "interventions") and parts[1].isdigit():
            parts = [f"{parts[0][:-1]}{int(parts[1]) + 1}", *parts[2:]]
        field = ".".join(parts) or "experiment"
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, InvalidExperiment):
            for name, message in cause.problems.items():
                found.setdefault(f"{field}.{name}" if parts else name, f"{field}: {message}" if parts else message)
            continue
        if item["type"] == "value_error":
            message = str(cause)
        elif item["type"] == "extra_forbidden":
            message = f"{field}: {NO_SUCH_FIELD}"
        elif field == "widths" and item["type"] == "tuple_type":
            message = f"widths = {short(item['input'])}: must be a list of whole numbers, in a link 64-64-64."
        elif item["type"] == "literal_error":
            message = f"{field} = {short(item['input'])}: must be one of {item['ctx']['expected']}; choose one."
        else:
            message = f"{field} = {short(item['input'])}: {_plain(item['msg'])}."
        found.setdefault(field, message)
    return found


def short(value: object) -> str:
    """What was given, for a message: in full where it is short, else its beginning."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _plain(message: str) -> str:
    words = {"Input should be": "must be", "a valid integer": "a whole number", "a valid tuple": "a list", "valid ": ""}
    for theirs, ours in words.items():
        message = message.replace(theirs, ours)
    return message.rstrip(".")


class Value(BaseModel):
    """A frozen value whose bounded numbers are checked against `bnviz.limits.LIBRARY`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # The slash lets a field of a URL or a file be called "self", and be refused like any other.
    def __init__(self, /, **data: Any):
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise InvalidExperiment(_problems(error)) from None

    @field_validator("*", mode="after")
    @classmethod
    def _inside_bounds(cls, value: Any, info: Any) -> Any:
        bound = LIBRARY.get(info.field_name)
        if bound and isinstance(value, int | float) and (problem := bound.problem(info.field_name, value)):
            raise ValueError(problem)
        return value
