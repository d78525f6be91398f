"""What it computes: one unit of an editable mini-batch, through batch norm and back."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from bnviz.lessons.what_it_computes import standardization as lesson
from bnviz.lessons.what_it_computes.verdicts import (
    GUESSES,
    after_doubling,
    backward_formula,
    from_left_to_dx,
    groups,
    what_is_left,
    what_the_sums_say,
)
from bnviz.ui.lessons import what_it_computes as mini_batch
from bnviz.ui.page import address, frame
from bnviz.ui.page.ignored import say_what_was_ignored
from bnviz.ui.page.lesson import sources, theme
from bnviz.ui.page.literal import literal
from bnviz.ui.page.story import Guess, answer, ask, look_closer, title
from bnviz.ui.page.waiting import section
from bnviz.words import number

FILE, ROOM = "pages/1_what_it_computes.py", "what_it_computes"
SCENE = (
    "A unit of a network has a value x for each example of a batch. Batch norm turns x into x̂, and x̂ into the output "
    "y. The formula computes the thick line."
)
QUESTION = "Suppose every value x is doubled. What happens to the outputs y?"


def backward(batch: lesson.UnitBatch, settings: mini_batch.Settings) -> None:
    """Draw the backward pass as what it takes away."""
    sums = lesson.gradient_sums(batch)
    with frame.prose():
        st.markdown(
            "Call dy the gradient of the loss with respect to the outputs y; what is wanted is dx, that with respect "
            "to x. Every x also moves μ and σ², and through them all other outputs. Adding up these paths takes two "
            "things away from dy: its mean (through μ), and its part along x̂ (through σ²)."
        )
    mini_batch.draw_gradient(batch, settings.example)
    with frame.prose():
        # Set in a line of text, a formula wraps on a phone; displayed, it would scroll in a box of its own.
        for line in backward_formula(batch, settings.example, theme()):
            st.markdown(rf"$\displaystyle {line}$")
        st.markdown(from_left_to_dx(batch, settings.example))
        st.markdown(what_is_left(batch, sums, settings.example))
        st.markdown(
            f"{what_the_sums_say(batch, sums)} Tests compare both passes with PyTorch's BatchNorm1d in double "
            f"precision: they agree to within {number(lesson.PYTORCH_TOLERANCE, rounding=0)}."
        )


def shape(batch: lesson.UnitBatch, unit: int) -> None:
    """Look at the shape of the values."""
    with frame.prose():
        st.markdown(
            "No. It shifts and stretches all values alike, so it sets their mean and spread and keeps their shape. "
            f"{groups(lesson.widest_gap(batch), unit)}"
        )


def bookkeeping(batch: lesson.UnitBatch) -> None:
    """Show the two variances and the two readings of momentum."""
    found, running = lesson.statistics(batch), lesson.running_update(batch)
    size = len(batch.values)
    with frame.prose():
        st.markdown(
            "For evaluation, batch norm keeps a running mean and variance. In PyTorch they start at 0 and 1, and "
            "each training batch moves them a little. Here is what this batch does to them."
        )
        st.table(
            pd.DataFrame(
                [
                    ("variance over B, normalizes the batch", number(found.var)),
                    (
                        f"variance over B − 1, {size}/{size - 1} times as large, for the running variance",
                        number(found.unbiased),
                    ),
                    ("running mean: 0.9 × 0 + 0.1 × μ", number(running.mean)),
                    ("running variance: 0.9 × 1 + 0.1 × variance over B − 1", number(running.var)),
                ],
                columns=["what", "value"],
            ).set_index("what")
        )
        st.markdown(
            "**Two variances are no bug.** The sum is divided by B where the batch itself is standardized, so that "
            "its variance becomes 1, and by B − 1 where the variance of all data is estimated.\n\n"
            "**Momentum 0.1 or 0.9?** Both name this update. PyTorch's 0.1 is the weight of the *new* batch; Keras "
            "gives the weight of the *old* value, so there it reads 0.9. It has nothing to do with the optimizer's "
            "momentum."
        )


def why_not_one(beta: float) -> None:
    """Say why a batch of one is an error."""
    with frame.prose():
        st.markdown(
            "A single value is its own mean: x − μ = 0, whatever x is, and σ² = 0 too. The formula would give "
            f"x̂ = 0 and y = β = {number(beta)} for every input (or 0/0 at ε = 0), and a gradient of zero. "
            f"No input could change the output, and PyTorch refuses: “{lesson.PYTORCH_REFUSAL}”. With two "
            "different values x̂ is −1 and 1 whatever they are, as far as ε is small."
        )


def draw(table: pd.DataFrame, settings: mini_batch.Settings, guess: Guess) -> lesson.UnitBatch | None:
    """Draw the hero and settle the guess, or say why this batch cannot be computed."""
    wrong = mini_batch.table_problems(table)
    if wrong:
        st.error("\n".join(["This batch cannot be computed:", "", *(f"- {sentence}" for sentence in wrong)]))
        return None
    if settings.size == 1:
        st.error(
            f"PyTorch refuses a batch of one: “{lesson.PYTORCH_REFUSAL}”. Move the batch size to 2 or more, or look "
            "below at what one example would give."
        )
        return None
    mini_batch.draw_rails(table, settings, guess)
    try:
        batch = mini_batch.unit_batch(table, settings)
    except ValueError as error:
        st.error(literal(str(error)))
        return None
    guess.settle(*after_doubling(lesson.doubling(batch), settings.example))
    return batch


@section
def folds(batch: lesson.UnitBatch | None, settings: mini_batch.Settings, asked: Mapping[str, str]) -> None:
    """Fold away what a closer look shows."""
    if batch is not None:
        look_closer(
            "What of the gradient reaches x?", f"{ROOM}_backward", lambda: backward(batch, settings), asked=asked
        )
        look_closer("Does it make values Gaussian?", f"{ROOM}_shape", lambda: shape(batch, settings.unit), asked=asked)
        look_closer(
            "Why two variances, and which momentum?", f"{ROOM}_bookkeeping", lambda: bookkeeping(batch), asked=asked
        )
    look_closer("And with a batch of one?", f"{ROOM}_one", lambda: why_not_one(settings.beta), asked=asked)
    sources(
        "Ioffe & Szegedy 2015, “Batch Normalization”: algorithm 1 (forward), section 3 (the gradients after algorithm "
        "1), section 3.1 (the unbiased variance in evaluation), section 3.3 (the scale of the weights).",
        "PyTorch documentation, BatchNorm1d: biased and unbiased variance, meaning of momentum.",
        "Keras documentation, BatchNormalization: its momentum weighs the old value.",
    )


with frame.page(FILE):
    title(FILE)
    asked = address.asked()
    problems = mini_batch.open_page(asked)
    if problems:
        say_what_was_ignored(problems)
    guess = ask(SCENE, QUESTION, GUESSES, ROOM)
    place = st.container()
    settings = mini_batch.controls()
    answer(
        "Batch norm gives each unit the mean β and the spread |γ| over the batch, whatever mean and spread came "
        "in, and its gradient takes that into account.",
        "in evaluation, after training, where μ and σ² are averages kept from training, and an output no longer "
        "depends on its batch; and where ε is not small beside σ².",
    )
    st.subheader("Look closer")
    look_closer(
        "Which numbers are these? A table to change them",
        f"{ROOM}_table",
        lambda: mini_batch.edit(settings.size, settings.unit),
        asked=asked,
    )
    table = mini_batch.current(settings.size)
    address.keep_in_address(mini_batch.to_query(mini_batch.with_values(settings, table)))
    with place:
        batch = draw(table, settings, guess)
    folds(batch, settings, asked)
