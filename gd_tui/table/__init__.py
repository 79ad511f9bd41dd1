"""CSV -> arrays: tables of numbers and text, with errors that name file, line and column.

`read_table` reads a file or a shipped dataset; `design` and `design_classes` choose target and features.
"""

from gd_tui.table.design_matrix import design, design_classes, parse_column_list
from gd_tui.table.reader import read_table
from gd_tui.table.shipped_datasets import dataset_description, datasets
from gd_tui.table.table import Table, TableError

__all__ = [
    "Table",
    "TableError",
    "dataset_description",
    "datasets",
    "design",
    "design_classes",
    "parse_column_list",
    "read_table",
]
