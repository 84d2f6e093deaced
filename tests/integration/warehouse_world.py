"""A small world for tests of the warehouse: a registry, and bronze with the submissions that a test asks for.

What belongs here: builders. What does not: expectations, which stand in the tests.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion.bronze.accepted import form_path, form_schema, write_table
from ingestion.bronze.reference import write_reference
from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.registry import TABLES, load_registry
from ingestion.records.cells import column_letter

FIRST_ROW = 9
"""Data rows of a workbook begin here."""

Rows = list[dict[str, Any]]

BLANK: Any = object()
"""The value of a cell that was asked for and left blank; one that is not named does not apply (`x`)."""


@dataclass(frozen=True)
class Filing:
    """One submission; `rows` by form, with the values that matter; everything else does not apply (`x`)."""

    unit: str
    period: str
    rows: Mapping[str, Rows]
    revision: int = 1
    verdict: str | None = "accepted"
    basis: str = "CUMULATIVE"
    received_at: datetime = datetime(2021, 1, 5, 8, tzinfo=UTC)
    decisions: Sequence[tuple[str, datetime]] = ()
    coverage_from: date | None = None
    """The day from which its figures run, where its cover says so."""
    shift: int = 0
    """By how many columns the sheet is shifted to the right, as clerks do when they insert one."""
    explained: Sequence[tuple[str, str, str, str]] = ()
    """Explanations that came with it: rule, sheet, cell and text; each of a finding that there was."""
    coverage_from: date | None = None
    """The day from which its cover says that its figures run."""

    @property
    def submission_id(self) -> str:
        return f"{self.unit}.{self.period}.r{self.revision}"


@dataclass
class World:
    """Registry tables as lists of rows, and filings."""

    tables: dict[str, list[dict[str, Any]]]
    filings: list[Filing] = field(default_factory=list)

    def write(self, home: Path, catalogue: Catalogue | None = None) -> Path:
        """Write registry and bronze below a folder and give bronze's folder."""
        catalogue = catalogue or load_catalogue()
        registry_folder, bronze = home / "registry", home / "bronze"
        registry_folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            columns = dict.fromkeys(column for row in rows for column in row) or TABLES[name].model_fields
            _write_csv(registry_folder / f"{name}.csv", rows, list(columns))
        write_reference(bronze, load_registry(registry_folder), catalogue)
        _write_forms(bronze, catalogue, self.filings)
        _write_ledger_tables(bronze, catalogue, self.filings)
        return bronze


