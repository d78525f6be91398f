"""What the page of the player trains; a test that trains the same gets the same numbers."""

from bnviz import Experiment, Intervention, Run

CASES = {
    "race": Experiment(
        dataset="digits",
        widths=(64,) * 5,
        activation="sigmoid",
        steps=300,
        runs=(Run(norm="none", lr=0.5), Run(norm="affine", lr=0.5), Run(norm="batch", lr=0.5)),
    ),
    "moons": Experiment(
        dataset="moons",
        widths=(16, 16),
        steps=60,
        records=40,
        interventions=(Intervention(step=30, factor=5.0),),
        runs=(Run(norm="none", lr=0.3), Run(norm="batch", lr=0.3, label="<b>batch</b> norm")),
    ),
    "diverging": Experiment(
        dataset="digits",
        widths=(32, 32),
        steps=40,
        records=30,
        runs=(Run(norm="none", lr=1e9), Run(norm="batch", lr=0.1)),
    ),
}
