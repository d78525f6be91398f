"""Does what a page shows follow what its controls say?

Every page has a file here. It says in a function what the page must show at given values of its controls, computed by
the lesson's own functions, and in a table how each control is moved away from its default. The tests then move one
control at a time by its name and compare the whole page: what must follow follows, and everything else stays. A control
that is not in the table fails the test of completeness.

following.py opens and drives a page; pictures.py decodes charts; nothing here knows where on a page something stands.
"""

import pytest

pytest.register_assert_rewrite("tests.wiring.following")
