"""Training lab: what is compared in one line, whose parts are edited in place, and its result."""

from functools import partial

import streamlit as st

from bnviz.experiment import Experiment
from bnviz.lessons.training_lab.presets import PRESETS, preset_of
from bnviz.ui.lab import own
from bnviz.ui.lab import state as lab
from bnviz.ui.lab.figures import figures
from bnviz.ui.lab.files import read_upload
from bnviz.ui.lab.line import more_settings, recipe_line
from bnviz.ui.lab.sweep import SWEEPING, sweep_tab
from bnviz.ui.page import frame
from bnviz.ui.page.address import asked
from bnviz.ui.page.ignored import say_what_was_ignored
from bnviz.ui.page.literal import literal
from bnviz.ui.page.results_table import results_table
from bnviz.ui.page.stage import reserve
from bnviz.ui.page.waiting import section
from bnviz.ui.private import forget_file
from bnviz.words import typeset

PRESET_NAMES = [preset.name for preset in PRESETS]


def choose_preset(experiment: Experiment | None) -> None:
    """Draw the list of presets, on the one that `experiment` is, and load the one that is chosen."""
    current = preset_of(experiment) if experiment else None
    chosen = st.selectbox(
        "Start from",
        PRESET_NAMES,
        PRESET_NAMES.index(current.name) if current else None,
        key=f"{lab.widget_key()}_preset_{current.name if current else 'own'}",
        placeholder="Start from an example",
        label_visibility="collapsed",
        width=230,
    )
    if chosen and (current is None or chosen != current.name):
        lab.load(PRESETS[PRESET_NAMES.index(chosen)].experiment)
        st.rerun()


def choose_sweep() -> bool:
    """Draw the switch to a sweep, and return whether it is on: then another part of the page shows the result."""
    sweeping = st.toggle("Sweep", key=SWEEPING, help="Train a network in each cell of a map over two settings.")
    if sweeping != st.session_state.get("lab_drawn_sweeping", sweeping):
        st.session_state["lab_drawn_sweeping"] = sweeping
        st.rerun()
    st.session_state["lab_drawn_sweeping"] = sweeping
    return sweeping


def train_button(experiment: Experiment | None) -> None:
    """Draw the button that trains the experiment; a sweep has one of its own."""
    if st.session_state.get(SWEEPING):
        return
    work = f"Estimated work: {lab.work_in_words(experiment)}" if experiment else None
    pressed = st.button("Train", type="primary", disabled=experiment is None, key="lab_train", help=work)
    if pressed and experiment:
        lab.show(experiment)
        st.rerun()


def say_it_has_changed(experiment: Experiment | None) -> None:
    """Say so when the picture shows another experiment than the line."""
    on_stage = lab.shown()
    if experiment and on_stage and experiment != on_stage[0]:
        st.caption("Changed. Press Train to see it.", width="content")


def complain(problems: dict[str, str]) -> None:
    """Show what is wrong with the fields of the draft, one line each, and offer what this server trains instead."""
    if not problems:
        return
    listed = "\n".join(f"- {literal(typeset(message))}" for message in problems.values())
    st.error(f"This cannot be trained yet:\n\n{listed}")
    offered = lab.suggestion(lab.draft())
    if offered:
        st.markdown(f"Nearest that this server trains: {literal(lab.differences(lab.draft(), offered))}.")
        if st.button("Use these settings", icon=":material/compress:", key="lab_use_allowed"):
            lab.load(offered)
            st.rerun()


def use_own_data() -> None:
    """Put the reader's own data into the line in the place of its data set, and train if nothing else is wrong."""
    if mine := own.on_own_data(lab.draft()):
        lab.rewrite(mine)
        experiment, _ = lab.judge(mine)
        if experiment:
            lab.load(experiment)


def upload() -> None:
    """Take an experiment, a recording or a table of the reader's own from a file, once."""
    file = st.file_uploader(
        "Open a recording (.npz), an experiment (.json) or your own data (.csv)",
        type=["npz", "json", *own.SUFFIXES],
        key="lab_upload",
        help="A file that this page has saved; or a table of numbers with one column of labels, to train on.",
    )
    if file is not None and st.session_state.get("lab_uploaded") != file.file_id:
        st.session_state["lab_uploaded"] = file.file_id
        try:
            if own.is_table(file.name):
                own.open_file(file.name, file.getvalue())
                use_own_data()
            else:
                lab.load(*read_upload(file.name, file.getvalue()))
            st.rerun()
        except ValueError as error:
            st.error(literal(str(error)))
        finally:
            forget_file(file)
    own.panel(use_own_data)


def say_what_no_link_has(experiment: Experiment) -> None:
    """Say what of the experiment stays with the reader, here and where the link is copied."""
    said = own.about_links(experiment)
    if said:
        with st.container(key="link_note_lab"):
            st.caption(said)


@section
def recipe() -> None:
    """Draw the recipe in words, what trains it, and what is wrong with it; or what sweeps it."""
    key, draft = lab.widget_key(), lab.draft()
    experiment, problems = lab.judge(draft)
    changed = recipe_line(draft, key, partial(train_button, experiment))
    if changed:
        lab.rewrite(changed)
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="lab_actions"):
        choose_preset(experiment)
        sweeping = choose_sweep()
        if not sweeping:
            say_it_has_changed(experiment)
    more_settings(draft, key)
    complain(problems)
    if experiment:
        lab.write_query(experiment)
        say_what_no_link_has(experiment)
        if sweeping:
            sweep_tab(experiment)


@section
def played() -> None:
    """Play back what was trained last, as it comes, with its table, figures and files."""
    on_stage = lab.shown()
    if on_stage is None:
        st.info("Press Train: the networks learn side by side here, from the same start and on the same mini-batches.")
        return
    experiment, uploaded = on_stage
    preset = preset_of(experiment)
    if preset:
        st.markdown(preset.look)
    stage = reserve("lab", caption=preset.note if preset else "")
    done = stage.show(experiment, uploaded)
    if done and done.result:
        results_table(done.result)
        figures(done.key, "lab")


with frame.page("pages/12_training_lab.py"):
    st.title("Change one thing")
    say_what_was_ignored(lab.open_lab(asked()))
    recipe()
    if not st.session_state[SWEEPING]:
        played()
        upload()
