"""The computation graphs of the lesson on the two reparameterizations."""

from bnviz.charts.graph import Edge, Graph, Node

# Two that have the same form, box by box and arrow by arrow; their places are in columns and rows.
VAE = Graph(
    "The graph of a VAE",
    3,
    (
        Node("encoder φ", 0, 0.5, "learned"),
        Node("N(0, 1)", 0, 2, "sampled"),
        Node("m", 1, 0),
        Node("σ", 1, 1),
        Node("ε", 1, 2, "sampled"),
        Node("z = σ·ε + m", 2, 1),
        Node("loss", 3, 1),
    ),
    (
        Edge("encoder φ", "m"),
        Edge("encoder φ", "σ"),
        Edge("N(0, 1)", "ε", gradient=False),
        Edge("m", "z = σ·ε + m"),
        Edge("σ", "z = σ·ε + m"),
        Edge("ε", "z = σ·ε + m", gradient=False),
        Edge("z = σ·ε + m", "loss"),
    ),
)

BATCH_NORM = Graph(
    "The graph of batch norm",
    3,
    (
        Node("weights w", 0, 0.5, "learned"),
        Node("x, μ, σ", 0, 2),
        Node("β", 1, 0, "learned"),
        Node("γ", 1, 1, "learned"),
        Node("x̂", 1, 2),
        Node("y = γ·x̂ + β", 2, 1),
        Node("loss", 3, 1),
    ),
    (
        # In the batch, w makes x, and by x also μ and σ: where the encoder has two ways, these two.
        Edge("weights w", "x, μ, σ"),
        Edge("weights w", "x, μ, σ"),
        Edge("x, μ, σ", "x̂"),
        Edge("β", "y = γ·x̂ + β"),
        Edge("γ", "y = γ·x̂ + β"),
        Edge("x̂", "y = γ·x̂ + β"),
        Edge("y = γ·x̂ + β", "loss"),
    ),
)

WEIGHT_NORM = Graph(
    "Weight normalization",
    391,
    (
        Node("v", 70, 28, "learned"),
        Node("v/‖v‖", 70, 112),
        Node("g", 230, 112, "learned"),
        Node("w = g·v/‖v‖", 150, 196),
        Node("U, a batch", 282, 280, "given"),
        Node("β", 40, 280, "learned"),
        Node("y = β + Uw", 150, 280),
        Node("loss L", 150, 364),
    ),
    (
        Edge("v", "v/‖v‖"),
        Edge("v/‖v‖", "w = g·v/‖v‖"),
        Edge("g", "w = g·v/‖v‖"),
        Edge("w = g·v/‖v‖", "y = β + Uw"),
        Edge("U, a batch", "y = β + Uw", gradient=False),
        Edge("β", "y = β + Uw"),
        Edge("y = β + Uw", "loss L"),
    ),
)
