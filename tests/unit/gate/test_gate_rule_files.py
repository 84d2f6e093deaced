"""The rule files: ids, schema, texts, and what the loader refuses."""

import string
from datetime import date

import pytest
import yaml

from ingestion.definitions.catalogue import load_catalogue
from ingestion.gate import RuleError, load_rules, rules_version
from ingestion.gate.compiling import compile_rules
from ingestion.gate.context import derived, organisations, vocabulary
from ingestion.gate.language.parser import parse
from ingestion.gate.language.syntax import unparse
from ingestion.gate.rules import FOLDER
from tests.support import agreed

CATALOGUE = load_catalogue()
SEVERITIES = {
    "warning": {10, 19, 20, 24, 25, 26, 30, 37, 38, 39, 43, 44, 51, 56, 57, 58, 59, 60, 61},
    "notice": {4},
    "scheme": {34},
}
SCOPES = {
    "file": {2, 3, 4},
    "registry": {6, 7, 8, 19, 20, 28, 55, 61},
    "row": {9, 10, 12, 13, 14, 17, 22, 23, 24, 27, 30, 31, 32, 33, 34, 36, 40, 41, 43, 45, 46, 47, 49, 51, 54},
    "sheet": {5, 11, 18, 29, 35, 50, 52},
    "prev": {15, 16, 26, 56},
    "across": {21, 25, 37, 38, 39, 42, 44, 48, 53, 60},
    "outlier": {57, 58, 59},
}
RULE = {
    "id": "V999",
    "title": {"vi": "a", "en": "a"},
    "scope": "row",
    "severity": "error",
    "forms": ["B01"],
    "clauses": [{"holds": "in_total >= 0", "cell": "in_total"}],
    "message": {"vi": "a", "en": "a"},
    "remedy": {"vi": "a", "en": "a"},
}


def words():
    return vocabulary(CATALOGUE)


def load(tmp_path, *rules):
    """Load and compile rules written to a folder of their own."""
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"rules": list(rules)}), encoding="utf-8")
    return compile_rules(load_rules(tmp_path), CATALOGUE, words())


def clause(**changes):
    return RULE | {"clauses": [RULE["clauses"][0] | changes]}


def test_the_ids_never_change():
    rules = list(load_rules())

    assert rules[: len(agreed.RULES)] == list(agreed.RULES)
    assert rules == [f"V{number:03d}" for number in range(1, len(rules) + 1)]


def test_severities_are_the_agreed_ones():
    by_number = {number: severity for severity, numbers in SEVERITIES.items() for number in numbers}

    for rule in (load_rules()[code] for code in agreed.RULES):
        assert rule.severity == by_number.get(int(rule.id[1:]), "error"), rule.id


def test_scopes_are_the_agreed_ones():
    by_number = {number: scope for scope, numbers in SCOPES.items() for number in numbers}

    for rule in (load_rules()[code] for code in agreed.RULES):
        assert rule.scope == by_number.get(int(rule.id[1:]), "file" if rule.id == "V001" else None), rule.id


def test_every_rule_compiles_and_can_be_written_out():
    for checks in compile_rules(load_rules(), CATALOGUE, words()).values():
        assert checks
        for check in checks:
            assert parse(unparse(check.holds)) == check.holds


