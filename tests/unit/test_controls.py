"""Every field has a control, so that a new field cannot be forgotten."""

from bnviz.experiment import Experiment, Run
from bnviz.norms import NORMS
from bnviz.ui.lab import controls, fields

# Drawn by functions of their own (widths, runs, interventions), with one possible value so far (model), or found from
# the data set (data).
ELSEWHERE = {"widths", "runs", "interventions", "model", "data"}


def names(*tables):
    return [control.field for table in tables for control in table]


def test_every_field_of_an_experiment_has_one_control():
    drawn = names(fields.EXPERIMENT)
    assert sorted(drawn) == sorted(set(Experiment.model_fields) - ELSEWHERE)


def test_every_field_of_a_run_has_one_control():
    assert sorted(names(fields.RUN)) == sorted(Run.model_fields)


def test_every_control_is_explained_in_one_sentence():
    for table in (fields.EXPERIMENT, fields.RUN):
        for control in table:
            assert control.help.endswith("."), control.field
            assert len(control.help) < 90, control.field


def test_what_a_kernel_uses_is_shown_for_its_normalization():
    for key, norm in NORMS.items():
        run = Run(norm=key).model_dump()
        shown = {control.field for control in fields.RUN_MORE if control.used_by(run)}
        assert set(norm.kernel.uses) <= shown, key


def test_a_draft_makes_its_experiment_again():
    experiment = Experiment(widths=(8, 4), runs=(Run(norm="group", groups=4), Run(label="x")))
    assert Experiment(**controls.draft_of(experiment)) == experiment
