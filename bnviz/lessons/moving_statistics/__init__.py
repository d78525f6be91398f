"""μ and σ move: what drifts and what stays, kicks from below, descent on one batch."""
