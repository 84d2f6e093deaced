"""Mutants of what rounds, writes, traces and compares figures in Python.

What belongs here: data alone. What does not: trying a mutant (`mutant.py`), and what SQL makes of figures
(`macros.py`).
"""

from collections.abc import Sequence

from tests.support.mutation.mutant import Mutant

WRITING = ("tests/unit/words/test_writing.py", "tests/unit/reports/test_format.py")
RULES = ("tests/unit/gate/test_row_by_row.py",)
PAGES = ("tests/unit/reports/test_pages.py", "tests/unit/reports/test_charts.py")
PART = ("tests/integration/test_part_filed.py",)

MUTANTS: Sequence[Mutant] = (
    Mutant(
        "halves go to the even neighbour",
        "ingestion/words/writing.py",
        "ROUND_HALF_UP, _WIDE",
        '"ROUND_HALF_EVEN", _WIDE',
        WRITING,
    ),
    Mutant("dust of a sum is printed", "ingestion/words/writing.py", "{value:.15g}", "{value:.17g}", WRITING),
    Mutant(
        "a zero keeps its minus",
        "ingestion/words/writing.py",
        "return found if found else abs(found)",
        "return found",
        WRITING,
    ),
    Mutant(
        "an amount is written unrounded",
        "ingestion/words/writing.py",
        "    shown = rounded(value, decimals)\n    return (",
        "    shown = value\n    return (",
        WRITING,
    ),
    Mutant(
        "what is derived has the decimals of its parts",
        "ingestion/words/writing.py",
        "max(decimals, _DERIVED_DECIMALS)",
        "decimals",
        WRITING,
    ),
    Mutant(
        "zeros go where the unit keeps them",
        "ingestion/words/writing.py",
        "is_bare=not keeps_zeros(unit)",
        "is_bare=keeps_zeros(unit)",
        WRITING,
    ),
    Mutant(
        "a difference of percents is in percent",
        "ingestion/words/writing.py",
        'unit = "PERCENT_POINT"',
        "pass",
        WRITING,
    ),
    Mutant(
        "what may be another thing is taken for a figure",
        "ingestion/words/writing.py",
        " and _PERHAPS_OTHER.fullmatch(text) is None",
        "",
        WRITING,
    ),
    Mutant(
        "moments are told in the hour of London",
        "ingestion/words/writing.py",
        ").astimezone(VIETNAM_TIME)",
        ")",
        WRITING,
    ),
    Mutant("names are not looked up", "ingestion/words/messages.py", "name not in _LABELS", "True", WRITING),
    Mutant(
        "near a half is nowhere",
        "ingestion/gate/language/functions.py",
        "_NEAR_HALF = 1e-6",
        "_NEAR_HALF = -1.0",
        RULES,
    ),
    Mutant(
        "the figure of a page is not rounded",
        "reports/figures.py",
        "float(rounded(exact, decimals))",
        "exact",
        WRITING,
    ),
    Mutant(
        "charts swap thousands and decimals",
        "reports/charts.py",
        "thousands, decimal = ",
        "decimal, thousands = ",
        PAGES,
    ),
    Mutant(
        "what is taken off a numerator has no trace",
        "reports/figures.py",
        '"numerator", "numerator_minus", "denominator", ',
        '"numerator", "denominator", ',
        PART,
    ),
    Mutant(
        "an amount taken off is an amount added",
        "reports/figures.py",
        '{"value": "value", "minus": "minus"}',
        '{"value": "value", "minus": "value"}',
        PART,
    ),
    Mutant("openings are added in the trace", "reports/figures.py", 'parts["opening"] = "minus"', "pass", PART),
    Mutant(
        "what is taken off a term is left out of its trace",
        "reports/figures.py",
        'else {"value": "minus"}',
        "else {}",
        PART,
    ),
    Mutant(
        "an average adds whole years up",
        "reports/figures.py",
        "contribution=contribution / n_years",
        "contribution=contribution",
        PART,
    ),
    Mutant(
        "a year of a term is always 2020", "reports/figures.py", "f\"{derived['of_year']}-N\"", '"2020-N"', PART
    ),
    Mutant(
        "comparisons say nothing of what is incomplete",
        "reports/sentences.py",
        "field.derivation in COMPARISONS",
        "False",
        PART,
    ),
    Mutant(
        "a part of a figure says nothing of it",
        "reports/unit_page.py",
        'if figure.status == "incomplete" or is_part:',
        "if False:",
        PART,
    ),
    Mutant(
        "before is as whole as after",
        "reports/tables.py",
        "before = figure if ends is None else replace(figure, status=ends.status)",
        "before = figure",
        PART,
    ),
    Mutant(
        "others are left out of the overview",
        "reports/overview.py",
        "if site.statements else others",
        "if True else others",
        PART,
    ),
    Mutant(
        "without anything in common nothing was before",
        "reports/unit_page.py",
        'return "nothing_in_common" if has_previous',
        'return "none" if has_previous',
        PART,
    ),
)
