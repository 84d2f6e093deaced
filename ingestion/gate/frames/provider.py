"""What a provider is: all that there is to know of one prefix in the rules' language.

What belongs here: the shape of providers and what several of them share. What does not: any one prefix.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, get_args

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.registry import RegistryTable
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.frame import Frame, FrameKind, Path, Place, attribute
from ingestion.gate.frames.sources import Source
from ingestion.gate.language.vectors import Kind, Vector
from ingestion.words.labels import Label

ANY_FRAME: frozenset[FrameKind] = frozenset(get_args(FrameKind))


class Provider(ABC):
    """One prefix: which names it has, what they hold, what they are called, and where their values stand.

    Attributes:
        prefix: the first part of its names.
        words: what its names mean to a reader of rules, by the first parts that tell them from others; none
            where the name speaks for itself.
        frames: kinds of frames to which it can be joined.
        needs_history: whether it reads earlier periods.
    """

    prefix: str
    words: ClassVar[Mapping[str, Label]]
    frames: ClassVar[frozenset[FrameKind]]
    needs_history: ClassVar[bool] = False

    @abstractmethod
    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say what was expected where a name does not exist; None where it does.

        Args:
            catalogue: the forms.
            form: the form of the frame to which the name would be joined.
            path: the name without the prefix.
        """

    @abstractmethod
    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the column for every row of a frame (or one value for all)."""

    def locate(self, batch: Batch, frame: Frame, path: Path, row: int) -> Place | None:
        """Say where the value for a row stands; None where it stands in no cell of the workbook."""
        return None

    def in_workbook(self, path: Path) -> Source | None:
        """Say where a workbook that is being filled in has a value; None where it cannot have it."""
        return None

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give the tables of the registry without which a name says nothing."""
        return frozenset()

    def needs_clock(self, path: Path) -> bool:
        """Say whether a name can only be known by one who knows the time."""
        return False

    def forms(self, path: Path) -> tuple[str, ...]:
        """Give the other forms that a name reads."""
        return ()


class SubmissionProvider(Provider):
    """A prefix whose names say something of a submission as a whole."""

    frames = ANY_FRAME
    attributes: ClassVar[Mapping[str, Kind]]

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which names there are."""
        return None if len(path) == 1 and path[0] in self.attributes else one_of(self.attributes)

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Spread the attribute over the rows of the frame."""
        values = [self.value(batch, index, path[0]) for index in range(len(batch.subjects))]
        return frame.joined(attribute(self.attributes[path[0]], values))

    @abstractmethod
    def value(self, batch: Batch, subject: int, name: str) -> object:
        """Give one attribute of one submission."""


def one_of(names: Mapping[str, object] | frozenset[str]) -> str:
    """Say which names there are to choose from."""
    return "one of " + ", ".join(sorted(names))


def number_column(form: Form | None, code: str) -> str | None:
    """Say what was expected where a form lacks a column of numbers; None where it has it."""
    if form is None:
        return "a frame of one form"
    column = form.by_code.get(code)
    if column is None or not column.is_number:
        return f"a column of {form.code} that holds numbers"
    return None


def any_column(form: Form | None, code: str) -> str | None:
    """Say what was expected where a form lacks a column; None where it has it."""
    if form is None:
        return "a frame of one form"
    return None if code in form.by_code else f"a column of {form.code}"
