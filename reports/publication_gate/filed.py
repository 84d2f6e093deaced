"""What was filed and counts, read from bronze's own files.

What belongs here: which submissions count, which forms they hold, and which rows stand for a unit at the end of
a period. What does not: what the rows add up to (`amounts`), and whether something is missing (`standing`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from ingestion.definitions.catalogue import Catalogue
from reports.publication_gate.arrays import PARTS, Flags, Ints
from reports.publication_gate.bodies import Bodies


def counting_submissions(bronze: Path, as_of: datetime | None) -> pd.DataFrame:
    """Give each unit's newest accepted revision of each period.

    Args:
        bronze: bronze's folder.
        as_of: up to when submissions and decisions count; None for all.

    Returns:
        submission_id, unit, period, is_cumulative (whether its figures run from the beginning of the year) and
        coverage_from (the day from which its cover says that they run, as a number; None where it does not).
    """
    columns = ["submission_id", "reporting_org_code", "period_code", "revision", "received_at", "verdict"]
    columns += ["period_basis"]
    # bronze of before the field existed has no such column
    known = "coverage_from" in pq.read_schema(bronze / "submissions.parquet").names
    columns += ["coverage_from"] if known else []
    frame = pq.read_table(bronze / "submissions.parquet", columns=columns).to_pandas()
    decisions = pq.read_table(bronze / "decisions.parquet").to_pandas()
    if as_of is not None:
        moment = pd.Timestamp(as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC))
        frame = frame[frame["received_at"] <= moment]
        decisions = decisions[decisions["decided_at"] <= moment]
    newest = decisions.sort_values("decision_no").drop_duplicates("submission_id", keep="last")
    decided = frame["submission_id"].map(newest.set_index("submission_id")["status"])
    status = decided.fillna(frame["verdict"])
    accepted = frame[status == "accepted"].sort_values("revision")
    accepted = accepted.drop_duplicates(["reporting_org_code", "period_code"], keep="last")
    basis = accepted["period_basis"].fillna("").str.upper()
    return pd.DataFrame(
        {
            "submission_id": accepted["submission_id"],
            "unit": accepted["reporting_org_code"],
            "period": accepted["period_code"],
            "is_cumulative": basis.isin(["", "CUMULATIVE"]),
            "coverage_from": pd.Series(
                _days(accepted["coverage_from"] if known else [None] * len(accepted)),
                accepted.index,
                dtype=object,
            ),
        }
    ).reset_index(drop=True)


def _days(dates: Iterable[Any]) -> list[int | None]:
    return [None if pd.isna(day) else day.toordinal() for day in dates]


def counted_rows(bronze: Path, form: str, submissions: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of a form that submissions which count have filed, all columns."""
    files = sorted(str(path) for path in (bronze / "forms" / form).glob("*.parquet"))
    if not files:
        return pd.DataFrame()
    schema = pa.unify_schemas([pq.read_schema(file) for file in files])
    wanted = pa.array(submissions["submission_id"].astype(str), pa.string())
    table = ds.dataset(files, schema=schema).to_table(filter=ds.field("submission_id").isin(wanted))
    frame: pd.DataFrame = table.to_pandas()
    for name, kind in zip(table.schema.names, table.schema.types, strict=True):
        if pa.types.is_string(kind):
            frame[name] = frame[name].astype("category")
    return frame.rename(columns={"reporting_org_code": "unit", "period_code": "period"})


@dataclass(frozen=True)
class FormRows:
    """The rows of one form that count, with the numbers by which they are found.

    Attributes:
        frame: the rows as filed, with submission_id.
        units: of each row, the number of the unit that filed it.
        organisations: of each row, the number of the organisation that it is about; -1 for none.
        years: the year of its period; for a term its last.
        parts: which cumulative period of the year (1 to 4); 0 for a term.
        periods: the number of its period.
        is_cumulative: whether its figures run from 1 January.
        keys: one number for each unit and key of a row.
        bodies: of each row, the number of the organisation that it is about, or else of its unit; one that the
            registry does not know has a number beyond all others.
        keys_in_body: one number for each key of a row, but for the organisation that the row is about.
        covers: the day from which the cover of its submission says that its figures run; 0 where it does not.
    """

    frame: pd.DataFrame
    units: Ints
    organisations: Ints
    years: Ints
    parts: Ints
    periods: Ints
    is_cumulative: Flags
    keys: Ints
    bodies: Ints
    keys_in_body: Ints
    covers: Ints

    @cached_property
    def n_keys(self) -> int:
        """How many different keys there are."""
        return int(self.keys.max()) + 1 if len(self.keys) else 0

    @cached_property
    def submissions(self) -> tuple[Ints, list[str]]:
        """The number of the submission of each row, and what submissions they are."""
        numbers, names = pd.factorize(self.frame["submission_id"])
        return numbers.astype(np.int64), [str(name) for name in names]

    def until(self, year: int, part: int) -> tuple[Ints, Flags, Flags, Ints]:
        """Find the rows that stand at the end of a cumulative period.

        The newest cumulative row of a key stands alone; rows of later quarters that were filed alone are added.

        Returns:
            positions of the rows, whether each is the latest and whether it is the first of its key, and the
            part of the year of its key's latest row.
        """
        among = np.flatnonzero((self.years == year) & (self.parts <= part) & (self.parts > 0))
        keys, parts = self.keys[among], self.parts[among]
        cumulative = np.zeros(self.n_keys, dtype=np.int64)
        np.maximum.at(cumulative, keys[self.is_cumulative[among]], parts[self.is_cumulative[among]])
        stands = parts >= cumulative[keys]
        among, keys, parts = among[stands], keys[stands], parts[stands]
        latest = np.zeros(self.n_keys, dtype=np.int64)
        first = np.full(self.n_keys, len(PARTS) + 1, dtype=np.int64)
        np.maximum.at(latest, keys, parts)
        np.minimum.at(first, keys, parts)
        return among, parts == latest[keys], parts == first[keys], latest[keys]


