"""The controls of a lesson, kept in the link of its page: what a reader set, another one opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import nan
from typing import Any

import streamlit as st

from bnviz.experiment import Experiment, InvalidExperiment
from bnviz.links import STRANGE
from bnviz.ui.live.scene import Input
from bnviz.ui.page.address import asked, keep_in_address
from bnviz.ui.page.ignored import say_what_was_ignored
from bnviz.ui.page.waiting import on_overlooked
from bnviz.words import short

_LISTED = 10  # values of a control that a message names; of more it names the first and the last


class Settings:
    """Draws controls and keeps their values in the page's link, as far as they differ from the defaults.

    Make one where messages about the link are to appear, draw the controls through it, and call `keep` once all of
    them are drawn. A control named `rate` of the page `scale` has the key `scale_rate` and is `rate=…` in the link.
    """

    def __init__(self, page: str) -> None:
        self._page = page
        self._asked = asked()
        self._messages = st.container()
        self._problems: dict[str, str] = {}
        self._defaults: dict[str, Any] = {}
        self._values: dict[str, Any] = {}
        self._folded: set[str] = set()
        self._kept = False

    @property
    def asked(self) -> Mapping[str, str]:
        """The query of the link with which the page was opened."""
        return self._asked

    def fold(self, *names: str) -> dict[str, Any]:
        """What `look_closer` asks for, of a fold with these controls; closed, it leaves their values in the link."""
        self.leave(*names)
        return {"asked": self._asked, "controls": names}

    def leave(self, *names: str) -> None:
        """Leave the values of controls that are not drawn in the link."""
        self._folded |= {*names}

    def seed(self) -> int:
        """The seed that the link asks for, 0 if it asks for none."""
        seed = 0
        try:
            seed = Experiment(seed=int(self._asked.get("seed", "0"))).seed
        except InvalidExperiment as error:
            self._problems["seed"] = str(error)
        except ValueError:
            self._problems["seed"] = "seed must be a whole number."
        return self._note("seed", 0, seed)

    def slider(
        self,
        name: str,
        label: str,
        values: Sequence[Any],
        default: Any,
        *,
        help: str,
        width: int = 300,
        format_func: Callable[[Any], str] = short,
    ) -> Any:
        """Draw a slider over the listed values, and return the chosen one."""
        key, start = self._start(name, values, default)
        chosen = st.select_slider(label, values, start, format_func=format_func, key=key, help=help, width=width)
        return self._note(name, default, chosen)

    def choice(self, name: str, label: str, options: Mapping[Any, str], default: Any, *, help: str) -> Any:
        """Draw a row of radio buttons, value → label, and return the chosen value."""
        values = tuple(options)
        key, start = self._start(name, values, default)
        named = options.__getitem__
        chosen = st.radio(label, values, values.index(start), named, horizontal=True, key=key, help=help)
        return self._note(name, default, chosen)

    def toggle(self, name: str, label: str, default: bool = False, *, help: str) -> bool:
        """Draw a switch, and return whether it is on. In the link it is `on` or `off`."""
        key, start = self._start(name, (False, True), default)
        return self._note(name, default, st.toggle(label, start, key=key, help=help))

    def keep_fold(self, name: str, is_open: bool) -> None:
        """Keep in the link whether a fold is open that has no other control. There it is `on`."""
        self._note(name, False, is_open)

    def handle(self, figure: str, of: Input, default: float) -> float:
        """The value of an input of the live figure with the key `figure`: on arrival that of the link.

        The figure's `on_release` is to be `take`.
        """
        key = f"{self._page}_{of.name}"
        if figure not in st.session_state:
            st.session_state[key] = self._values.get(of.name, self._asked_number(of, default))
        return self._note(of.name, default, st.session_state[key])

    def take(self, chosen: Mapping[str, float]) -> None:
        """Take what a hand left in a live figure."""
        for name, value in chosen.items():
            st.session_state[f"{self._page}_{name}"] = float(value)

    def _asked_number(self, of: Input, default: float) -> float:
        """What the link asks an input of a live figure to be."""
        if of.name not in self._asked:
            return default
        asked = self._asked[of.name]
        try:
            value = float(asked)
        except ValueError:
            value = nan
        if of.allows(value):
            return value
        rule = f"one of {_listed([*map(_text, of.choices)])}" if of.choices else f"from {of.low:g} to {of.high:g}"
        self._problems[of.name] = f"{of.name} = {asked!r}: must be {rule}."
        return default

    def keep(self) -> None:
        """Write the link, and tell the reader which parts of it were ignored."""
        for name in self._asked.keys() - self._values.keys() - self._folded:
            self._problems[name] = STRANGE
        if self._problems:
            say_what_was_ignored(self._problems, self._messages)
        self._write()
        self._kept = True
        on_overlooked(self._overlooked)

    def _overlooked(self) -> bool:
        """Whether a control has another value than the one with which its section was drawn."""
        keys = {name: f"{self._page}_{name}" for name in self._values}
        return any(st.session_state[key] != self._values[name] for name, key in keys.items() if key in st.session_state)

    def _write(self) -> None:
        changed = {name: value for name, value in self._values.items() if value != self._defaults[name]}
        waiting = {name: self._asked[name] for name in self._folded & self._asked.keys() - self._values.keys()}
        keep_in_address({**waiting, **{name: _text(value) for name, value in changed.items()}})

    def repeat_with_another_seed(self) -> None:
        """Draw a button that asks for every experiment of the page from other weights and mini-batches."""
        following = self._values["seed"] + 1
        st.button(
            f"Repeat all with seed {following}",
            on_click=_ask_for_seed,
            args=(following,),
            icon=":material/casino:",
            key=f"{self._page}_repeat",
        )

    def _start(self, name: str, values: Sequence[Any], default: Any) -> tuple[str, Any]:
        """Give a control the value that the link asks for when the page is opened; return its key and its value.

        The value is to be given to the control as well: a browser that is told of two runs at once draws what the
        second says, in which Streamlit no longer sends a value that was set before the first.
        """
        key = f"{self._page}_{name}"
        texts = {_text(value): value for value in values}
        asked = _text(self._values[name]) if name in self._values else self._asked.get(name, _text(default))
        if asked not in texts:
            self._problems[name] = f"{name} = {asked!r}: must be one of {_listed([*texts])}."
        return key, st.session_state.setdefault(key, texts.get(asked, default))

    def _note(self, name: str, default: Any, value: Any) -> Any:
        self._defaults[name], self._values[name] = default, value
        if self._kept:
            self._write()  # a section of the page was run by itself
        return value


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts if len(texts) <= _LISTED else [*texts[:3], "…", texts[-1]])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _ask_for_seed(seed: int) -> None:
    st.query_params["seed"] = str(seed)
