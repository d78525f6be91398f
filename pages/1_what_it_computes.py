"""What it computes: one unit of an editable mini-batch, through batch norm and back."""

import pandas as pd
import streamlit as st

from bnviz.lessons.what_it_computes import standardization as lesson
from bnviz.lessons.what_it_computes.charts import plot_backward, plot_projection
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
from bnviz.ui.page import frame
from bnviz.ui.page.address import keep_in_address
from bnviz.ui.page.ignored import say_what_was_ignored
from bnviz.ui.page.lesson import figure, limit, numbers, predict, settle, sources, theme
from bnviz.ui.page.literal import literal
from bnviz.words import number

QUESTION = "Suppose every value of this unit is doubled. What happens to its outputs y?"


def batch_of_one(settings: mini_batch.Settings) -> None:
    """Say why a batch of one is an error."""
    with frame.prose():
        st.error(f"PyTorch refuses a batch of one: “{lesson.PYTORCH_REFUSAL}”.")
        st.markdown(
            "**Why.** A single value is its own mean: x − μ = 0, whatever x is, and σ² = 0 too. The formula would give "
            f"x̂ = 0 and y = β = {number(settings.beta)} for every input (or 0/0 at ε = 0), and a gradient of zero. "
            "The unit would have nothing left to say. Move the batch size to 2 or more."
        )


def draw_forward(batch: lesson.UnitBatch, settings: mini_batch.Settings, guess: str | None) -> None:
    """Settle the prediction, and look at the shape of the values."""
    happened, why = after_doubling(lesson.doubling(batch), settings.example)
    st.subheader("If every value is doubled")
    settle(guess, happened, why)
    with frame.prose():
        st.subheader("Does it make values Gaussian?")
        st.markdown(
            f"No. It shifts and stretches all values alike, so it sets their mean and spread and keeps their shape. "
            f"{groups(lesson.widest_gap(batch), settings.unit)}"
        )


def draw_backward(batch: lesson.UnitBatch, settings: mini_batch.Settings) -> None:
    """Draw the backward pass as what it takes away."""
    frame_of_parts, sums = lesson.backward(batch), lesson.gradient_sums(batch)
    st.header("Backward: the gradient goes through μ and σ² too")
    with frame.prose():
        st.markdown(
            "What is wanted is dx, the gradient of the loss with respect to x. Every x also moves μ and σ², and "
            "through them all other outputs. Adding up these paths takes two things away from the gradient dy that "
            "arrives from above: its mean (the path through μ), and its part along x̂ (the path through σ²). What is "
            "left, times γ/\u2060√(σ²\u00a0+\u00a0ε), is dx."
        )
        # Set in a line of text, a formula wraps on a phone; displayed, it would scroll in a box of its own.
        for line in backward_formula(batch, settings.example, theme()):
            st.markdown(rf"$\displaystyle {line}$")
    left, right = st.columns(2)
    with left:
        figure(plot_backward(frame_of_parts, example=settings.example, theme=theme()), "what_it_computes_backward")
    with right:
        figure(plot_projection(frame_of_parts, example=settings.example, theme=theme()), "what_it_computes_projection")
    numbers(
        {
            "Σ dx": number(sums.total),
            "Σ dx·x̂": number(sums.along),
            "share kept along x̂, ε/(σ² + ε)": number(sums.left_along, rounding=0),
            f"dx of example {settings.example}": number(frame_of_parts["dx"].iloc[settings.example - 1]),
        }
    )
    with frame.prose():
        st.markdown(from_left_to_dx(batch, settings.example))
        st.markdown(what_is_left(batch, sums))
        st.markdown(
            f"{what_the_sums_say(sums, batch.gamma)} Tests compare both passes with PyTorch's BatchNorm1d in double "
            f"precision: they agree to within {number(lesson.PYTORCH_TOLERANCE, rounding=0)}."
        )


def draw_bookkeeping(batch: lesson.UnitBatch) -> None:
    """Show the two variances and the two readings of momentum."""
    found, running = lesson.statistics(batch), lesson.running_update(batch)
    size = len(batch.values)
    st.header("Two details that look like mistakes")
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


def closing() -> None:
    """Say where it ends, and where it comes from."""
    limit(
        "All of this is training mode. In evaluation μ and σ² are the running ones, fixed numbers: the output of an "
        "example no longer depends on its batch, and nothing is taken away from a gradient. With ε > 0 the variance "
        "of x̂ is σ²/(σ² + ε), below 1. And a small batch makes μ and σ² rough guesses."
    )
    sources(
        "Ioffe & Szegedy 2015, “Batch Normalization”: algorithm 1 (forward), section 3 (the gradients after algorithm "
        "1), section 3.1 (the unbiased variance in evaluation), section 3.3 (the scale of the weights).",
        "PyTorch documentation, BatchNorm1d: biased and unbiased variance, meaning of momentum.",
        "Keras documentation, BatchNormalization: its momentum weighs the old value.",
    )


with frame.page("pages/1_what_it_computes.py"):
    st.title("Batch norm sets mean and spread; its gradient accounts for that")
    with frame.prose():
        st.markdown(
            "Drag one dot of the rail x, or take all of them by the bracket above: by its middle, and by its end. Then "
            "move γ and β, below. Thick: the example that the formula follows."
        )
    problems = mini_batch.open_page(st.query_params.to_dict())
    if problems:
        say_what_was_ignored(problems)
    guess = predict(QUESTION, GUESSES, "what_it_computes")
    place = st.container()
    settings = mini_batch.controls()
    with st.expander("The mini-batch as a table, to type numbers"):
        st.caption(
            "Double-click or double-tap a cell, or press Enter on it. dy is the gradient of the loss that arrives at "
            "the outputs of the picked unit."
        )
        table = mini_batch.edit(settings.size, settings.unit)
    keep_in_address(mini_batch.to_query(mini_batch.with_values(settings, table)))
    wrong = mini_batch.table_problems(table)
    if wrong:
        place.error("\n".join(["This batch cannot be computed:", "", *(f"- {sentence}" for sentence in wrong)]))
    elif settings.size == 1:
        with place:
            batch_of_one(settings)
    else:
        with place:
            mini_batch.draw_rails(table, settings)
        try:
            batch = mini_batch.unit_batch(table, settings)
        except ValueError as error:
            place.error(literal(str(error)))
        else:
            draw_forward(batch, settings, guess)
            draw_backward(batch, settings)
            draw_bookkeeping(batch)
    closing()
