"""The words about the periodic instability that depend on a result."""

from __future__ import annotations

import pandas as pd

from bnviz.kept import remembered
from bnviz.lessons.scale_decoupling.periodic import BEFORE, CALM, DECAYED, PLAIN, RISE, WITHOUT
from bnviz.words import short

HARDLY, CLEARLY = 1.5, 2.0  # times that the effective rate rises between spikes: no cause of theirs, and one
ANSWERS = ("it falls and stays low", "it jumps up once or twice", "it jumps up again and again")
QUESTION = (
    "A small batch-norm network learns 400 digits by heart, with weight decay and the full batch in every update. "
    "Then it goes on for thousands of updates. What does its training loss do?"
)
DEFINITION = (
    f"A spike begins where the loss exceeds {RISE:.0f} times its median over the {BEFORE} steps before, and is over "
    f"once it is below {CALM} times that median."
)


def what_the_loss_did(spikes: int) -> str:
    """Return which answer the run gave, from the number of its spikes."""
    return ANSWERS[0 if spikes == 0 else 1 if spikes <= 2 else 2]


def why_it_jumps(batch: pd.Series) -> str:
    """Return what the effective rate did between the spikes of the batch-norm run with decay."""
    if pd.isna(batch["rate_rise"]):
        return f"Spikes in this run: {batch['spikes']:.0f}."
    if batch["rate_rise"] < HARDLY:
        return (
            f"Between two of its {batch['spikes']:.0f} spikes, {batch['apart']:.0f} steps apart on average, η/‖W‖² "
            f"rises only {short(batch['rate_rise'], 2)} times, so a rising rate does not explain them here."
        )
    if batch["rate_rise"] < CLEARLY:
        return (
            f"Between two of its {batch['spikes']:.0f} spikes, {batch['apart']:.0f} steps apart on average, η/‖W‖² "
            f"rises {short(batch['rate_rise'], 2)} times: in this run too little to call it the cause."
        )
    return (
        f"Between two of its {batch['spikes']:.0f} spikes, {batch['apart']:.0f} steps apart on average, decay shortens "
        f"W until η/‖W‖² is {short(batch['rate_rise'], 2)} times its lowest value. Then a step turns W too far, the "
        "loss jumps, and the large gradients of that moment lengthen W again."
    )


@remembered
def periodic_verdict(summary: pd.DataFrame, lr: float) -> str:
    """Return what the three runs of `periodic_summary` show together."""
    spikes = summary.set_index("run")["spikes"]
    batch, without, plain = (int(spikes[run]) for run in (DECAYED, WITHOUT, PLAIN))
    counts = f"Spikes: batch norm with decay {batch}, batch norm without decay {without}, plain with decay {plain}."
    if batch == 0:
        return f"**No spike under batch norm with decay here.** {counts}"
    if without:
        return f"**Not decay alone.** {counts} Batch norm jumps without decay as well, so this run names no one cause."
    if plain:
        rise = float(summary.loc[summary["run"] == PLAIN, "rate_rise"].iloc[0])
        reason = (
            f", for another reason: there η/‖W‖² rises only {short(rise, 2)} times between two spikes"
            if rise < HARDLY
            else ""
        )
        return (
            f"**Without decay batch norm stays calm, but it is not alone in jumping.** {counts} At η = {short(lr)} the "
            f"plain network with decay jumps too{reason}. Try a smaller rate."
        )
    return f"**Here it takes both, batch norm and decay.** {counts}"
