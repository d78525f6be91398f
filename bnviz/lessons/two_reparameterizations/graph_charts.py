"""The computation graphs of the lesson on the two reparameterizations."""

from bnviz.charts.graph import Edge, Graph, Node

VAE = Graph(
    "Reparameterization trick of a VAE",
    475,
    (
        Node("u, an example", 170, 28, "given"),
        Node("encoder φ", 170, 112, "learned"),
        Node("μ_φ", 36, 364),
        Node("σ_φ", 304, 364),
        Node("ε ~ N(0, 1)", 170, 280, "sampled"),
        Node("z = μ + σ·ε", 170, 364),
        Node("loss L", 170, 448),
    ),
    (
        Edge("u, an example", "encoder φ", gradient=False),
        Edge("encoder φ", "μ_φ"),
        Edge("encoder φ", "σ_φ"),
        Edge("μ_φ", "z = μ + σ·ε"),
        Edge("σ_φ", "z = μ + σ·ε"),
        Edge("ε ~ N(0, 1)", "z = μ + σ·ε", gradient=False),
        Edge("z = μ + σ·ε", "loss L"),
    ),
)

BATCH_NORM = Graph(
    "Batch norm",
    475,
    (
        Node("U, a batch", 80, 28, "given"),
        Node("w", 260, 28, "learned"),
        Node("x = Uw", 170, 112),
        Node("μ_B", 52, 196),
        Node("σ_B", 288, 196),
        Node("x̂ = (x − μ_B)/σ_B", 170, 280),
        Node("β", 40, 364, "learned"),
        Node("y = β + γ·x̂", 170, 364),
        Node("γ", 300, 364, "learned"),
        Node("loss L", 170, 448),
    ),
    (
        Edge("U, a batch", "x = Uw", gradient=False),
        Edge("w", "x = Uw"),
        Edge("x = Uw", "μ_B"),
        Edge("x = Uw", "σ_B"),
        Edge("x = Uw", "x̂ = (x − μ_B)/σ_B"),
        Edge("μ_B", "x̂ = (x − μ_B)/σ_B"),
        Edge("σ_B", "x̂ = (x − μ_B)/σ_B"),
        Edge("x̂ = (x − μ_B)/σ_B", "y = β + γ·x̂"),
        Edge("β", "y = β + γ·x̂"),
        Edge("γ", "y = β + γ·x̂"),
        Edge("y = β + γ·x̂", "loss L"),
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