def test_messages_of_both_languages_name_the_same_fields():
    for rule in load_rules().values():
        for label in (rule.message, *(c.message for c in rule.clauses if c.message)):
            fields = [
                {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
                for text in (label.vi, label.en)
            ]
            assert fields[0] == fields[1], (rule.id, label)


def test_remedies_and_titles_are_there_in_both_languages():
    for rule in load_rules().values():
        for label in (rule.title, rule.message, rule.remedy):
            assert label.vi != label.en, rule.id
        assert rule.remedy.vi.endswith(".")
        assert rule.remedy.en.endswith(".")


def test_no_file_names_a_rule_twice(tmp_path):
    with pytest.raises(RuleError, match="V999 is declared twice"):
        load(tmp_path, RULE, RULE)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (RULE | {"id": "X1"}, "id"),
        (RULE | {"colour": "red"}, "colour"),
        (RULE | {"forms": ["B77"]}, "form B77 does not exist"),
        (clause(forms=["B02"]), "clauses name forms that the rule does not"),
        (clause(holds="in_total >= "), "V999: expected a number.*at character 13"),
        (clause(holds="in_totl >= 0"), "“in_totl” does not exist; expected a column of B01, at character 1"),
        (clause(holds="sum(in_total) >= 0"), "there is no function “sum”; expected one of abs"),
        (clause(holds="nz() >= 0"), r"0 arguments; expected nz\(value"),
        (clause(holds="nope.in_total >= 0"), "expected one of the prefixes"),
        (clause(holds="B02.nope >= 0"), "“B02.nope” does not exist; expected a column of B02"),
        (clause(holds="B03.closing_count >= 0"), "expected a frame of rows with the key of B03"),
        (clause(holds="B03.line.TC77.closing_count >= 0"), "expected one of DM01"),
        (clause(holds="line.TC02.closing_count >= 0"), "a form with fixed lines"),
        (clause(holds="sheet.sum.org_code >= 0"), "a column of B01 that holds numbers"),
        (clause(holds="sheet.count.note.A.B >= 0"), "sum.COLUMN, count.COLUMN.CODE"),
        (clause(holds="scheme.nope >= 0"), "expected one of cap_base"),
        (clause(holds="target.min >= 0"), "a form with a row for each target"),
        (clause(holds="roll12.B02.admitted_total > 0"), "cannot be joined to a frame of kind row"),
        (clause(holds="it >= 0"), "“each” with the columns"),
        (clause(each=["nope"]), "B01 has no column “nope”"),
        (clause(cell="in_total + 1"), "only a cell can be accused"),
        (clause(frame="sheet"), "a name with a prefix"),
        (RULE | {"forms": [], "clauses": [{"holds": "it > 0", "each": ["*int"]}]}, "“each” needs a form"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_with_its_place(tmp_path, rule, message):
    with pytest.raises(RuleError, match=message):
        load(tmp_path, rule)


def test_a_rule_is_repeated_over_forms_and_columns(tmp_path):
    rule = RULE | {"forms": ["B02", "B06"], "clauses": [{"holds": "it >= 0", "cell": "it", "each": ["*int"]}]}
    checks = load(tmp_path, rule)["V999"]

    assert {(check.form, check.column) for check in checks} == {
        (form, column.code)
        for form in ("B02", "B06")
        for column in CATALOGUE.forms[form].columns
        if column.type == "int"
    }


def test_what_a_check_needs_is_known_beforehand():
    known = compile_rules(load_rules(FOLDER), CATALOGUE, words())

    assert known["V021"][0].other_forms == ("B01",)
    assert known["V060"][0].other_forms == ("B01", "B06")
    assert known["V026"][0].other_forms == ("B02",)
    assert {code for code, checks in known.items() if any(c.history for c in checks)} == {
        "V015",
        "V016",
        "V026",
        "V056",
        "V057",
        "V058",
        "V065",
    }
    assert {code for code, checks in known.items() if any(c.clock for c in checks)} == {"V004"}
    assert {code for code, checks in known.items() if any(c.scheme for c in checks)} == {"V034", "V035", "V036"}


def test_effective_dates_bound_the_periods():
    rule = load_rules()["V012"].model_copy(
        update={"effective": type(load_rules()["V012"].effective).model_validate({"from": "2019-01-01"})}
    )

    assert rule.is_effective(date(2019, 3, 31))
    assert not rule.is_effective(date(2018, 12, 31))


def test_the_version_of_the_rules_follows_their_text(tmp_path):
    (tmp_path / "a.yml").write_text("rules: []", encoding="utf-8")
    first = rules_version(tmp_path)
    rules_version.cache_clear()
    (tmp_path / "a.yml").write_text("rules: [ ]", encoding="utf-8")

    assert rules_version(tmp_path) != first
    assert len(rules_version()) == 12


def test_no_prefix_means_two_things(monkeypatch):
    monkeypatch.setattr(organisations, "PROVIDERS", (*organisations.PROVIDERS, *derived.PROVIDERS))
    with pytest.raises(ValueError, match="two providers have the prefix “derived”"):
        words()


def test_what_a_prefix_means_is_said_in_both_languages_and_with_the_prefix():
    for prefix, provider in words().providers.items():
        assert prefix in CATALOGUE.forms or provider.words, prefix
        for name, text in provider.words.items():
            assert name.partition(".")[0] == prefix
            assert text.vi and text.en and text.vi != text.en
