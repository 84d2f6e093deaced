"""Whatever a data file names is there and fits, or the file is refused with place, reason and remedy."""

from typing import Any

import pytest
import yaml

from ingestion.definitions.catalogue import OwnFile
from ingestion.definitions.overlay import OwnFileError, laid_over
from ingestion.gate import rule_book
from ingestion.gate.rules import OwnRuleError
from ingestion.words.messages import retold
from reports.sections import plan_of
from tests.support.own_forms import column, form, indicator

ORG, LINE, TARGET = column("org_code", "code"), column("line_code", "code"), column("indicator_code", "code")
PAID = column("paid", "decimal", unit="PERSON", nature="flow")
EARLY, LATE = {"to": "2019-12-31"}, {"from": "2020-01-01"}


def line(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "label": {"vi": code, "en": code}} | more


def lines(*members: dict[str, Any], of: str = "line_code") -> dict[str, Any]:
    return {"column": of, "members": list(members)}


def of_organisations(*columns: dict[str, Any], **more: Any) -> OwnFile:
    return form("B90", "organisations", ORG, *columns, **more)


def of_lines(
    *columns: dict[str, Any], members: tuple[dict[str, Any], ...] = (line("L1"),), **more: Any
) -> OwnFile:
    return form("B90", "lines", LINE, *columns, **{"lines": [lines(*members)]} | more)


def rule(holds: str, message: str = "{value}", **more: Any) -> OwnFile:
    said = {"vi": message, "en": message}
    content = {
        **{"id": "V900", "title": said, "scope": "row", "severity": "error", "forms": ["B90"]},
        **{"clauses": [{"holds": holds}], "message": said, "remedy": {"vi": "x", "en": "x"}},
    }
    return OwnFile("rules", "own.yml", yaml.safe_dump({"rules": [content | more]}, allow_unicode=True))


def section(topic: str = "own", **more: Any) -> OwnFile:
    content = {"code": "own", "title": {"vi": "x", "en": "x"}, "topics": [topic], "systems": ["DANG"]}
    return OwnFile("sections", "own.yml", yaml.safe_dump({"sections": [content | more]}))


REST = {"tables": [{"kind": "rest", "title": {"vi": "x", "en": "x"}}]}
COUNT = column("count")
TIMED = of_organisations(column("sooner", effective=EARLY), column("later", effective=LATE), COUNT)
RATED = of_organisations(column("rating", "code", choices=["GOOD", "BAD"]), COUNT, PAID, column("name", "text"))
OF_UNIONS = form("B91", "organisations", ORG, COUNT, required_for={"UNION_BASE": ["N"]})
OF_HALVES = form("B91", "organisations", ORG, COUNT, required_for={"DISTRICT": ["6T"]})
OVER = form("B91", "organisations", ORG, COUNT, effective=EARLY)
BEGUN = of_organisations(COUNT, effective=LATE)


def used(*files: OwnFile) -> None:
    """Use the files as doctor does: all that reads them."""
    catalogue = laid_over(files)
    rule_book(catalogue)
    plan_of(catalogue)


FITTING: dict[str, tuple[OwnFile, ...]] = {
    "a line's unit and nature": (
        of_lines(
            column("left", unit="LINE", nature="line"), members=(line("L1", unit="PERSON", nature="stock"),)
        ),
    ),
    "a target's unit": (form("B90", "targets", TARGET, column("got", "decimal", unit="ROW")),),
    "parts of lines": (of_lines(COUNT, members=(line("A"), line("B", parent="A"), line("C", parent="B"))),),
    "a plan that is assigned": (of_organisations(column("plan", nature="plan", assigned="admissions")),),
    "a plan of its own indicator": (
        of_organisations(column("plan", nature="plan", assigned="own"), COUNT),
        indicator("own", {"column": "count"}),
    ),
    "a closing": (
        of_organisations(column("was", nature="opening", closing="is_now"), column("is_now", nature="stock")),
    ),
    "a section of its own": (
        of_organisations(COUNT),
        indicator("own", {"column": "count"}, section="own"),
        section(**REST),
    ),
    "columns one after the other": (TIMED, rule("count >= 0", effective=EARLY)),
    "a column and what it was": (TIMED, rule("sooner <= count and prev_year.count >= 0")),
    "a known code": (RATED, rule('rating == "GOOD" or one_of(rating, "GOOD", "BAD")')),
    "every field": (
        RATED,
        rule(
            "count >= paid",
            "{cell}{sheet}{row}{column}{value}{expected}{hint}{org_name}{line_name}{activity}{indicator_name}"
            "{row_name}{paid} 100 {{x}} {paid}%",
            fields={"paid": "paid"},
        ),
    ),
    "another form of the same units": (
        form("B91", "organisations", ORG, COUNT, required_for={"DISTRICT": ["6T", "N"]}),
        RATED,
        rule("count >= B91.count"),
    ),
}


