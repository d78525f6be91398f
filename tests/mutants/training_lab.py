"""Faults of the training lab: between controls and fields, and in what is shown of a recording."""

from tests.mutants import Mutant

LAB = "tests/wiring/test_training_lab.py"
FIELDS, CONTROLS, FIGURES = (f"bnviz/ui/lab/{name}.py" for name in ("fields", "controls", "figures"))

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
        CONTROLS,
        'draw(control, run, f"{key}_run{number + 1}")',
        'draw(control, runs[0], f"{key}_run{number + 1}")',
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
        "lab: another table",
        "bnviz/ui/lab/files.py",
        "getattr(_kept(result), table)()",
        "_kept(result).losses()",
        f"{LAB} -k files_are",
    ),
    Mutant(
        "lab: momentum one rerun late",
        CONTROLS,
        "if not control.used_by(now)",
        "if not control.used_by(values)",
        f"{LAB} -k comes_and_goes",
    ),
    Mutant(
        "lab: a cell opens the first run",
        "bnviz/ui/lab/sweep.py",
        "cell, [run])",
        "cell, [0])",
        "tests/wiring/test_training_lab_sweep.py -k cell_opens",
    ),
]
