"""Keep an experiment as JSON and its recording as .npz, and read both back.

Run it from the root of the repository: `python -m examples.save_and_load`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from bnviz import Experiment, History, Run, train

experiment = Experiment(dataset="moons", widths=(16, 16), steps=200, runs=(Run(norm="batch"), Run(norm="layer")))
history = train(experiment)

with TemporaryDirectory() as folder:
    recipe, recording = Path(folder, "moons.json"), Path(folder, "moons.npz")
    recipe.write_text(experiment.to_json(), encoding="utf-8")
    history.save(recording)
    again = Experiment.from_json(recipe.read_text(encoding="utf-8"))
    loaded = History.load(recording)
    print(f"the recording takes {recording.stat().st_size / 1000:.0f} kB")

print(f"the experiment is the same: {again == experiment}")
print(f"so are the losses read back: {loaded.losses().equals(history.losses())}")
print(f"and those of a second training: {train(again).losses().equals(history.losses())}")
