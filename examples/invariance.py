"""Multiply all hidden weights by 10 in mid-training: which network notices?

Run it from the root of the repository: `python -m examples.invariance`.
"""

from bnviz import Experiment, Intervention, Run, train

KICK = 300  # the record of this step still shows the weights as they were

experiment = Experiment(
    steps=400,
    runs=(Run(norm="none"), Run(norm="batch")),
    interventions=(Intervention(step=KICK, factor=10.0),),
    records=401,
)
history = train(experiment)

losses = history.losses()
training = losses[losses["split"] == "train"].pivot(index="step", columns="norm", values="loss")
print("Loss on the mini-batch in training mode, around the kick:")
print(training.loc[[KICK - 1, KICK, KICK + 1, KICK + 2, experiment.steps]].to_string(float_format="{:.3g}".format))
