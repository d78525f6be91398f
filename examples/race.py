"""The race of the first page: three networks, the same initial weights, the same mini-batches.

Run it from the root of the repository: `python -m examples.race`.
"""

from bnviz import Experiment, Run, train

experiment = Experiment(
    dataset="digits",
    widths=(64,) * 5,
    activation="sigmoid",
    steps=300,
    runs=tuple(Run(norm=norm, lr=0.5) for norm in ("none", "affine", "batch")),
)
history = train(experiment)

losses = history.losses()  # one row a recorded step, run and split
last = losses[losses["step"] == experiment.steps]
print(last.pivot(index="norm", columns="split", values="accuracy").round(2).to_string())
print("A guess is right in 0.10 of the cases.")
