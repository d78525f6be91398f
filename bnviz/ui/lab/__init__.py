"""The training lab: its draft, its controls, files, sweeps and figures."""
