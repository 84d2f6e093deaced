"""A world whose provinces have each filed a part of what they owe, so that one build shows every way of it.

What belongs here: who filed what. What does not: what has to come of it (`test_part_filed.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.integration.warehouse_world import BLANK as LEFT_BLANK
from tests.integration.warehouse_world import (
    DANG,
    PREVIOUS,
    YEARS,
    Filing,
    Rows,
    World,
    admitted,
    example_tables,
    line,
    members,
    rating,
    visits,
)

COMPLETE, HALF, ONE_FORM, ONE_YEAR, TERM_ONLY, ALONE, BLANK, FEW, LATE, NEW, BEGUN, UNION = (
    *("WHOLE", "HALF", "FORM", "YEAR", "TERM", "ALONE", "BLANK", "FEW", "LATE", "NEW", "BEGUN", "UNION"),
)
"""The provinces: what is filed of each; BEGUN has filed 2020 up to March and June. UNION is a youth union
beside COMPLETE, whose calendar ends with June 2020."""
CELLS, NEVER = "CELLS", "NEVER"
"""Provinces whose second district left out single cells, and all of them ever since."""
LINES, QUARTERS = "LINES", "QUARTERS"
"""A province in which the last filing is another by form, line and column, and one of quarters filed alone."""
MOVED, PLANS = "MOVED", "PLANS"
"""Provinces whose second district took in an organisation in 2018, to which it says that admissions do not
apply, and did things without saying of how many."""

BESIDE, TWICE, EACH_WAY = "BESIDE", "TWICE", "EACHWAY"
"""Provinces whose first district filed once for the whole term. Beside it the second one filed every year; some
years and the term too; and yearly up to June 2020, where the first filed only members and lines once."""

DISTRICTS = dict.fromkeys(
    (COMPLETE, HALF, ONE_FORM, ONE_YEAR, TERM_ONLY, ALONE, BLANK, LATE, NEW, BEGUN, CELLS, NEVER, LINES), 2
) | {FEW: 6, MOVED: 2, PLANS: 2, BESIDE: 2, TWICE: 2, EACH_WAY: 2, QUARTERS: 3}


def district(province: str, number: int) -> str:
    """Give the code of a district."""
    return f"{province}-{number}"


def part_filed_world() -> World:
    """Give registry and filings; there are no published figures."""
    tables = example_tables()
    plain = {"valid_from": "2010-01-01", "valid_to": "", "term_system": "DANG"}
    kinds = []
    for province, count in DISTRICTS.items():
        kinds.append((province, "PROVINCE", "", {}))
        for number in range(1, count + 1):
            code = district(province, number)
            kinds += [(code, "DISTRICT", province, {}), (f"{code}-1", "GRASSROOTS", code, {})]
    moving = f"{MOVED}-0"
    kinds.append((moving, "GRASSROOTS", district(MOVED, 1), {"valid_to": "2017-12-31"}))
    kinds.append((moving, "GRASSROOTS", district(MOVED, 2), {"valid_from": "2018-01-01"}))
    union = {"term_system": "DOAN"}
    kinds += [(UNION, "UNION_BRANCH", COMPLETE, union), (f"{UNION}-1", "UNION_BASE", UNION, union)]
    tables["organisations"] = [
        {
            "org_code": code,
            "org_name": f"Đảng bộ {code}",
            "org_kind": kind,
            "org_type": "DANG_BO_CO_SO" if kind == "GRASSROOTS" else "",
            "parent_code": parent,
            "files_reports": kind not in ("GRASSROOTS", "UNION_BASE"),
            **plain,
            **more,
        }
        for code, kind, parent, more in kinds
    ]
    periods = [PREVIOUS, *(f"{year}-N" for year in YEARS), "2020-6T"]
    systems = {"2020-N": "DANG", "2020-6T": "DOAN"}
    tables["calendar"] = [
        {
            "period_code": code,
            "opens_on": "",
            "due_on": "2021-01-15" if code == "2020-N" else "",
            "locked_on": "",
            "term_system": systems.get(code, ""),
        }
        for code in periods
    ]
    tables["targets"] = [row for row in tables["targets"] if row["org_code"] == "PB"]
    tables["targets"] = [
        {**row, "org_code": org}
        for row in tables["targets"]
        for org in (HALF, FEW, COMPLETE, BEGUN, BESIDE, district(BESIDE, 1), EACH_WAY)
    ]
    tables["successions"] = []
    tables["contacts"] = []
    del tables["statements"]
    return World({name: rows for name, rows in tables.items() if rows}, _filings())


def _filings() -> list[Filing]:
    found: list[Filing] = []
    for province, count in DISTRICTS.items():
        if province != NEW:
            found += [
                Filing(district(province, n), PREVIOUS, _forms(f"{province}-{n}"))
                for n in range(1, count + 1)
                if (province, n) != (NEVER, 2)
            ]
        for number in range(1, count + 1):
            found += _of_district(province, number)
        if province not in (ONE_FORM, ONE_YEAR, TERM_ONLY):
            found += [Filing(province, f"{year}-N", {"B03": [line("DM01", 20)]}) for year in YEARS]
    cell = f"{district(COMPLETE, 1)}-1"
    found += [
        Filing(
            district(COMPLETE, 1),
            f"2020-{part}",
            {"B01": [members(cell, 25_000, number, number)], "B02": [admitted(cell, number)]},
            basis=basis,
        )
        # A quarter alone after a cumulative one: its flows are added, and of its stocks the latest counts.
        for part, number, basis in (("Q1", 2, "CUMULATIVE"), ("6T", 5, "DISCRETE"))
    ]
    # The union filed for a term of the Party as well, which is none of its own.
    found += [
        Filing(UNION, period, {"B02": [admitted(f"{UNION}-1", 70)]})
        for period in (PREVIOUS, "2017-N", "2020-6T")
    ]
    return found


def _of_district(province: str, number: int) -> list[Filing]:
    code = district(province, number)
    forms = _forms(code)
    years = [f"{year}-N" for year in YEARS]
    if province == TERM_ONLY:
        return [Filing(code, DANG, forms)]
    if province in _OF_THEIR_OWN:
        return _OF_THEIR_OWN[province](province, number)
    if province == ALONE or (province == HALF and number == 2) or (province == FEW and number > 2):
        return []
    if province == ONE_FORM:
        forms = {"B02": forms["B02"]}
    if province == ONE_YEAR:
        years = ["2018-N"]
    if province == BEGUN:
        years = [*years[:-1], f"2020-{('Q1', '6T')[number - 1]}"]
    if province == LATE and number == 2:
        years = years[1:]
    if province == BLANK and number == 2:
        forms = {form: [_blank(row) for row in rows] for form, rows in forms.items()}
    if province == NEVER and number == 2:
        forms = {form: [_blank(row, LEFT_BLANK) for row in rows] for form, rows in forms.items()}
    if province == PLANS:
        forms = {**forms, **_of_how_many(f"{code}-1", number)}
    found = [Filing(code, period, forms) for period in years]
    if province == CELLS and number == 2:
        for index, left_out in enumerate(_LEFT_OUT):
            rows = {form: [row | left_out.get(form, {}) for row in table] for form, table in forms.items()}
            found[index] = Filing(code, years[index], rows)
    return _with_moved(found, number) if province == MOVED else found


def _with_moved(filings: Sequence[Filing], number: int) -> list[Filing]:
    """Add the row about an organisation that the second district has from 2018 on, with `x` for admissions."""
    found = []
    for year, filing in zip(YEARS, filings, strict=True):
        row = admitted(f"{MOVED}-0", 3) | ({} if number == 1 else {"admitted_total": None})
        is_there = (year < 2018) == (number == 1)
        rows = [*filing.rows["B02"], *([row] if is_there else [])]
        found.append(replace(filing, rows={**filing.rows, "B02": rows}))
    return found


def _forms(code: str) -> Mapping[str, Rows]:
    cell = f"{code}-1"
    return {
        "B01": [members(cell, 25_000, 10, 10)],
        "B02": [admitted(cell, 10)],
        "B03": [line("DV04", 40, merged=1)],
        "B04": [rating(cell, "HTTNV")],
        "B05": [visits("CAP_UY", "KT_CH", 9)],
    }


def _of_lines(province: str, number: int) -> list[Filing]:
    """One that counts no women, and of whose lines of June December has another; one that ends with June."""
    code = district(province, number)
    forms = _forms(code)
    found = [Filing(code, f"{year}-N", forms) for year in YEARS[:-1]]
    half = {form: forms[form] for form in ("B01", "B02", "B03", "B05")}
    if number == 2:
        return [*found, Filing(code, "2020-6T", half)]
    found.append(Filing(code, "2020-6T", half))
    found.append(Filing(code, "2020-N", {**forms, "B03": [line("DV01", 12)]}))
    return [
        Filing(
            code, one.period, {**one.rows, "B01": [row | {"closing_female": None} for row in one.rows["B01"]]}
        )
        for one in found
    ]


def _of_quarters(province: str, number: int) -> list[Filing]:
    """A blank second quarter alone, a blank first one, and a closing that is left out of nine months."""
    code = district(province, number)
    cell = f"{code}-1"
    periods = ("2020-Q1", "2020-6T", "2020-9T", "2020-N")
    if number == 3:
        closings = (None, None, {"closing_members": None}, None)
        return [
            Filing(code, period, {"B01": [members(cell, 25_000, 10, 10) | (closing or {})]})
            for period, closing in zip(periods, closings, strict=True)
        ]
    numbers = ((1, LEFT_BLANK, 3, 4), (LEFT_BLANK, 2, 3, 9))[number - 1]
    last = ("DISCRETE", "CUMULATIVE")[number - 1]
    return [
        Filing(
            code,
            period,
            {"B02": [admitted(cell, 0) | dict.fromkeys(("admitted_total", "admitted_age_18_30"), quarter)]},
            basis=last if period == "2020-N" else "DISCRETE",
        )
        for period, quarter in zip(periods, numbers, strict=True)
    ]


def _beside_a_term(province: str, number: int) -> list[Filing]:
    code = district(province, number)
    forms, once = _forms(code), _at_once(code)
    years, of_term = [f"{year}-N" for year in YEARS], [Filing(code, DANG, once)]
    if province == EACH_WAY and number == 1:
        both = ("B01", "B03")
        forms = {form: rows for form, rows in forms.items() if form not in both}
        of_term = [Filing(code, DANG, {form: once[form] for form in both})]
    elif number == 1:
        return of_term
    elif province == TWICE:
        years = ["2016-N", "2018-N"]
    else:
        years, of_term = [*years[:-1], "2020-6T" if province == EACH_WAY else "2020-N"], []
    return of_term + [Filing(code, period, forms) for period in years]


def _at_once(code: str) -> Mapping[str, Rows]:
    """Give what five years come to, from their beginning to their end."""
    cell = f"{code}-1"
    return {
        "B01": [members(cell, 20_000, 50, 10)],
        "B02": [admitted(cell, 50)],
        "B03": [line("DV04", 45, merged=5)],
        "B04": [rating(cell, "HTTNV")],
        "B05": [visits("CAP_UY", "KT_CH", 45)],
    }


def _of_how_many(cell: str, number: int) -> Mapping[str, Rows]:
    """Both districts do things; the first says of how many. Of the last line the second has nothing to say."""
    first = number == 1
    return {
        "B02": [admitted(cell, 10, 20 if first else None)],
        "B03": [
            line("DV04", 40, merged=1),
            line("TC06", 4, dissolved=1, scope=10 if first else None),
            line("TC07", 4, dissolved=1 if first else 0, scope=10 if first else None),
        ],
    }


_OF_THEIR_OWN: Mapping[str, Callable[[str, int], list[Filing]]] = {
    **dict.fromkeys((BESIDE, TWICE, EACH_WAY), _beside_a_term),
    LINES: _of_lines,
    QUARTERS: _of_quarters,
}
"""Provinces whose districts file nothing as others do."""

_LEFT_OUT: Sequence[Mapping[str, Mapping[str, Any]]] = (
    {"B01": {"opening_members": LEFT_BLANK}, "B03": {"opening_count": None}},
    {"B05": {"done_orgs": None}},
    {"B02": {"admitted_total": LEFT_BLANK}},
)
"""What is left out in the first years: an opening blank and one with `x`, and a flow each way."""


def _blank(row: Mapping[str, Any], blank: Any = None) -> dict[str, Any]:
    """Leave a row with its codes alone."""
    return {name: value if name.endswith("_code") else blank for name, value in row.items()}
