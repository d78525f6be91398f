"""The live figure of a cloud that is dragged through the plane, and of the lines at which sixteen ReLUs bend."""

from __future__ import annotations

from bnviz.lessons.moving_statistics.kinks import REACH, UNITS, layer_of
from bnviz.norms import NORMS
from bnviz.styles import Theme
from bnviz.ui.live.many import circle, cloud, count, lines
from bnviz.ui.live.scene import Axis, Handle, Input, Mark, Panel, Scene, Step, point

NORMS_SHOWN = ("affine", "batch")
INPUTS = (
    Input("cloud_x", "cloud: across", -6.0, 6.0, 0.1, "x₁", "cloud"),
    Input("cloud_y", "cloud: up", -6.0, 6.0, 0.1, "x₂", "cloud"),
    Input("cloud_radius", "cloud: radius", 0.5, 6.0, 0.1, "", "cloud"),
)
START = {"cloud_x": 0.0, "cloud_y": 0.0, "cloud_radius": 2.0}
_COLORS: dict[Theme, dict[str, str]] = {
    "light": {"cloud": "#1f2328", "off": "#c4242e"},
    "dark": {"cloud": "#f0f3f6", "off": "#ff7b80"},
}


def kinks_scene(seed: int) -> Scene:
    """Two planes with one cloud, which is taken by its middle and by its edge."""
    runs = {norm: NORMS[norm] for norm in NORMS_SHOWN}
    axes = Axis(-REACH, REACH, "input x₁"), Axis(-REACH, REACH, "input x₂")
    return Scene(
        inputs=INPUTS,
        rows=[[Panel(norm, run.label, *axes) for norm, run in runs.items()]],
        marks=[mark for norm in runs for mark in _plane(norm)],
        handles=[
            handle
            for norm in runs
            for handle in (
                Handle(norm, ("cloud_x", "cloud_y"), "cloud_x", "cloud_y", move="xy"),
                Handle(norm, ("cloud_radius",), "edge", "cloud_y", base="cloud_x"),
            )
        ],
        colors={
            "light": _COLORS["light"] | {norm: run.color for norm, run in runs.items()},
            "dark": _COLORS["dark"] | {norm: run.color_dark for norm, run in runs.items()},
        },
        steps=(
            Step(
                "At rest",
                "Each dot is an example. At each line the ReLU of one of sixteen units bends. Here both layers are "
                "the same function.",
                {"cloud_x": 0.0, "cloud_y": 0.0, "cloud_radius": 2.0},
            ),
            Step(
                "Drag the cloud",
                "γx + β leaves its lines behind. Dashed: units that no longer bend anywhere in the circle. Batch "
                "norm's lines come along.",
                {"cloud_x": 4.0, "cloud_y": 3.0, "cloud_radius": 2.0},
            ),
            Step(
                "Widen it",
                "Batch norm's lines go apart with the cloud; those of γx + β stay.",
                {"cloud_x": 3.0, "cloud_y": 2.0, "cloud_radius": 5.0},
            ),
        ),
        alternative="A cloud around {cloud_x}, {cloud_y} with radius {cloud_radius}. Units that do not bend within it: "
        "of γx + β {idle_affine:whole} of sixteen ({dead_affine:whole} are 0, {straight_affine:whole} straight), of "
        "batch norm {idle_batch:whole}.",
        sums="kinks",
        given=layer_of(seed).to_dict(),
    )


def _plane(norm: str) -> list[Mark]:
    return [
        cloud(norm, "point_x", "point_y", color="cloud"),
        lines(norm, "weight_x", "weight_y", f"at_{norm}", solid=f"bends_{norm}", color=norm, off="off"),
        circle(norm, "cloud_x", "cloud_y", "cloud_radius", color="cloud"),
        point(norm, "cloud_x", "cloud_y", color="cloud", look="grip"),
        point(norm, "edge", "cloud_y", color="cloud", look="grip"),
        count(norm, f"idle_{norm}", of=UNITS, words="do not bend here", color="off", none=norm),
    ]
