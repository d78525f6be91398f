"""Work in view of the visitor: place reserved, progress with a Stop button, then the player or another figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from bnviz.experiment import Experiment
from bnviz.outcome import Outcome, outcomes
from bnviz.styles import run_styles
from bnviz.ui.page.literal import literal
from bnviz.ui.player import player, player_table
from bnviz.ui.private import Place, visitor
from bnviz.ui.server.budget import nearest_allowed, refused
from bnviz.ui.server.jobs import Done, QueueFull, Running, Ticket, Waiting
from bnviz.ui.server.training import Computation, Task, job_key, training_queue
from bnviz.ui.server.turns import page_scripts

if TYPE_CHECKING:
    from bnviz.history import History

LAB = "pages/12_training_lab.py"
AT_ONCE = 0.15  # seconds within which a result is shown without a progress bar
PULSE = 0.1  # seconds between two pictures of the progress
ARRIVAL_PULSE = 0.4  # the same while the browser still loads the page: more would hold up its controls

Height = tuple[int, int]
"""Pixels that a place takes with what comes into it: at a window's width of 1440 and of 390. Without one it is as high
as `page.css` says for its kind; a browser test compares."""

Preview = Callable[[Sequence[Any], Any], None]
"""Draws what there is so far: the results of the tasks that have ended, and the part of the one at work or None."""


@dataclass(frozen=True)
class Course:
    """Where a task stands among those that are worked on in turn; alone, it is all there is.

    total: steps of all of them; before: steps of those that have ended, `number` of them; unit: what a step is.
    """

    total: int
    before: int = 0
    number: int = 0
    unit: str = ""
    preview: Callable[[Any], None] | None = None


@dataclass(frozen=True)
class Stage:
    """A place on the page where an experiment is trained and played back, or a lesson's task is worked on.

    Reserve it where it is to appear, write the rest of the page, and call `show` or `obtain` last: the work holds up
    the script, and whatever is written after it waits. `caption` says what the figure shows and what to look at; it
    stands right below the figure, above the numbers and what they mean.
    """

    key: str
    progress: Place
    messages: Place
    picture: Place
    caption: str = ""

    def show(self, experiment: Experiment, result: str | None = None) -> Done[History] | None:
        """Play the recording kept under the key `result`, or train the experiment and play that.

        None when there is nothing to play; the reason is then on the stage.
        """
        done = self.obtain(experiment, result)
        if done is None or done.result is None:
            return None
        with self.picture:
            player(done.result, key=f"{self.key}_player")
            self.show_caption()
            table = st.expander("The same as a table", key=f"{self.key}_as_table", on_change="rerun")
            if table.open:
                table.dataframe(player_table(done.result), hide_index=True)
        return done

    def show_caption(self) -> None:
        """Write the caption here, if there is one."""
        if self.caption:
            st.caption(self.caption)

    def obtain(self, task: Task, result: str | None = None) -> Done[Any] | None:
        """Return what is kept under the key `result`, or work on the task; the page draws it in `picture`.

        None when there is no result; the reason is then on the stage, as is every ending but the ordinary one.
        """
        done = result and training_queue().result(result)
        if not done and isinstance(task, Experiment) and (problems := refused(task)):
            self._refuse(task, problems)
            return None
        done = done or self._obtain(task, Course(task.steps))
        st.session_state[self._arrived] = True
        if done and done.result is None:
            self._say_there_is_nothing(done)
        if not done or done.result is None:
            return None
        self._say_how_it_ended(done, outcomes(done.result) if isinstance(task, Experiment) else ())
        return done

    def obtain_in_turn(self, tasks: Sequence[Computation], unit: str, preview: Preview) -> list[Done[Any]]:
        """Work on the tasks one after the other, up to the first that does not finish; a step is one `unit`.

        Each task is a job of its own: its result is kept and shared, and others are served between two of them.
        `preview` is called while there is something to wait for.
        """
        found: list[Done[Any]] = []
        total, before = sum(task.steps for task in tasks), 0
        for number, task in enumerate(tasks):
            results = [done.result for done in found]
            course = Course(total, before, number, unit, partial(preview, results))
            done = self._obtain(task, course)
            st.session_state[self._arrived] = True
            if done is None or done.result is None:
                if done is not None:
                    self._say_there_is_nothing(done)
                break
            found.append(done)
            if done.ending != "finished":
                self._say_how_it_ended(done, ())
                break
            before += task.steps
        self.progress.empty()
        return found

    def _refuse(self, experiment: Experiment, problems: Mapping[str, str]) -> None:
        with self.messages.container():
            listed = "\n".join(f"- {literal(message)}" for message in problems.values())
            st.error(f"This server does not train this experiment:\n\n{listed}")
            if nearest := nearest_allowed(experiment):
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
        for outcome in troubled:
            st.warning(f"{literal(outcome.label)} {outcome.status}: its loss or a weight left the range of numbers.")

    def _obtain(self, task: Task, course: Course) -> Done[Any] | None:
        key = job_key(task)
        early = st.session_state.get(self._ended)
        if early and early[0] == key:
            kept = training_queue().result(early[1]) if early[1] else Done("stopped", key)
            if kept is not None:
                return kept
        try:
            with training_queue().join(key, task, visitor()) as ticket:
                done = self._watch(ticket, task, course)
        except QueueFull as full:
            with self.messages.container():
                st.warning(
                    f"The server is busy: {full.waiting} trainings are waiting, and yours would be number "
                    f"{full.waiting + 1}. It trains one experiment at a time."
                )
                st.button("Try again", key=f"{self.key}_retry")
            return None
        if done.ending == "deadline":
            st.session_state[self._ended] = (key, done.key)
        return done

    def _say_there_is_nothing(self, done: Done[Any]) -> None:
        with self.messages.container():
            if done.ending == "failed":
                st.error(f"The training failed. {literal(done.reason or '')}")
            else:
                st.info("This training was called off before it had a result.")
            st.button("Train again", key=f"{self.key}_retry", on_click=self._forget_ending)

    def _watch(self, ticket: Ticket[Task, Any], task: Task, course: Course) -> Done[Any]:
        """Poll the job, drawing its progress, until it ends. A rerun or a closed tab leaves by an exception."""
        # What fills in is drawn from the start: the browser may have to load what draws it.
        with page_scripts.pause():
            state = ticket.wait(AT_ONCE if course.preview is None else 0.0)
        if isinstance(state, Done):
            return state
        labels = [style.label for style in run_styles(task)] if isinstance(task, Experiment) else []
        with self.progress.container():
            bar, numbers = st.empty(), st.empty()
            stop_key = f"{self.key}_stop{course.number or ''}"
            st.button("Stop", key=stop_key, on_click=self._stop, args=(job_key(task),))
            if st.session_state.pop(self._shared, None) == job_key(task):
                st.caption("Another visitor waits for the same training, so it goes on.")
        # A preview is what the visitor waits for, and is drawn only when there is more to show.
        arriving = course.preview is None and not st.session_state.get(self._arrived)
        drawn: Any = object()  # unlike any part, None included
        while not isinstance(state, Done):
            _draw_progress(state, task, labels, bar, numbers, course)
            part = state.partial if isinstance(state, Running) else None
            if course.preview is not None and part is not drawn:
                course.preview(part)
                drawn = part
            with page_scripts.pause():
                state = ticket.wait(ARRIVAL_PULSE if arriving else PULSE)
        if course.preview is None:  # else the next task of the course takes over what is drawn
            self.progress.empty()
        return state

    @property
    def _shared(self) -> str:
        return f"{self.key}_shared_job"

    @property
    def _ended(self) -> str:
        return f"{self.key}_ended_early"

    @property
    def _arrived(self) -> str:
        return f"{self.key}_arrived"

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


def reserve_figure(key: str, height: Height | None = None, caption: str = "") -> Stage:
    """Reserve the place for a page's own figure here. `key` is unique in the app."""
    return _place(f"figure_{key}", key, height, caption)