@pytest.mark.parametrize("files", FITTING.values(), ids=FITTING.keys())
def test_what_is_there_and_fits_is_taken(files: tuple[OwnFile, ...]) -> None:
    used(*files)


REFUSED: dict[str, tuple[tuple[OwnFile, ...], str]] = {
    # forms: kind, columns, lines
    "LINE without lines": ((of_organisations(column("a", unit="LINE")),), "a has the unit LINE"),
    "line without lines": ((of_organisations(column("a", nature="line")),), "a has the nature line"),
    "LINE of targets": ((form("B90", "targets", TARGET, column("a", unit="LINE")),), "a has the unit LINE"),
    "LINE that no line says": ((of_lines(column("a", unit="LINE")),), "a has the unit LINE"),
    "line that one line does not say": (
        (of_lines(column("a", nature="line"), members=(line("L1", nature="flow"), line("L2"))),),
        "a has the nature line",
    ),
    "ROW without targets": ((of_organisations(column("a", unit="ROW")),), "a has the unit ROW"),
    "the unit of a text": (
        (of_organisations(column("a", "text", unit="PERSON")),),
        "a holds no numbers (its type is text)",
    ),
    "the nature of a code": ((of_organisations(column("a", "code", nature="stock")),), "a holds no numbers"),
    "percentages of persons": ((of_organisations(column("a", "percent", unit="PERSON")),), "not in PERSON"),
    "percentages that flow": ((of_organisations(column("a", "percent", nature="flow")),), "are no flow"),
    "percentages that add up": ((of_organisations(column("a", unit="PERCENT")),), "would be added up"),
    "choices of numbers": ((of_organisations(column("a", choices=["1"])),), "has choices, which are codes"),
    "a key that is no code": (
        (form("B90", "organisations", column("org_code", "text"), COUNT),),
        "says of what the row is",
    ),
    "an indicator that is assigned and not there": (
        (of_organisations(column("a", nature="plan", assigned="admision")),),
        "a is assigned admision, which is no indicator",
    ),
    "a target of another unit": (
        (of_organisations(column("a", unit="CELL", nature="plan", assigned="admissions")),),
        "a counts CELL",
    ),
    "a target of a line": (
        (of_lines(column("a", nature="plan", assigned="admissions")),),
        "rows: organisations",
    ),
    "a closing that is itself": ((of_organisations(column("a", nature="opening", closing="a")),), "no stock"),
    "a closing that flows": (
        (of_organisations(column("a", nature="opening", closing="count"), COUNT),),
        "its closing count, which is no stock",
    ),
    "a closing of another unit": (
        (
            of_organisations(
                column("a", nature="opening", closing="b"), column("b", unit="CELL", nature="stock")
            ),
        ),
        "its closing b counts CELL",
    ),
    "a closing that comes too late": (
        (
            of_organisations(
                column("a", nature="opening", closing="b", effective=EARLY),
                column("b", nature="stock", effective=LATE),
            ),
        ),
        "ends before there is a b of an earlier year",
    ),
    "a column between two periods": (
        (of_organisations(column("a", effective={"from": "2020-01-01", "to": "2020-12-30"})),),
        "a is never collected",
    ),
    "a form between two periods": (
        (of_organisations(COUNT, effective={"from": "2020-01-01", "to": "2020-12-30"}),),
        "is never collected",
    ),
    "a form that nobody files": ((of_organisations(COUNT, required_for={}),), "nobody may file the form"),
    "a form of no part of the year": (
        (of_organisations(COUNT, required_for={"DISTRICT": []}),),
        "nobody may file the form",
    ),
    "a line of units that do not file": (
        (of_lines(COUNT, members=(line("L1", owed_by=["WARD"]),)),),
        "line L1 is owed by WARD",
    ),
    "a line whose unit is the line's": (
        (of_lines(COUNT, members=(line("L1", unit="LINE"),)),),
        "line L1 has the unit LINE",
    ),
    "lines that are parts of each other": (
        (of_lines(COUNT, members=(line("A", parent="B"), line("B", parent="A"))),),
        "line A is a part of itself",
    ),
    "lines that are no choice": (
        (form("B90", "lines", LINE | {"choices": ["L2"]}, COUNT, lines=[lines(line("L1"))]),),
        "lines that are none of its choices: L1",
    ),
    "two sets of lines of one column": (
        (of_lines(COUNT, lines=[lines(line("L1")), lines(line("L2"))]),),
        "two sets of lines",
    ),
    # indicators and summands
    "a section that is nowhere": (
        (of_organisations(COUNT), indicator("own", {"column": "count"}, section="contxt")),
        "the section “contxt”, which is a topic of no section",
    ),
    "a section without a table": (
        (of_organisations(COUNT), indicator("own", {"column": "count"}, section="own"), section()),
        "no table of a section with the topic “own” shows indicator own",
    ),
    "the unit LINE": (
        (of_organisations(COUNT), indicator("own", {"column": "count"}, unit="LINE")),
        "the unit LINE is what a column says",
    ),
    "a part that its kind has not": (
        (
            of_organisations(COUNT),
            indicator(
                "own", {"column": "count"}, numerator=[{"form": "B90", "column": "count", "over_time": "sum"}]
            ),
        ),
        "a flow has no numerator",
    ),
    "an opening of a flow": (
        (
            of_organisations(COUNT),
            indicator(
                "own", {"column": "count"}, opening=[{"form": "B90", "column": "count", "over_time": "sum"}]
            ),
        ),
        "a flow has no opening",
    ),
    "too many decimals": (
        (of_organisations(COUNT), indicator("own", {"column": "count"}, decimals=9)),
        "indicators.0.decimals",
    ),
    "no codes to look for": (
        (RATED, indicator("own", {"column": "count", "where": {"rating": []}})),
        "indicators.0.value.0.where.rating",
    ),
    "codes in numbers": (
        (RATED, indicator("own", {"column": "count", "where": {"paid": ["1"]}})),
        "looks for codes in B90.paid",
    ),
    "codes that are no choice": (
        (RATED, indicator("own", {"column": "count", "where": {"rating": ["GOD"]}})),
        "codes that B90.rating lacks",
    ),
    "a target that is no indicator": (
        (
            form("B90", "targets", TARGET, COUNT),
            indicator("own", {"column": "count", "where": {"indicator_code": ["admision"]}}),
        ),
        "looks for admision in B90.indicator_code",
    ),
    "an opening of another unit": (
        (
            of_organisations(column("is_now", nature="stock"), column("was", nature="opening", unit="CELL")),
            indicator(
                "own",
                {"column": "is_now", "over_time": "last"},
                kind="stock",
                opening=[{"form": "B90", "column": "was", "over_time": "first"}],
            ),
        ),
        "is told in PERSON, and B90.was counts CELL",
    ),
    # rules
    "columns that are never together": ((TIMED, rule("sooner <= later")), "V900, clause 1 never applies"),
    "a column after the time of the rule": (
        (TIMED, rule("later <= count", effective=EARLY)),
        "V900, clause 1 never applies",
    ),
    "a column of another time, of several": (
        (TIMED, rule("it >= 0", clauses=[{"holds": "it >= sooner", "each": ["count", "later"]}])),
        "V900, clause 1 never applies",
    ),
    "a form that other units file": (
        (RATED, OF_UNIONS, rule("count >= B91.count")),
        "of B90, B91 is never filed",
    ),
    "a form of another part of the year": (
        (RATED, OF_HALVES, rule("count >= B91.sheet.sum.count")),
        "of B90, B91 is never filed",
    ),
    "a form that was over": ((BEGUN, OVER, rule("count >= B91.count")), "of B90, B91 is never filed"),
    "a column of a kind that is never there": (
        (TIMED, rule("sooner <= later", forms=[], kinds=["organisations"])),
        "V900, clause 1 never applies",
    ),
    "a form that is not there": ((RATED, rule("count >= 0", forms=["B99"])), "form B99 does not exist"),
    "a prefix that is not there": ((RATED, rule("count >= prev_yer.count")), "expected one of the prefixes"),
    "a code that the column never has": ((RATED, rule('rating != "GOD"')), "compares rating with “GOD”"),
    "a code among several": (
        (RATED, rule("count >= 0", when='one_of(rating, "GOOD", "GOD")')),
        "compares rating with “GOD”",
    ),
    "a code of another form": (
        (of_organisations(COUNT), rule('B04.org_rating == "GOOD"')),
        "compares B04.org_rating with “GOOD”",
    ),
    "a line that is not there": (
        (of_lines(COUNT), rule('line_code == "L9"')),
        "compares line_code with “L9”; expected one of L1",
    ),
    "a field that is not there": ((RATED, rule("count >= 0", "{vaule}")), "names the field {vaule}"),
    "a field without a name": ((RATED, rule("count >= 0", "{}")), "names the field {}"),
    "a field that is formatted": ((RATED, rule("count >= 0", "{value:.2f}")), "says how {value} is written"),
    "an open brace": ((RATED, rule("count >= 0", "{value")), "cannot be filled in"),
    "a severity that is not there": ((RATED, rule("count >= 0", severity="fatal")), "rules.0.severity"),
    # sections
    "a topic of no indicator": (
        (section("members", topics=["membres"]),),
        "no indicator has the section membres",
    ),
    "a sentence without its field": (
        (
            section(
                "members",
                sentences=[{"text": "members_flow", "fields": {"gained": {"indicator": "members_in"}}}],
            ),
        ),
        "the sentence members_flow has no lost",
    ),
    "a part that the indicator has not": (
        (
            section(
                "members",
                sentences=[
                    {
                        "text": "members_flow",
                        "fields": {
                            "gained": {"indicator": "members_in", "part": "opening"},
                            "lost": {"indicator": "members_out"},
                        },
                    }
                ],
            ),
        ),
        "members_in has no opening",
    ),
}


@pytest.mark.parametrize(("files", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_there_or_does_not_fit_is_refused(files: tuple[OwnFile, ...], told: str) -> None:
    with pytest.raises(OwnFileError) as error:
        used(*files)
    said = error.value.told("en")
    assert told in said
    assert any(said.startswith(f"{file.place}: ") for file in files)
    assert said.count("registry/") == 1 + ("to registry/" in said) + ("in registry/" in said), said


@pytest.mark.parametrize("files", [files for files, _ in REFUSED.values()], ids=REFUSED.keys())
def test_why_forms_indicators_and_sections_are_refused_is_told_in_the_readers_language(
    files: tuple[OwnFile, ...],
) -> None:
    with pytest.raises(OwnFileError) as error:
        used(*files)
    if isinstance(error.value, OwnRuleError):
        pytest.skip("what is wrong with an expression is told in one language")
    vi, en = error.value.told("vi"), error.value.told("en")
    assert not isinstance(error.value.fields.get("reason"), str), "a text of the catalogue in both languages"
    assert retold(vi, ["catalogue."], "en") == en, "also where only the words were kept"
