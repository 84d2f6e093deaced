"""Every figure that the demo's reports print is what `tongket figures` answers, digit for digit."""

from fractions import Fraction

import pytest

from ingestion.storage.home import Home
from ingestion.words.writing import figure as written
from orchestration.commands.common import number
from reports.context import Site
from reports.figures import figure
from reports.loading import load_site
from reports.stated import stated_page
from tests.reports_site import AS_OF
from tests.support.printed import Answers, answers, wrongly_printed, wrongly_stated


@pytest.fixture(scope="module")
def site(demo_home: Home) -> Site:
    return load_site(demo_home.warehouse, as_of=AS_OF, code_version="0")


@pytest.fixture(scope="module")
def found(demo_home: Home) -> Answers:
    return answers(demo_home.warehouse)


def test_every_figure_of_a_report_is_what_figures_answers(site: Site, found: Answers) -> None:
    wrong, seen = wrongly_printed(site, found)
    assert not wrong, (len(wrong), wrong[:5])
    least = {"value": 39_000, "opening": 100, "signed": 670, "status": 200}
    least |= {"headline": 200, "chart": 3_500, "sentence": 1_800, "bullet": 10, "target": 400}
    assert all(seen[part] >= count for part, count in least.items()), seen


def test_every_figure_beside_a_stated_one_is_what_figures_answers(site: Site, found: Answers) -> None:
    wrong, compared = wrongly_stated(site, stated_page(site), found)
    assert not wrong
    assert compared > 90


def test_programs_are_told_the_number_that_people_read(found: Answers) -> None:
    for answer in found.values():
        if answer.value is not None:
            text = written(answer.value, answer.decimals, answer.unit_code)
            read = float(text.replace(".", "").replace(",", ".").replace("−", "-"))
            assert read == number(answer.value), answer


def test_every_share_is_the_rounded_quotient_of_its_counts(found: Answers) -> None:
    shares = [a for a in found.values() if a.derivation is None and a.denominator and a.numerator is not None]
    for share in shares:
        if share.unit_code == "PERCENT" and share.value is not None:
            quotient = Fraction(share.numerator or 0) * 100 / Fraction(share.denominator or 1)
            scaled = 2 * quotient * 10**share.decimals + 1
            away = Fraction(scaled.numerator // (2 * scaled.denominator), 10**share.decimals)
            assert abs(Fraction(share.value) - away) < Fraction(1, 10**9), share
    assert len(shares) > 1_000


def test_one_answer_alone_is_the_answer_among_all(demo_home: Home, found: Answers) -> None:
    for derivation in (
        None,
        "average_per_year",
        "change_over_term",
        "percent_change",
        "change_vs_previous_term",
    ):
        key = next(k for k, a in found.items() if k[3] == derivation and a.value)
        assert figure(demo_home.warehouse, *key) == found[key]
