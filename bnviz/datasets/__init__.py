"""Seeded data sets behind one signature: `load(name, seed=…)` returns training and test examples.

base        what a data set is
registry    those that are made here: `DATASETS`
own         those of a reader: "csv:PATH"
table       the bytes of a text file to numbers and labels
csv_text    the bytes of a text file to cells: encoding, separator, decimal mark
loading     `load`: generate or read, split, standardize, shift, corrupt labels
"""

from bnviz.datasets.base import DataSet, Split
from bnviz.datasets.loading import load
from bnviz.datasets.registry import DATASETS

__all__ = ["DATASETS", "DataSet", "Split", "load"]
