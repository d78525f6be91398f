"""Scale leaves the weights: W times a, kicks, growth, equal rates, decay."""
