"""Faults of the training lab: between controls and fields, and in what is shown of a recording."""

from tests.mutants import Mutant

LAB, LINE = "tests/wiring/test_training_lab.py", "tests/pages/test_training_lab_line.py"
CURVES, KICKED = "bnviz/charts/curves.py", "tests/unit/test_charts_after_a_kick.py"
FIELDS, CONTROLS, FIGURES, HEARD, STATE, WORDS = (
    f"bnviz/ui/lab/{name}.py" for name in ("fields", "controls", "figures", "heard", "state", "words")
)

MUTANTS = [
    Mutant(
        "lab: rate and scale swapped",
        FIELDS,
        'Control("lr", "Learning rate η"',
        'Control("init_scale", "Learning rate η"',
        f"{LAB} -k of_a_run",
    ),
    Mutant(
        "lab: fields of the first run alone",
        HEARD,
        'f"{key}_run{number}"',
        'f"{key}_run1"',
        f"{LAB} -k of_a_run",
    ),
    Mutant(
        "lab: the copy stands last",
        CONTROLS,
        'number + 1 if action == "copy"',
        'len(runs) if action == "copy"',
        f"{LAB} -k runs_and_kicks",
    ),
    Mutant(
        "lab: the first run is removed",
        CONTROLS,
        "runs[:number] + runs[number + 1 :]",
        "runs[1:]",
        f"{LAB} -k removed",
    ),
    Mutant(
        "lab: figures of the first layer",
        FIGURES,
        '"run": run, "layer": layer,',
        '"run": run, "layer": 0,',
        f"{LAB} -k figures_follow",
    ),
    Mutant(
        "lab: loss in the place of accuracy",
        FIGURES,
        '"Accuracy": _accuracy',
        '"Accuracy": _loss',
        f"{LAB} -k figures_of_losses",
    ),
    Mutant(
        "lab: own data without their hash",
        "bnviz/ui/server/own_data.py",
        "experiment.data in _brought().known.get(experiment.dataset, ())",
        "experiment.dataset in _brought().known",
        "tests/unit/test_own_data_of_a_visitor.py",
    ),
    Mutant(
        "lab: data of others by their hash",
        "bnviz/ui/server/budget.py",
        """{"dataset": not_here} if not_here else {}""",
        "{}",
        "tests/pages/test_training_lab_own_data.py -k hash",
    ),
    Mutant(
        "data: a class that is tested only",
        "bnviz/datasets/loading.py",
        "test, train = _by_class(labels, sizes_for_testing(labels), generator)",
        "test, train = np.split(_balanced_order(labels, generator), [data.test_examples])",
        "tests/unit/test_own_data.py -k every_class",
    ),
    Mutant(
        "lab: another table",
        "bnviz/ui/page/made.py",
        "getattr(recording(result), name)()",
        "recording(result).losses()",
        f"{LAB} -k files_are",
    ),
    Mutant(
        "lab: momentum one rerun late",
        STATE,
        "    st.session_state[_DRAFT] = own.settled(heard(st.session_state[_DRAFT], st.session_state, widget_key()))\n"
        "    return st.session_state[_DRAFT]\n",
        "    before = st.session_state[_DRAFT]\n"
        "    st.session_state[_DRAFT] = own.settled(heard(before, st.session_state, widget_key()))\n"
        "    return before\n",
        f"{LAB} -k comes_and_goes",
    ),
    Mutant(
        "lab: the rate of all is the last run's",
        HEARD,
        'runs[0]["lr"])',
        'runs[-1]["lr"])',
        f"{LAB} -k rates_are_set",
    ),
    Mutant(
        "lab: a layer more keeps the first width",
        HEARD,
        "[widths[-1]] * depth",
        "[widths[0]] * depth",
        f"{LAB} -k widths_are_set",
    ),
    Mutant(
        "lab: the line names the first rate alone",
        WORDS,
        "listed(map(written, rates))",
        "written(rates[0])",
        f"{LINE} -k rate_is_that",
    ),
    Mutant(
        "lab: a setting of one run told of all",
        WORDS,
        "if len(of) == len(runs)",
        "if len(of) > 0",
        f"{LINE} -k names_what",
    ),
    Mutant(
        "lab: a first visit trains what nobody asked for",
        STATE,
        "    else:\n        rewrite(draft_of(START))",
        "    else:\n        load(START)",
        f"{LINE} -k waits_for_train",
    ),
    Mutant(
        "lab: what is kept does not play",
        "bnviz/ui/server/jobs.py",
        "return key in self._shared or self._results.get(key) is not None",
        "return key in self._shared",
        f"{LINE} -k costs_nothing",
    ),
    Mutant(
        "lab: a link waits for Train",
        STATE,
        "        load(welcome)\n",
        "        rewrite(draft_of(welcome))\n",
        f"{LINE} -k link_plays",
    ),
    Mutant(
        "lab: a cell opens the first run",
        "bnviz/ui/lab/sweep.py",
        "cell, [run])",
        "cell, [0])",
        "tests/wiring/test_training_lab_sweep.py -k cell_opens",
    ),
    Mutant(
        "figures: an arrow at every step above the axis",
        CURVES,
        "return above & ~in_order.shift(fill_value=False)",
        "return above",
        f"{KICKED} -k explodes",
    ),
    Mutant(
        "figures: a tip tells where the line was cut",
        CURVES,
        'told(drawn, "loss").assign(loss=loss,',
        'told(drawn.assign(loss=loss), "loss").assign(',
        f"{KICKED} -k tips",
    ),
    Mutant(
        "figures: an explosion flattens what was before",
        "bnviz/charts/rows.py",
        ".clip(calm[0] - reach, calm[1] + reach)",
        "",
        f"{KICKED} -k axis_after",
    ),
    Mutant(
        "figures: weights from before are flattened",
        "bnviz/charts/rows.py",
        "min(high, float(finite.max()) * _FAR_ON_A_LOG_AXIS)",
        "high",
        f"{KICKED} -k weights",
    ),
]
