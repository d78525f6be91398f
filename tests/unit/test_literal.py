import string

import pytest

from bnviz.ui.page.literal import literal


@pytest.mark.parametrize("mark", string.punctuation)
def test_every_mark_that_markdown_may_read_is_escaped(mark):
    assert literal(mark) == "\\" + mark


def test_letters_of_any_alphabet_stay_and_lines_are_joined():
    assert literal("γx β 12\n# title") == "γx β 12 \\# title"
