"""Same functions, different coordinates: folded, started alike, and parted by the first update."""
