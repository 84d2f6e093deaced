"""Kinds of bodies as data: the shape of `kinds/*.yml`, and what they make the forms owe.

What belongs here: what a kind is, which kinds there are, and forms with the kinds that owe them. What does not:
loading the files (`catalogue.py`, `overlay.py`), and bodies of the registry against them (`registry_kinds.py`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from pydantic import Field

from ingestion.definitions.forms import Code, Form, PeriodPart
from ingestion.definitions.validity import ALWAYS, Effective
from ingestion.words.labels import Label, Strict
from ingestion.words.messages import Said

Level = Literal["PROVINCE", "DISTRICT", "COMMUNE", "BLOC", "UNION_BRANCH", "GRASSROOTS"]
"""Of which level a body of a kind is; tables by level have them in this order."""

LEVELS: tuple[Level, ...] = get_args(Level)
"""All of them, in that order."""

_PARTS: tuple[PeriodPart, ...] = get_args(PeriodPart)


class KindGroup(Strict):
    """Kinds that owe the same forms for the same parts of a year; which these are, they say themselves."""

    code: Code
    label: Label
    owes: dict[Code, tuple[PeriodPart, ...]] = Field(default_factory=dict)


class UnitKind(KindGroup):
    """One kind of body, with what it owes beside what its groups owe.

    Attributes:
        level: under which level tables count it.
        groups: the groups with which it owes.
        effective: the days on which there are bodies of this kind.
    """

    level: Level
    groups: tuple[Code, ...] = ()
    effective: Effective = ALWAYS


class KindFile(Strict):
    """A file of kinds and groups of them."""

    groups: tuple[KindGroup, ...] = ()
    kinds: tuple[UnitKind, ...] = ()


@dataclass(frozen=True)
class Kinds:
    """All kinds that there are, by code, and all groups."""

    kinds: Mapping[str, UnitKind] = field(default_factory=dict)
    groups: Mapping[str, KindGroup] = field(default_factory=dict)

    def __contains__(self, code: object) -> bool:
        """Say whether there is a kind or a group of this code."""
        return code in self.kinds or code in self.groups

    def with_file(self, file: KindFile) -> "Kinds":
        """Give these kinds and those of a file, of which `fault_of` has nothing to say."""
        groups = {group.code: group for group in file.groups}
        kinds = {kind.code: kind for kind in file.kinds}
        return Kinds({**self.kinds, **kinds}, {**self.groups, **groups})

    def named(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give the kinds that names of kinds and groups stand for; a name that nobody knows stays as it is."""
        found: list[str] = []
        for name in names:
            found += (
                [code for code, kind in self.kinds.items() if name in kind.groups]
                if name in self.groups
                else [name]
            )
        return tuple(dict.fromkeys(found))

    def level_of(self, code: str) -> Level | None:
        """Give the level of a kind; None where nobody knows the kind."""
        kind = self.kinds.get(code)
        return kind.level if kind is not None else None

    def asked(self, form: Form) -> Form:
        """Give a form with all kinds that owe it, and lines with all kinds that file them, groups resolved."""
        required: dict[str, set[PeriodPart]] = {}
        for name, parts in form.required_for.items():
            for code in self.named([name]):
                required.setdefault(code, set()).update(parts)
        for code, kind in self.kinds.items():
            for owes in (kind.owes, *(self.groups[group].owes for group in kind.groups)):
                if form.code in owes:
                    required.setdefault(code, set()).update(owes[form.code])
        ordered = {code: tuple(filter(parts.__contains__, _PARTS)) for code, parts in required.items()}
        lines = tuple(
            one.model_copy(
                update={
                    "members": tuple(
                        line.model_copy(update={"owed_by": self.named(line.owed_by)}) if line.owed_by else line
                        for line in one.members
                    )
                }
            )
            for one in form.lines
        )
        return form.made_of(required_for=ordered, lines=lines)

    def fault_of_owed(self, forms: Collection[str]) -> Said | None:
        """Say which form a kind or group owes though there is none; None where all are there."""
        for code, one in (*self.groups.items(), *self.kinds.items()):
            if strangers := sorted({*one.owes}.difference(forms)):
                return Said("misfit.kind_form", {"kind": code, "owed": ", ".join(strangers)})
        return None


NO_KINDS = Kinds()
"""The kinds of a catalogue that was made without a file of them."""


def fault_of(file: KindFile, known: Kinds) -> Said | None:
    """Say what does not fit in a file of kinds beside those that there are; None where everything does."""
    codes = [one.code for one in (*file.groups, *file.kinds)]
    if twice := next((code for code in codes if code in known or codes.count(code) > 1), None):
        return Said("misfit.kind_twice", {"kind": twice})
    groups = {*known.groups, *(group.code for group in file.groups)}
    for kind in file.kinds:
        if strangers := sorted({*kind.groups} - groups):
            return Said("misfit.kind_groups", {"kind": kind.code, "groups": ", ".join(strangers)})
    return None