@dataclass(frozen=True)
class Filed:
    """What counts of all that was filed.

    Attributes:
        bronze: bronze's folder.
        submissions: those that count, see `counting_submissions`.
        sheets: submission_id and form of every sheet of theirs that was read, with rows or without.
    """

    bronze: Path
    submissions: pd.DataFrame
    sheets: pd.DataFrame

    def rows(self, form: str, catalogue: Catalogue, bodies: Bodies) -> FormRows | None:
        """Give the rows of a form; None where nobody has filed any.

        Args:
            form: the form's code.
            catalogue: the forms, for the keys.
            bodies: all organisations and periods, for their numbers.
        """
        frame = counted_rows(self.bronze, form, self.submissions)
        if frame.empty:
            return None
        described = catalogue.forms[form]
        filed_in = frame["period"].astype(str).tolist()
        when = [bodies.when[period] for period in filed_in]
        units = bodies.numbers(frame["unit"].astype(str))
        is_about = described.rows == "organisations"
        key = pd.Series(units.astype(str), index=frame.index)
        key_in_body = pd.Series("", index=frame.index)
        for column in described.key:
            told = "|" + frame[column].astype(object).where(frame[column].notna(), "").astype(str)
            key = key + told
            if not (is_about and column == "org_code"):
                key_in_body = key_in_body + told
        whose = frame["org_code" if is_about else "unit"].astype(str)
        known = bodies.numbers(whose)
        about = known if is_about else np.full(len(frame), -1, dtype=np.int64)
        basis = dict(zip(self.submissions["submission_id"], self.submissions["is_cumulative"], strict=True))
        says = self.submissions["coverage_from"].where(self.submissions["is_cumulative"], None)
        covers = dict(zip(self.submissions["submission_id"], says, strict=True))
        places = {str(code): number for number, code in enumerate(bodies.periods.index)}
        return FormRows(
            frame,
            units,
            about,
            np.array([year for _, year in when], dtype=np.int64),
            np.array([PARTS.get(kind, 0) for kind, _ in when], dtype=np.int64),
            np.array([places[period] for period in filed_in], dtype=np.int64),
            np.array([basis[submission] for submission in frame["submission_id"]], dtype=bool),
            pd.factorize(key)[0].astype(np.int64),
            np.where(known < 0, len(bodies.codes) + pd.factorize(whose)[0], known),
            pd.factorize(key_in_body)[0].astype(np.int64),
            np.array([covers[submission] or 0 for submission in frame["submission_id"]], dtype=np.int64),
        )

    def filings(self, bodies: Bodies) -> Iterator[tuple[str, str, str, int, int, bool]]:
        """Give unit, form, period, year, part and whether cumulative, of every sheet that was read."""
        whole = self.sheets.merge(self.submissions, on="submission_id")
        columns = (whole[name] for name in ("unit", "form", "period", "is_cumulative"))
        for unit, form, period, cumulative in zip(*columns, strict=True):
            kind, year = bodies.when[period]
            yield unit, form, period, year, PARTS.get(kind, 0), bool(cumulative)


def read_filed(bronze: Path, as_of: datetime | None) -> Filed:
    """Read what counts from bronze."""
    submissions = counting_submissions(bronze, as_of)
    sheets = pq.read_table(bronze / "columns.parquet", columns=["submission_id", "form_code"]).to_pandas()
    sheets = sheets.drop_duplicates().rename(columns={"form_code": "form"})
    return Filed(bronze, submissions, sheets)
