"""Maps that fill in while their networks are trained: what they cost, the maps, and a look into one cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isclose
from typing import Any

import pandas as pd
import streamlit as st

from bnviz.charts.theme import Layers
from bnviz.costs import sweep_problems, work_in_a_sweep
from bnviz.experiment import Experiment, InvalidExperiment
from bnviz.kept import remembered
from bnviz.lessons.why_not_affine import charts
from bnviz.lessons.why_not_affine.charts import PICK
from bnviz.lessons.why_not_affine.curves import curve_tasks
from bnviz.lessons.why_not_affine.maps import Axes, MapTask, cells, gather, map_tasks, networks_of, shares
from bnviz.lessons.why_not_affine.verdicts import share_note
from bnviz.limits import Bound
from bnviz.styles import run_styles
from bnviz.ui.page.lesson import figure, theme
from bnviz.ui.page.literal import literal
from bnviz.ui.page.stage import Stage
from bnviz.ui.private import Place
from bnviz.ui.server.budget import bounds, with_steps
from bnviz.ui.server.training import job_key, training_queue
from bnviz.words import short

IN_A_ROW = 3


@dataclass(frozen=True)
class Sweep:
    """A map for each run of an experiment, from `seeds` seeds; `key` is unique in the app.

    free: seeds of every run that are trained without asking; curves: keep how each network learned.
    """

    experiment: Experiment
    axes: Axes
    seeds: int
    key: str
    free: int = 0
    curves: bool = False

    @property
    def tasks(self) -> list[MapTask]:
        """What is trained, in order."""
        return (curve_tasks if self.curves else map_tasks)(self.experiment, self.axes, self.seeds)

    @property
    def values(self) -> dict[str, tuple[Any, ...]]:
        """The two fields with their values: x, then y."""
        return dict(self.axes)

    @property
    def networks(self) -> int:
        """Networks of one map and seed."""
        return self.tasks[0].steps


@dataclass(frozen=True)
class Found:
    """What there is of a sweep: a row a network, and whether every map has all its cells from one seed or more."""

    rows: pd.DataFrame
    complete: bool


def cost_words(networks: int, multiply_adds: float, updates: int | None) -> str:
    """Return what training costs, in words."""
    steps = f" × {updates:,} updates" if updates else ""
    return f"{networks:,} networks{steps}, about {short(multiply_adds, 2)} multiply-adds"


def problems_of(sweep: Sweep) -> Mapping[str, str]:
    """Return what is wrong with the sweep or too much for this app: field → message."""
    return _problems(sweep.experiment, sweep.axes, sweep.seeds, bounds())


@remembered
def _problems(experiment: Experiment, axes: Axes, seeds: int, bounds: Mapping[str, Bound]) -> Mapping[str, str]:
    try:
        networks = networks_of(experiment, axes)
    except InvalidExperiment as error:
        return error.problems
    return sweep_problems(networks, seeds, bounds)


def nearest_allowed(sweep: Sweep) -> Sweep | None:
    """Return the sweep with as many seeds, and if one is too much with as many steps, as this app trains.

    None where that is not enough, as when there are too many cells.
    """
    for seeds in range(sweep.seeds, 0, -1):
        fewer = replace(sweep, seeds=seeds)
        if not problems_of(fewer):
            return fewer
    fits, too_many = 0, sweep.experiment.steps
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if problems_of(replace(fewer, experiment=with_steps(sweep.experiment, middle))):
            too_many = middle
        else:
            fits = middle
    steps = fits if fits < 100 else fits // 50 * 50
    swept = {name for name, _ in sweep.axes}
    return replace(fewer, experiment=with_steps(sweep.experiment, steps)) if steps and "steps" not in swept else None


def _suggestion(sweep: Sweep) -> str:
    """Return the nearest settings that this app trains, in words."""
    nearest = nearest_allowed(sweep)
    if nearest is None:
        return "Shorten the ranges, so that there are fewer cells."
    pairs = [("seeds", sweep.seeds, nearest.seeds), ("steps", sweep.experiment.steps, nearest.experiment.steps)]
    changes = [f"{name} {new:,} instead of {old:,}" for name, old, new in pairs if new != old]
    return f"Nearest that is trained here: {'; '.join(changes)}."


def choose_tasks(sweep: Sweep, *, say_cost: bool = True) -> list[MapTask]:
    """Say what the sweep costs, and return what of it is to be trained now: a beginning, or all when asked for."""
    if problems := problems_of(sweep):
        listed = "\n".join(f"- {literal(message)}" for message in problems.values())
        st.error(f"These maps cannot be trained here:\n\n{listed}\n\n{_suggestion(sweep)}")
        return []
    tasks = sweep.tasks
    if say_cost:
        networks = networks_of(sweep.experiment, sweep.axes)
        swept = {name for name, _ in sweep.axes}
        updates = None if "steps" in swept else sweep.experiment.steps
        cost = cost_words(len(networks) * sweep.seeds, sweep.seeds * sum(map(work_in_a_sweep, networks)), updates)
        st.caption(f"All maps together: {cost}.")
    granted = f"{sweep.key}_granted"
    if st.session_state.get(granted) == _name(sweep):
        return tasks
    kept = [training_queue().result(job_key(task)) is not None for task in tasks]
    first = _beginning(tasks, kept, sweep.free * len(sweep.experiment.runs))
    left = sum(task.steps for task, there in zip(tasks[len(first) :], kept[len(first) :], strict=True) if not there)
    if len(first) < len(tasks):
        label = f"Train the other {left} networks" if first else f"Train {left} networks"
        st.button(label, key=f"{sweep.key}_train", type="primary", on_click=_grant, args=(granted, _name(sweep)))
    return first


def _beginning(tasks: Sequence[MapTask], kept: Sequence[bool], free: int) -> list[MapTask]:
    """The first tasks: those that are free, and what follows as long as its result is kept."""
    count = free
    while count < len(tasks) and kept[count]:
        count += 1
    return list(tasks[:count])


def _name(sweep: Sweep) -> str:
    return f"{sweep.experiment.model_dump_json()} {sweep.axes} {sweep.seeds}"


def _grant(key: str, name: str) -> None:
    st.session_state[key] = name


def show_maps(
    stage: Stage, sweep: Sweep, tasks: Sequence[MapTask], threshold: float, controls: Mapping[str, str]
) -> Found:
    """Train the tasks and draw a map a run, filling in; `controls` (field → key of a widget) hold the chosen cell."""
    runs = len(run_styles(sweep.experiment))
    found = obtain_rows(stage, sweep, tasks)
    rows = found.rows
    cell = {field: st.session_state[key] for field, key in controls.items()}
    with stage.picture:
        places = _places(runs, sweep.key)
    for run, place in enumerate(places):
        # A chart keeps its own selection, in which a second click on the same cell changes nothing. One that is new
        # for every chosen cell takes any click.
        key = "_".join([f"{sweep.key}_map{run}", *(f"{value:g}" for value in cell.values())])
        with place:
            figure(
                _map(sweep, run, rows[rows["run"] == run] if len(rows) else rows, threshold, cell),
                key,
                on_select=partial(_pick, key, sweep.values, dict(controls)),
                selection_mode=PICK,
            )
    return found


def obtain_rows(stage: Stage, sweep: Sweep, tasks: Sequence[MapTask]) -> Found:
    """Train the tasks, and return what there is of the sweep by now."""
    runs = len(sweep.experiment.runs)
    done, part = stage.obtain_in_turn(tasks, "network")
    results = [each.result for each in done if each.result is not None]
    rows = gather(results if part is None else [*results, part], runs)
    finished = [each for each in done if each.ending == "finished"]
    return Found(rows, len(finished) >= runs and len(finished) == len(tasks))


def _places(runs: int, key: str) -> list[Place]:
    """A place for each map, in rows; it keeps its height while one chart takes the place of another."""
    columns = min(runs, IN_A_ROW)
    return [
        column.container(key=f"{key}_map_place{start + number}")
        for start in range(0, runs, columns)
        for number, column in enumerate(st.columns(columns)[: min(columns, runs - start)])
    ]


def _map(sweep: Sweep, run: int, rows: pd.DataFrame, threshold: float, cell: Mapping[str, Any] | None) -> Layers:
    note = share_note(0, 0, sweep.networks, 0.0, 0.0)
    table = rows
    if len(rows):
        table = cells(rows, sweep.axes, threshold)
        share = shares(rows, threshold).iloc[0]
        counts = int(share["trained"]), int(share["networks"])
        note = share_note(*counts, sweep.networks, share["share"], share["sd"])
    return charts.plot_map(
        table,
        run_styles(sweep.experiment)[run],
        sweep.values,
        threshold=threshold,
        note=note,
        cell=cell,
        pick=cell is not None,
        theme=theme(),
    )


def _pick(key: str, values: Mapping[str, Sequence[Any]], controls: Mapping[str, str]) -> None:
    """Put the cell that was clicked into the widgets that hold the chosen one."""
    picked = st.session_state[key]["selection"].get(PICK) or [{}]
    for field, widget in controls.items():
        asked = picked[0].get(field)
        if asked is not None:
            st.session_state[widget] = next(value for value in values[field] if isclose(value, asked, rel_tol=1e-9))


def show_profiles(sweep: Sweep, rows: pd.DataFrame, threshold: float, cell: Mapping[str, Any]) -> None:
    """Draw the accuracy of every run along the row and along the column of the chosen cell."""
    table = cells(rows, sweep.axes, threshold)
    styles = run_styles(sweep.experiment)
    for column, field in zip(st.columns(2), cell, strict=True):
        with column:
            chart = charts.plot_profile(
                table, styles, sweep.values, along=field, cell=cell, threshold=threshold, theme=theme()
            )
            figure(chart, f"{sweep.key}_profile_{field}")


def cell_table(sweep: Sweep, rows: pd.DataFrame, cell: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row a run and seed of the chosen cell, in words."""
    styles = run_styles(sweep.experiment)
    chosen = rows[(rows[list(cell)] == pd.Series(cell)).all(axis=1)].sort_values(["run", "seed"])
    return pd.DataFrame(
        {
            "run": [literal(styles[run].label) for run in chosen["run"]],
            "seed": [f"{seed}" for seed in chosen["seed"]],
            "training loss": [short(loss) for loss in chosen["train_loss"]],
            "test accuracy": [
                "none" if gone == "diverged" else f"{accuracy:.3f}"
                for gone, accuracy in zip(chosen["status"], chosen["test_accuracy"], strict=True)
            ],
            "end": [
                f"diverged at step {step}" if status == "diverged" else status
                for status, step in zip(chosen["status"], chosen["diverged_at"], strict=True)
            ],
        }
    ).set_index("run")
