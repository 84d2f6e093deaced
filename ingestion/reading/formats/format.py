"""What a format of workbooks is to whoever opens files.

What belongs here: its shape. What does not: any format.
"""

from collections.abc import Callable
from dataclasses import dataclass
from zipfile import ZipFile

from ingestion.reading.book import Book


@dataclass(frozen=True)
class Format:
    """How files of a format are told and read.

    Attributes:
        looks_like_it: whether bytes seem to be of it, told without unpacking them; so a workbook is found among
            packed files whatever its name.
        opened: gives what is in a file, and None where it is of another format. Where the file is a zip
            archive, its entries come with it.
    """

    looks_like_it: Callable[[bytes], bool]
    opened: Callable[[bytes, ZipFile | None], Book | None]
