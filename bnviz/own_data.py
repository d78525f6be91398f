"""What an experiment says of a reader's own data: enough to know its networks, and which file it was."""

from typing import Annotated

from pydantic import Field

from bnviz.datasets import own
from bnviz.datasets.base import DataSet
from bnviz.datasets.table import Table
from bnviz.value import Value

Size = Annotated[int, Field(strict=True)]


class OwnData(Value):
    """Sizes and hash of a table; the table itself stays where it is.

    sha256                   of the file, in hexadecimal digits
    features, classes        columns of numbers, and different labels
    examples, test_examples  rows to train on, and to test with
    """

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    features: Size
    classes: Size
    examples: Size
    test_examples: Size

    @classmethod
    def of(cls, table: Table) -> "OwnData":
        """What there is to say of a table."""
        sizes = own.described("", table)
        return cls(
            sha256=table.sha256,
            features=sizes.features,
            classes=sizes.classes,
            examples=sizes.examples,
            test_examples=sizes.test_examples,
        )

    def data_set(self, name: str) -> DataSet:
        """The data set called `name` of which this is said."""
        return own.data_set(name, self.features, self.classes, self.examples, self.test_examples)
