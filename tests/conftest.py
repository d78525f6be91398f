"""Settings that all tests share."""

import os

# Before torch is imported: at these sizes a second thread only costs time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import HealthCheck, settings

# The same examples on every machine, so that a pass here is a pass there. To search for more:
# pytest tests/property --hypothesis-profile=search
settings.register_profile(
    "repeatable", max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", parent=settings.get_profile("repeatable"), max_examples=2000, derandomize=False)
settings.load_profile("repeatable")
