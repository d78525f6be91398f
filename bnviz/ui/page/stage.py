"""Work in view of the visitor: place reserved, progress with a Stop button, then the player or another figure."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st
from pandas.api.types import is_float_dtype

from bnviz.experiment import Experiment
from bnviz.outcome import Outcome, outcomes
from bnviz.ui.page.contents import LAB
from bnviz.ui.page.literal import literal
from bnviz.ui.page.saving import note_recording
from bnviz.ui.page.waiting import desk, wait_a_moment
from bnviz.ui.player import Suspense, growing_player, player, player_table
from bnviz.ui.player.payload import View, pack
from bnviz.ui.private import Place, visitor
from bnviz.ui.server.budget import nearest_allowed, refused
from bnviz.ui.server.desk import Encode, Watch
from bnviz.ui.server.jobs import Done, QueueFull
from bnviz.ui.server.stream import STREAM
from bnviz.ui.server.training import job_key, training_queue
from bnviz.ui.server.work import Computation, Part, Task
from bnviz.ui.watch import watch_bar
from bnviz.words import short

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from bnviz.history import History


Height = tuple[int, int]
"""Pixels that a place takes with what comes into it: at a window's width of 1440 and of 390. Without one it is as high
as `page.css` says for its kind; a browser test compares."""


@dataclass(frozen=True)
class Course:
    """Where a task stands among those that are worked on in turn: alone, it is all there is.

    total: steps of all of them; before: steps of those that have ended; unit: what a step is.
    """

    total: int
    before: int = 0
    unit: str = ""


@dataclass(frozen=True)
class Stage:
    """A place on the page where an experiment is trained and played back, or a lesson's task is worked on.

    Nothing here holds up the script: what is not there yet is waited for by the browser, which then asks for the
    section of the page again (`section` of `waiting.py`). `caption` says what the figure shows and what to look at;
    it stands right below the figure, above the numbers and what they mean.
    """

    key: str
    progress: Place
    messages: Place
    picture: Place
    caption: str = ""

    def show(
        self,
        experiment: Experiment,
        result: str | None = None,
        view: View = "training",
        table: Callable[[History], pd.DataFrame] = player_table,
        suspense: Suspense | None = None,
    ) -> Done[History] | None:
        """Play the recording kept under the key `result`, or train the experiment and play that, as it comes.

        None when there is nothing to play, or not all of it; the reason is then on the stage. `suspense` keeps the end
        of a recording to itself until the reader has seen it.
        """
        key = f"{self.key}_player"
        found: Done[History] | Watch | None = training_queue().result(result) if result else None
        if found is None and (problems := refused(experiment)):
            self._refuse(experiment, problems)
            return None
        found = found or self._obtain(experiment, partial(_encode, view))
        if isinstance(found, Watch):
            with self.picture:
                stop = partial(self._stop, job_key(experiment))
                growing_player(self._stream, found.id, experiment, key=key, on_stop=stop, suspense=suspense)
                self.show_caption()
            self._say_it_is_shared(experiment)
            return None
        done = self._ended_well(found, experiment)
        if done is None or done.result is None:
            return None
        with self.picture:
            player(done.result, key=key, view=view, suspense=suspense)
            note_recording(self.key, done.key)
            self.show_caption()
            if suspense and suspense.hidden:
                return done
            fold = st.expander("The same as a table", key=f"{self.key}_as_table", on_change="rerun")
            if fold.open:
                fold.dataframe(_written(table(done.result)), hide_index=True)
        return done

    def show_caption(self) -> None:
        """Write the caption here, if there is one."""
        if self.caption:
            st.caption(self.caption)

    def obtain(self, task: Task, *, may_diverge: bool = False) -> Done[Any] | None:
        """Work on the task, and return what it led to; the page draws it in `picture`.

        None when there is no result, or not yet; the reason is then on the stage, as is every ending but the ordinary
        one. A network that `may_diverge` is no fault: the page says itself what became of it.
        """
        if isinstance(task, Experiment) and (problems := refused(task)):
            self._refuse(task, problems)
            return None
        found = self._obtain(task)
        if isinstance(found, Watch):
            self._watch(found, task, Course(task.steps))
            return None
        return self._ended_well(found, task, may_diverge)

    def obtain_in_turn(self, tasks: Sequence[Computation], unit: str) -> tuple[list[Done[Any]], Any]:
        """Work on the tasks one after the other, up to the first that does not finish; a step is one `unit`.

        Returns what has ended, and what there is of the task at work, None if nothing is. Each task is a job of its
        own: its result is kept and shared, and others are served between two of them.
        """
        found: list[Done[Any]] = []
        before, total = 0, sum(task.steps for task in tasks)
        for task in tasks:
            done = self._obtain(task, fills=True)
            if isinstance(done, Watch):
                self._watch(done, task, Course(total, before, unit))
                return found, done.ticket.partial
            if done is None or done.result is None:
                self._ended_well(done, task)
                break
            found.append(done)
            if done.ending != "finished":
                self._say_how_it_ended(done, ())
                break
            before += task.steps
        return found, None

    def _ended_well(self, done: Done[Any] | None, task: Task, may_diverge: bool = False) -> Done[Any] | None:
        """Return what has a result; say on the stage what has none, and every ending but the ordinary one."""
        if done is None:
            return None
        if done.result is None:
            self._say_there_is_nothing(done)
            return None
        told = isinstance(task, Experiment) and not may_diverge
        self._say_how_it_ended(done, outcomes(done.result) if told else ())
        return done

    def _refuse(self, experiment: Experiment, problems: Mapping[str, str]) -> None:
        with self.messages.container():
            listed = "\n".join(f"- {literal(message)}" for message in problems.values())
            st.error(f"This server does not train this experiment:\n\n{listed}")
            if "dataset" not in problems and (nearest := nearest_allowed(experiment)):
                label = "Open the nearest that it trains in the training lab"
                st.page_link(LAB, label=label, icon=":material/compress:", query_params=nearest.to_query())

    def _say_how_it_ended(self, done: Done[Any], ends: Sequence[Outcome]) -> None:
        troubled = [outcome for outcome in ends if outcome.status.startswith("diverged")]
        if done.ending == "finished" and not troubled:
            return
        with self.messages.container():
            self._notes(done, troubled)

    def _notes(self, done: Done[Any], troubled: Sequence[Outcome]) -> None:
        if done.ending == "deadline":
            st.warning(
                f"This training was ended after {training_queue().deadline:.0f} seconds, the most that one visitor "
                "may take here. Below is what was recorded until then. Fewer steps or narrower layers fit in."
            )
        elif done.ending == "stopped":
            with st.container(horizontal=True, vertical_alignment="center"):
                st.info("You stopped this training. Below is what was recorded until then.")
                st.button("Train to the end", key=f"{self.key}_resume", on_click=self._forget_ending)
        for outcome in troubled:  # a network that diverges is no fault of the app
            st.caption(f"{literal(outcome.label)} {outcome.status}: its loss or a weight left the range of numbers.")

    def _obtain(self, task: Task, encode: Encode | None = None, fills: bool = False) -> Done[Any] | Watch | None:
        """Return what the task led to, or a watch while it is worked on; None when there is no room for it."""
        key = job_key(task)
        early = st.session_state.get(self._ended)
        if early and early[0] == key:
            kept = training_queue().result(early[1]) if early[1] else Done("stopped", key)
        else:
            kept = training_queue().result(key)
        if kept is not None:
            desk().leave(self.key, key)
            return kept
        try:
            watch = desk().ask(self.key, key, partial(training_queue().join, key, task, visitor()), encode, fills)
        except QueueFull as full:
            with self.messages.container():
                st.warning(
                    f"The server is busy: {full.waiting} trainings are waiting, and yours would be number "
                    f"{full.waiting + 1}. It trains one experiment after the other."
                )
                st.button("Try again", key=f"{self.key}_retry")
            return None
        state = wait_a_moment(watch.ticket)
        if not isinstance(state, Done):
            return watch
        desk().leave(self.key, key)
        if state.ending == "deadline":
            st.session_state[self._ended] = (key, state.key)
        return state

    def _say_there_is_nothing(self, done: Done[Any]) -> None:
        with self.messages.container():
            if done.ending == "failed":
                st.error(f"The training failed. {literal(done.reason or '')}")
            else:
                st.info("This training was called off before it had a result.")
            st.button("Train again", key=f"{self.key}_retry", on_click=self._forget_ending)

    def _watch(self, watch: Watch, task: Task, course: Course) -> None:
        """Show how far the work has come, with a button that stops it."""
        with self.progress:
            watch_bar(
                self._stream,
                watch.id,
                key=f"{self.key}_watch",
                total=course.total,
                before=course.before,
                unit=course.unit,
                on_stop=partial(self._stop, job_key(task)),
            )
        self._say_it_is_shared(task)

    def _say_it_is_shared(self, task: Task) -> None:
        if st.session_state.pop(self._shared, None) == job_key(task):
            self.messages.caption("Another visitor waits for the same training, so it goes on.")

    @property
    def _stream(self) -> str:
        return f"{STREAM}/{desk().token}"

    @property
    def _shared(self) -> str:
        return f"{self.key}_shared_job"

    @property
    def _ended(self) -> str:
        return f"{self.key}_ended_early"

    def _stop(self, key: str) -> None:
        # Streamlit calls this before it runs the script again, and no other rerun can come between ending the job
        # and remembering what it left.
        done = training_queue().stop(key, visitor())
        if done is None:
            st.session_state[self._shared] = key
        elif done.ending == "stopped":
            st.session_state[self._ended] = (key, done.key if done.result is not None else None)

    def _forget_ending(self) -> None:
        st.session_state.pop(self._ended, None)


def reserve(key: str, height: Height | None = None, caption: str = "") -> Stage:
    """Reserve the place for a player here. `key` is unique in the app."""
    return _place(f"stage_{key}", key, height, caption)


def reserve_figure(key: str, height: Height | None = None, caption: str = "", *, bar_below: bool = False) -> Stage:
    """Reserve the place for a page's own figure here. `key` is unique in the app.

    The bar of what is worked on stands above it, or `bar_below` where the figure is there before the work is done.
    """
    return _place(f"figure_{key}", key, height, caption, bar_below)


def reserve_line(key: str, height: Height | None = None, caption: str = "") -> Stage:
    """Reserve the place for a few numbers and a sentence here. `key` is unique in the app."""
    return _place(f"line_{key}", key, height, caption)


def _place(container: str, key: str, height: Height | None, caption: str, bar_below: bool = False) -> Stage:
    if height is not None:
        desk, phone = height
        st.html(f"<style>.st-key-{container} {{ --desk: {desk}px; --phone: {phone}px; }}</style>")
    with st.container(key=container):
        # Each kind of content keeps its own place. The player would start over if it took turns with another, and
        # a place that is cleared and filled in one breath keeps in the browser what it held before.
        picture = st.container() if bar_below else None
        return Stage(key, st.empty(), st.empty(), picture or st.container(), caption)


def _written(table: pd.DataFrame) -> Styler:
    """The table with its numbers written as everywhere on the page; they are still sorted as numbers."""
    numbers = [name for name in table if is_float_dtype(table[name])]
    return table.style.format(lambda value: short(float(str(value))), subset=numbers)


def _encode(view: View, part: Part) -> bytes:
    return part.encoded(view, lambda history: gzip.compress(pack(history, view=view), 3))