def _write_csv(path: Path, rows: list[dict[str, Any]], columns: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _write_forms(bronze: Path, catalogue: Catalogue, filings: Iterable[Filing]) -> None:
    grouped: dict[tuple[str, str], Rows] = {}
    for filing in filings:
        if filing.verdict != "accepted" and all(status != "accepted" for status, _ in filing.decisions):
            continue
        for form, rows in filing.rows.items():
            target = grouped.setdefault((form, filing.period), [])
            for number, row in enumerate(rows, start=FIRST_ROW):
                unknown = set(row) - set(catalogue.forms[form].by_code)
                assert not unknown, f"{form} has no columns {unknown}"
                target.append(
                    {
                        "submission_id": filing.submission_id,
                        "reporting_org_code": filing.unit,
                        "period_code": filing.period,
                        "sheet": form,
                        "row_number": number,
                        "left_blank": " ".join(name for name in row if row[name] is BLANK) or None,
                        **{name: value for name, value in row.items() if value is not BLANK},
                    }
                )
    for (form, period), rows in grouped.items():
        schema = form_schema(catalogue.forms[form])
        complete = [{name: row.get(name) for name in schema.names} for row in rows]
        write_table(form_path(bronze, form, period), pa.Table.from_pylist(complete, schema))


def _write_ledger_tables(bronze: Path, catalogue: Catalogue, filings: Iterable[Filing]) -> None:
    filings = list(filings)
    letters = []
    for filing in filings:
        for form in filing.rows:
            letters += [
                {
                    "submission_id": filing.submission_id,
                    "form_code": form,
                    "sheet": form,
                    "column_code": column.code,
                    "letter": column_letter(position + filing.shift),
                }
                for position, column in enumerate(catalogue.forms[form].columns, start=1)
            ]
    submissions = [_submission_row(filing, number) for number, filing in enumerate(filings)]
    names = list(_submission_row(Filing("", "", {}), 0))
    texts = ["submission_id", "form_code", "sheet", "column_code", "letter"]
    write_table(bronze / "columns.parquet", _table(letters, texts))
    instant, count = pa.timestamp("us", tz="UTC"), pa.int32()
    types = {
        "received_at": instant,
        "verdict_at": instant,
        "coverage_from": pa.date32(),
        "revision": count,
        **{f"n_{name}": count for name in ("errors", "warnings", "passed", "failed", "not_run")},
    }
    write_table(bronze / "submissions.parquet", _table(submissions, names, types))
    decisions = [
        {"submission_id": filing.submission_id, "decision_no": number, "status": status, "decided_at": at}
        for filing in filings
        for number, (status, at) in enumerate(filing.decisions, start=1)
    ]
    decision = ["submission_id", "decision_no", "status", "decided_at", "decided_by", "reason"]
    kinds = {"decision_no": count, "decided_at": instant}
    write_table(bronze / "decisions.parquet", _table(decisions, decision, kinds))
    finding = ["submission_id", "rule_code", "clause", "severity", "sheet", "cell", "value", "expected"]
    finding += ["message", "message_en", "explained", "explanation"]
    found = [
        dict.fromkeys(finding)
        | {"submission_id": filing.submission_id, "clause": 1, "severity": "warning", "explained": True}
        | dict(zip(("rule_code", "sheet", "cell", "explanation"), one, strict=True))
        for filing in filings
        for one in filing.explained
    ]
    write_table(bronze / "findings.parquet", _table(found, finding, {"clause": count, "explained": pa.bool_()}))
    explanation = ["submission_id", "rule_code", "sheet", "cell", "text"]
    written = [
        dict(zip(explanation, (filing.submission_id, *one), strict=True))
        for filing in filings
        for one in filing.explained
    ]
    write_table(bronze / "explanations.parquet", _table(written, explanation))


def _submission_row(filing: Filing, number: int) -> dict[str, Any]:
    return {
        "submission_id": filing.submission_id,
        "reporting_org_code": filing.unit,
        "period_code": filing.period,
        "revision": filing.revision,
        "sha256": f"{number:064x}",
        "file": f"landing/{number:064x}.xlsx",
        "original_name": f"{filing.unit}-{filing.period}.xlsx",
        "received_at": filing.received_at,
        "verdict": filing.verdict,
        "verdict_at": filing.received_at,
        "period_basis": filing.basis,
        "coverage_from": filing.coverage_from,
        "rules_version": "test",
        "n_errors": 0,
        "n_warnings": 0,
        "n_passed": 1,
        "n_failed": 0,
        "n_not_run": 0,
        "kind": "xlsx",
    }


def _table(rows: Rows, names: list[str], types: Mapping[str, pa.DataType] | None = None) -> pa.Table:
    schema = pa.schema([(name, (types or {}).get(name, pa.string())) for name in names])
    return pa.Table.from_pylist(rows, schema)


def members(org: str, opening: int, admitted: int, deceased: int = 0) -> dict[str, Any]:
    """A row of B01 that adds up."""
    zero = ("in_transfer_other_province", "in_transfer_same_province", "in_transfer_internal", "in_restored")
    zero += ("out_expelled", "out_struck_off", "out_struck_off_probationary", "out_resigned")
    zero += ("out_transfer_other_province", "out_transfer_same_province", "out_transfer_internal")
    return dict.fromkeys(zero, 0) | {
        "org_code": org,
        "opening_members": opening,
        "in_admitted": admitted,
        "in_total": admitted,
        "out_deceased": deceased,
        "out_total": deceased,
        "closing_members": opening + admitted - deceased,
        "closing_female": opening // 2,
    }


def admitted(org: str, number: int, target: int | None = None) -> dict[str, Any]:
    """A row of B02 that adds up."""
    return {
        "org_code": org,
        "target_admissions_year": target,
        "admitted_total": number,
        "admitted_age_18_30": number,
        "admitted_age_31_40": 0,
        "admitted_age_41_50": 0,
        "admitted_age_over_50": 0,
    }


def rating(org: str, code: str) -> dict[str, Any]:
    """A row of B04."""
    return {"org_code": org, "org_rating": code}


def line(
    code: str,
    opening: int,
    *,
    established: int = 0,
    dissolved: int = 0,
    merged: int = 0,
    scope: int | None = None,
) -> dict[str, Any]:
    """A row of B03 that adds up."""
    return {
        "line_code": code,
        "opening_count": opening,
        "established": established,
        "received": 0,
        "merged_away": merged,
        "dissolved": dissolved,
        "handed_over": 0,
        "closing_count": opening + established - dissolved - merged,
        "in_scope_count": scope,
    }


def visits(actor: str, activity: str, orgs: int, distinct: int | None = None) -> dict[str, Any]:
    """A row of B05."""
    return {"actor_code": actor, "activity_code": activity, "done_orgs": orgs, "done_orgs_distinct": distinct}


def disciplined(org: str, reprimand: int, warning: int = 0, suspended: int = 0) -> dict[str, Any]:
    """A row of B06 that adds up."""
    total = reprimand + warning
    return {
        "org_code": org,
        "orgs_disciplined": 0,
        "orgs_reprimand": 0,
        "orgs_warning": 0,
        "orgs_disbanded": 0,
        "members_disciplined": total,
        "members_reprimand": reprimand,
        "members_warning": warning,
        "members_removed_from_post": 0,
        "members_expelled": 0,
        "by_province": 0,
        "by_reporting_org": total,
        "by_grassroots": 0,
        "by_cell": 0,
        "members_suspended": suspended,
    }


def cadre(code: str, total: int, *, base: int | None = None, plan: int | None = None) -> dict[str, Any]:
    """A row of B07."""
    return {"line_code": code, "total": total, "base_total": base, "plan_total": plan}


def study(code: str, population: int, participated: int, document: str = "-") -> dict[str, Any]:
    """A row of B08."""
    return {
        "line_code": code,
        "document_code": document,
        "population": population,
        "participated": participated,
    }


def target_result(
    code: str, actual: float, numerator: int | None = None, denominator: int | None = None
) -> dict[str, Any]:
    """A row of B09."""
    return {
        "indicator_code": code,
        "actual_period": actual,
        "numerator": numerator,
        "denominator": denominator,
    }


def _organisation(code: str, kind: str, parent: str = "", **more: Any) -> dict[str, Any]:
    files = kind not in ("GRASSROOTS", "UNION_BASE")
    row = {
        "org_code": code,
        "org_name": code,
        "org_kind": kind,
        "org_type": "DANG_BO_CO_SO" if kind == "GRASSROOTS" else "",
        "parent_code": parent,
        "files_reports": files,
        "term_system": "DANG",
        "valid_from": "2010-01-01",
        "valid_to": "",
    }
    return row | more


def _calendar(code: str, due_on: str = "", system: str = "") -> dict[str, Any]:
    return {"period_code": code, "opens_on": "", "due_on": due_on, "locked_on": "", "term_system": system}


def _target(org: str, indicator: str, term: str, aim: str, year: int | str = "") -> dict[str, Any]:
    """Give a target; `aim` is basis, direction, lowest and highest, such as `YEAR GE 10`."""
    basis, direction, low, *high = aim.split()
    return {
        "org_code": org,
        "indicator_code": indicator,
        "term_code": term,
        "year": year,
        "basis": basis,
        "direction": direction,
        "min": low,
        "max": high[0] if high else "",
        "document": "",
    }


DANG, PREVIOUS, NEXT, DOAN = "2015-2020-NK", "2010-2015-NK", "2020-2025-NK", "2012-2017-NK"
YEARS = range(2016, 2021)


def example_tables() -> dict[str, list[dict[str, Any]]]:
    """A province with two districts, a bloc with two predecessors, a lone district, a union branch."""
    old, new = {"valid_to": "2019-06-30"}, {"valid_from": "2019-07-01"}
    organisations = [
        _organisation("P", "PROVINCE"),
        _organisation("PA", "DISTRICT", "P"),
        _organisation("PB", "DISTRICT", "P"),
        _organisation("A1", "GRASSROOTS", "PA"),
        _organisation("A2", "GRASSROOTS", "PA", valid_to="2017-12-31"),
        _organisation("A2N", "GRASSROOTS", "PA", valid_from="2018-01-01"),
        _organisation("B1", "GRASSROOTS", "PB"),
        _organisation("M1", "BLOC", **old),
        _organisation("M2", "BLOC", **old),
        _organisation("M", "BLOC", **new),
        _organisation("O1", "GRASSROOTS", "M1", **old),
        _organisation("O1", "GRASSROOTS", "M", **new),
        _organisation("O2", "GRASSROOTS", "M2", **old),
        _organisation("O2", "GRASSROOTS", "M", **new),
        _organisation("S", "DISTRICT"),
        _organisation("S1", "GRASSROOTS", "S"),
        _organisation("Y", "UNION_BRANCH", "P", term_system="DOAN"),
        _organisation("Y1", "UNION_BASE", "Y", term_system="DOAN"),
    ]
    merger = {"event_type": "merge", "effective_on": "2019-07-01", "document": "", "share": ""}
    successions = [
        {"predecessor_code": "M1", "successor_code": "M", **merger},
        {"predecessor_code": "M2", "successor_code": "M", **merger},
        {
            "predecessor_code": "A2",
            "successor_code": "A2N",
            **merger,
            "event_type": "rename",
            "effective_on": "2018-01-01",
        },
    ]
    calendar = [
        _calendar(PREVIOUS),
        *(_calendar(f"{year}-N", f"{year + 1}-01-15") for year in YEARS if year != 2019),
        *(_calendar(f"2019-{part}", "2020-01-15") for part in ("9T", "N")),
        *(_calendar(f"2020-{part}", "2021-01-15") for part in ("Q1", "6T", "9T")),
    ]
    terms = [
        {"term_system": system, "term_code": code, "first_year": first, "last_year": last}
        for system, code, first, last in (
            ("DANG", PREVIOUS, 2011, 2015),
            ("DANG", DANG, 2016, 2020),
            ("DANG", NEXT, 2021, 2025),
            ("DOAN", DOAN, 2013, 2017),
        )
    ]
    targets = [
        _target("PB", "admissions", DANG, "YEAR GE 10"),
        _target("PB", "admissions", DANG, "YEAR GE 13", 2020),
        _target("PB", "admissions", DANG, "AVG_PER_YEAR GE 10"),
        _target("PA", "admissions", DANG, "YEAR GE 5"),
        _target("PB", "admissions", NEXT, "TERM GE 60"),
        _target("PB", "orgs_excellent_share", DANG, "YEAR BETWEEN 50 90", 2016),
        _target("PB", "members_disciplined", DANG, "TERM LE 5"),
    ]
    return {
        "organisations": organisations,
        "successions": successions,
        "calendar": calendar,
        "terms": terms,
        "targets": targets,
        "rating_schemes": [
            {
                "scheme": "HD21",
                "first_year": 2019,
                "last_year": 2022,
                "labels": "a|b|c|d",
                "cap_rate": 0.2,
                "cap_base": "GOOD",
                "cap_applies_to": "MEMBERS_IN_ORG",
                "severity": "error",
            }
        ],
        "contacts": [{"org_code": "P", "role": "r", "channel": "json://secret", "language": "vi"}],
        "statements": example_statements(),
    }


def _statement(number: int, indicator: str, org: str, period: str, **more: Any) -> dict[str, Any]:
    row = dict.fromkeys(("source", "body_code", "body_name", "body_level", "measure", "unit", "dimension"), "x")
    return (
        row
        | {"statement_id": f"T{number:03d}", "family": "F-ADM", "term": "2015-2020", "basis": "actual"}
        | {"qualifier": "EQ", "value_low": "", "value_high": "", "numerator": "", "denominator": ""}
        | {
            "indicator_code": indicator,
            "org_code": org,
            "period_code": period,
            "derivation": "",
            "direction": "",
        }
        | {"expected_value": "", "expected_verdict": "equal", "home": ""}
        | more
    )


def _relative(number: int, **more: Any) -> dict[str, Any]:
    """Give a statement of the relative change of the villages of PB, which fell by 20.51… percent."""
    return _statement(number, "villages", "PB", DANG, derivation="percent_change", **more)


def example_statements() -> list[dict[str, Any]]:
    """Statements of every kind of comparison; the tests say what each has to come to."""
    return [
        _statement(1, "admissions", "PB", DANG, value_low=55, value_high=55),
        _statement(2, "admissions", "PB", DANG, value_low=56, value_high=56),
        _statement(3, "admissions", "PB", DANG, qualifier="APPROX_BELOW", value_high=56),
        _statement(4, "admissions", "PB", DANG, qualifier="APPROX_BELOW", value_high=55),
        _statement(5, "admissions", "PB", DANG, qualifier="APPROX_ABOVE", value_low=54),
        _statement(6, "admissions", "PB", DANG, qualifier="APPROX_ABOVE", value_low=50),
        _statement(7, "admissions", "PB", DANG, qualifier="GT", value_low=55),
        _statement(8, "admissions", "PB", DANG, qualifier="AT_LEAST", value_low=55),
        _statement(9, "admissions", "PB", DANG, derivation="per_year", qualifier="AT_LEAST", value_low=10),
        _statement(10, "admissions", "PB", DANG, derivation="per_year", qualifier="AT_LEAST", value_low=11),
        _statement(11, "admissions", "PB", DANG, derivation="average_per_year", value_low=11, value_high=11),
        _statement(12, "inspected_orgs", "PB", DANG, derivation="change_vs_previous_term", value_low=10),
        _statement(13, "admissions", "PA", DANG, derivation="target", value_low=5, value_high=5),
        _statement(14, "admissions", "P", PREVIOUS, value_low=1),
        _statement(15, "", "P", DANG, qualifier="NONE", basis="norm: weekly"),
        _statement(16, "", "P", DANG, value_low=2),
        _statement(17, "villages", "PB", DANG, derivation="percent_change", value_low=20.5),
        _statement(18, "members_disciplined", "PB", DANG, value_low=5, value_high=5),
        _statement(
            19,
            "orgs_excellent_share",
            "M",
            DANG,
            qualifier="RANGE",
            derivation="per_year",
            value_low=15,
            value_high=20,
        ),
        _statement(
            20,
            "orgs_good_share",
            "M",
            DANG,
            qualifier="RANGE",
            derivation="per_year",
            value_low=80,
            value_high=85,
        ),
        _statement(
            21, "business_growth", "M", "2020-N", qualifier="RANGE", family="F-CTX", value_low=8, value_high=10
        ),
        _statement(22, "commune_military_cells_dissolved", "PB", DANG, value_low=6, denominator=7),
        _statement(23, "commune_military_cells_dissolved", "PB", DANG, value_low=6, denominator=8),
        _statement(
            24, "villages", "PB", DANG, derivation="before_after", basis="after (before: 39)", value_low=31
        ),
        _statement(
            25, "villages", "PB", DANG, derivation="before_after", basis="after (before: 40)", value_low=31
        ),
        _statement(26, "admissions", "S", DANG, value_low=1),
        _statement(27, "admissions", "P", DANG, value_low=120),
        _relative(28, value_low=20.5, direction="fall"),
        _relative(29, value_low=20.5, direction="rise"),
        _relative(30, value_low=-20.5),
        _relative(31, qualifier="APPROX_BELOW", value_high=21, direction="fall"),
    ]


def example_filings() -> list[Filing]:
    """What the units of the example filed."""
    filings = [
        Filing("PA", PREVIOUS, {"B05": [visits("CAP_UY", "KT_CH", 50)]}),
        Filing("PB", PREVIOUS, {"B05": [visits("CAP_UY", "KT_CH", 30)]}),
        # superseded by the years: to be compared with them, never added
        Filing("PB", DANG, {"B05": [visits("CAP_UY", "KT_CH", 999)]}),
    ]
    for year in YEARS:
        filings += _yearly(year)
    filings += _parts_of_2020()
    filings += [
        Filing("Y", "2016-N", {"B02": [admitted("Y1", 100)]}),
        Filing("Y", "2017-N", {"B02": [admitted("Y1", 200)]}),
    ]
    return filings


def _yearly(year: int) -> list[Filing]:
    index = year - 2016
    second = "A2" if year < 2018 else "A2N"
    excellent = year in (2016, 2018, 2019, 2020)
    district = {
        "B01": [members("A1", 100 + 10 * index, 10), members(second, 50, 3, 3)],
        "B02": [admitted("A1", 10, 8), admitted(second, 3, 2)],
        "B04": [rating("A1", "HTXSNV" if excellent else "HTTNV"), rating(second, "HTXSNV")],
        "B05": [visits("CAP_UY", "KT_CH", 10, 7), visits("UBKT", "KT_DHVP", 2, 2)],
    }
    other = {
        "B01": [members("B1", 200, 9 + index, 9 + index)],
        "B02": [admitted("B1", 9 + index)],
        "B03": [
            line("DV04", 39 - 2 * index, merged=2 if index < 4 else 0),
            line("TC07", 7 - min(index, 3) * 2, dissolved=2 if index < 3 else 0, scope=7),
        ],
        "B04": [rating("B1", "CXL" if index == 0 else "HTTNV")],
        "B05": [visits("CAP_UY", "KT_CH", 8, 5)],
        "B06": [disciplined("B1", 1 if index < 4 else 0, 0, 1 if index == 2 else 0)],
        "B07": [cadre("CB01", 2), cadre("BC01", 1000 - 10 * index), cadre("BC03", 10, plan=8)],
        "B08": [study("HT02", 200, 180, "NQ1"), study("HT02", 100, 90, "NQ2")],
    }
    other["B02"][0]["admitted_total"] = other["B02"][0]["admitted_age_18_30"] = 9 + index
    province = {
        "B03": [line("DM01", 20, dissolved=3) if index == 0 else line("DM01", 17)],
        "B07": [cadre("CB07", 9, base=10)],
        "B09": [target_result("business_growth", 6.5)],
    }
    filings = [Filing("PB", f"{year}-N", other), Filing("P", f"{year}-N", province)]
    if year == 2019:
        nine = {**district, "B02": [admitted("A1", 7, 8), admitted(second, 3, 2)]}
        filings.append(Filing("PA", "2019-9T", nine))
    else:
        filings.append(Filing("PA", f"{year}-N", district))
    bloc = {
        "B02": [admitted("O1", 20), admitted("O2", 5)],
        "B04": [rating("O1", "HTXSNV"), rating("O2", "HTTNV")],
        "B09": [target_result("business_growth", 8.0 + index, 17, 17)],
    }
    if year < 2019:
        for unit, position in (("M1", 0), ("M2", 1)):
            rows = {form: [table[min(position, len(table) - 1)]] for form, table in bloc.items()}
            filings.append(Filing(unit, f"{year}-N", rows))
    else:
        # its figures of the year in which it began take in those of the two that merged into it
        from_january = date(2019, 1, 1) if year == 2019 else None
        filings.append(Filing("M", f"{year}-N", bloc, coverage_from=from_january))
    return filings


def _parts_of_2020() -> list[Filing]:
    filings = [
        Filing(
            "PA",
            f"2020-{part}",
            {"B01": [members("A1", 140, n)], "B02": [admitted("A1", n, 8), admitted("A2N", m, 2)]},
        )
        for part, n, m in (("Q1", 2, 0), ("6T", 5, 1), ("9T", 6, 1))
    ]
    early, late = datetime(2020, 4, 10, 8, tzinfo=UTC), datetime(2020, 5, 20, 8, tzinfo=UTC)
    filings += [
        Filing("S", "2019-6T", {}, 1, None, received_at=late),
        Filing("S", "2020-Q1", {"B02": [admitted("S1", 4)]}, 1, received_at=early),
        Filing("S", "2020-Q1", {"B02": [admitted("S1", 6)]}, 2, received_at=late, shift=1),
        Filing("S", "2020-Q1", {"B02": [admitted("S1", 60)]}, 3, "rejected", received_at=late),
        Filing(
            "S",
            "2020-6T",
            {"B02": [admitted("S1", 5)], "B01": [members("S1", 70, 5)]},
            basis="DISCRETE",
            received_at=datetime(2020, 7, 8, 8, tzinfo=UTC),
        ),
        # accepted at first; the data team withdrew it, took that back, and withdrew it again
        Filing(
            "S",
            "2020-9T",
            {"B02": [admitted("S1", 40)]},
            received_at=datetime(2020, 10, 8, 8, tzinfo=UTC),
            decisions=[
                ("rejected", datetime(2020, 11, 1, 8, tzinfo=UTC)),
                ("accepted", datetime(2020, 11, 10, 8, tzinfo=UTC)),
                ("rejected", datetime(2020, 11, 20, 8, tzinfo=UTC)),
            ],
        ),
    ]
    return filings


def example_world() -> World:
    """The registry and the filings of the example."""
    return World(example_tables(), example_filings())
