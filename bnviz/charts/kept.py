"""Charts that are built once. With each its specification is kept, once somebody has asked `drawn.spec_of` for it."""

from __future__ import annotations

from bnviz.kept import Keep

MOST = 96
"""Charts that are kept: the figures of a few pages in both themes."""

kept = Keep(MOST)