def reserve_line(key: str, height: Height | None = None, caption: str = "") -> Stage:
    """Reserve the place for a few numbers and a sentence here. `key` is unique in the app."""
    return _place(f"line_{key}", key, height, caption)


def _place(container: str, key: str, height: Height | None, caption: str) -> Stage:
    if height is not None:
        desk, phone = height
        st.html(f"<style>.st-key-{container} {{ --desk: {desk}px; --phone: {phone}px; }}</style>")
    with st.container(key=container):
        # Each kind of content keeps its own place. The player would start over if it took turns with another, and
        # a place that is cleared and filled in one breath keeps in the browser what it held before.
        return Stage(key, st.empty(), st.empty(), st.container(), caption)


def _draw_progress(
    state: Waiting | Running,
    task: Task,
    labels: Sequence[str],
    bar: Place,
    numbers: Place,
    course: Course,
) -> None:
    if isinstance(state, Waiting):
        others = "1 other training runs" if state.ahead == 1 else f"{state.ahead} other trainings run"
        bar.progress(0.0, text=f"Waiting: {others} first." if state.ahead else "Waiting: a long training has its turn.")
        return
    step = course.before + state.step
    share = min(step / course.total, 1.0)
    training = isinstance(task, Experiment)
    verb = "Training" if training or course.unit else "Computing"
    text = f"{verb}: {course.unit or 'step'} {step} of {course.total}"
    if state.step > 0.02 * task.steps:
        text += f", about {math.ceil(state.seconds * (course.total - step) / state.step)} s left"
    bar.progress(share, text=text)
    if not training:
        return
    losses = "   ".join(f"{label} {loss:.3f}" for label, loss in zip(labels, state.losses, strict=False))
    numbers.text(f"training loss: {losses}" if losses else "loading the data")
