"""Training lab: every control of an experiment, up to four runs, kicks to the weights in mid-training."""

from urllib.parse import urlencode

import streamlit as st

from bnviz.experiment import Experiment
from bnviz.lessons.training_lab.presets import PRESETS, preset_of
from bnviz.ui.lab import controls
from bnviz.ui.lab import state as lab
from bnviz.ui.lab.figures import figures
from bnviz.ui.lab.files import downloads, read_upload
from bnviz.ui.lab.sweep import MODE, ONE, SWEEP, sweep_tab
from bnviz.ui.page import frame
from bnviz.ui.page.ignored import say_what_was_ignored
from bnviz.ui.page.literal import literal
from bnviz.ui.page.results_table import results_table
from bnviz.ui.page.stage import reserve
from bnviz.ui.page.waiting import section
from bnviz.ui.private import forget_file

PRESET_NAMES = [preset.name for preset in PRESETS]


def choose_preset() -> None:
    """Draw the presets, load the one that is chosen, and say what to look for in the one that is on."""
    experiment, _ = lab.judge(lab.draft())
    current = preset_of(experiment) if experiment else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.pills(
            "Start from",
            PRESET_NAMES,
            default=current.name if current else None,
            key=f"{lab.widget_key()}_preset_{current.name if current else 'own'}",
        )
    if chosen and (current is None or chosen != current.name):
        lab.load(PRESETS[PRESET_NAMES.index(chosen)].experiment)
        st.rerun()
    if current:
        st.markdown(f"**Look at:** {current.look}")


def draw_controls() -> None:
    """Draw every control and keep what it says in the draft."""
    key = lab.widget_key()
    draft = controls.experiment_controls(lab.draft(), key)
    draft, runs_changed = controls.run_controls(draft, key)
    draft, kicks_changed = controls.intervention_controls(draft, key)
    if runs_changed or kicks_changed:
        lab.rewrite(draft)
        st.rerun()
    lab.update(draft)


def complain(problems: dict[str, str]) -> None:
    """Show what is wrong with the fields of the draft, one line each."""
    if problems:
        listed = "\n".join(f"- {literal(message)}" for message in problems.values())
        st.error(f"This cannot be trained yet:\n\n{listed}")


def offer_what_is_allowed() -> None:
    """Offer the nearest experiment that this server trains, when it refuses the draft."""
    offered = lab.suggestion(lab.draft())
    if offered:
        st.markdown(f"Nearest that this server trains: {literal(lab.differences(lab.draft(), offered))}.")
        if st.button("Use these settings", icon=":material/compress:", key="lab_use_allowed"):
            lab.load(offered)
            st.rerun()


def upload() -> None:
    """Take an experiment or a recording from a file, once."""
    file = st.file_uploader(
        "Open a recording (.npz) or an experiment (.json)",
        type=["npz", "json"],
        key="lab_upload",
        help="A file that this page has saved.",
    )
    if file is None or st.session_state.get("lab_uploaded") == file.file_id:
        return
    st.session_state["lab_uploaded"] = file.file_id
    try:
        experiment, result = read_upload(file.name, file.getvalue())
    except ValueError as error:
        st.error(literal(str(error)))
        return
    finally:
        forget_file(file)
    lab.load(experiment, result)
    st.rerun()


def train_row(experiment: Experiment | None) -> None:
    """Draw what trains the experiment, or starts over."""
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(
            "Train", type="primary", disabled=experiment is None, icon=":material/play_arrow:", key="lab_train"
        )
        if asked and experiment:
            lab.show(experiment)
            st.rerun()
        if st.button("Reset to defaults", icon=":material/restart_alt:", key="lab_reset"):
            lab.load(lab.START)
            st.rerun()
        if experiment:
            st.caption(f"Estimated work: {lab.work_in_words(experiment)}")
            query = lab.write_query(experiment)
            with st.popover("Copy link", icon=":material/link:"):
                st.markdown("This link opens the lab with these settings and trains them.")
                address = (st.context.url or "").partition("?")[0]
                st.code(f"{address}?{urlencode(query)}", language=None, wrap_lines=True)
    on_stage, _ = lab.shown()
    if experiment and experiment != on_stage:
        st.info("The controls have changed since this was trained. Press Train to see their effect.")


@section
def recipe() -> None:
    """Draw presets, controls and what is wrong with them, and what trains the experiment or sweeps it."""
    choose_preset()
    draw_controls()
    experiment, problems = lab.judge(lab.draft())
    complain(problems)
    offer_what_is_allowed()
    mode = st.radio(
        "Train",
        (ONE, SWEEP),
        horizontal=True,
        key=MODE,
        help="A sweep trains a network in each cell of a map, starting from the settings above.",
    )
    if mode != st.session_state.get("lab_drawn_mode", mode):
        st.session_state["lab_drawn_mode"] = mode
        st.rerun()
    st.session_state["lab_drawn_mode"] = mode
    if mode == ONE:
        train_row(experiment)
    elif experiment:
        lab.write_query(experiment)
        sweep_tab(experiment)


@section
def played() -> None:
    """Play back what was trained last, as it comes, with its table, figures and files."""
    on_stage, uploaded = lab.shown()
    stage = reserve("lab")
    done = stage.show(on_stage, uploaded)
    if done and done.result:
        results_table(done.result)
        figures(done.key, "lab")
        downloads(done.key, on_stage, "lab")


with frame.page("pages/12_training_lab.py"):
    st.title("Change one thing, keep the rest equal")
    st.markdown("Set up to four runs that share data, initial weights and mini-batches, then press Train and compare.")
    say_what_was_ignored(lab.open_lab(st.query_params.to_dict()))
    recipe()
    if st.session_state[MODE] == ONE:
        played()
        upload()
