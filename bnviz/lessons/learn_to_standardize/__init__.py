"""Could γ and β learn to standardize? How hard it is, inputs that drift, gradients without μ and σ."""
