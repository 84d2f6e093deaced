"""The figures that follow from several forms, as formulas over their sheets.

What belongs here: an indicator's summands over one workbook. What does not: where the formulas stand.
"""

from collections.abc import Sequence
from itertools import product

from ingestion.definitions.indicators import Indicator, Summand
from ingestion.gate.context.derived import recipe_of
from ingestion.gate.language.vectors import Kind
from ingestion.workbook.formulas.book import Book, SheetPlace
from ingestion.workbook.formulas.values import ALWAYS, LONGEST, Known, NotCompiledError, Value, literal


def derived_formula(book: Book, indicator: Indicator) -> str:
    """Give the formula of a result as the forms of a workbook give it; blank text where it is not known.

    Raises:
        NotCompiledError: it cannot be computed from this workbook.
    """
    value = _derived(book, indicator)
    formula = value.known.guard(value.formula, '""')
    if len(formula) > LONGEST:
        raise NotCompiledError("too_long")
    return formula


def _derived(book: Book, indicator: Indicator) -> Value:
    recipe = recipe_of(indicator, book.unit_kind, book.catalogue)
    if recipe is None:
        raise NotCompiledError("not_derived", indicator.code)
    part = _part(book, recipe.summands)
    if recipe.whole is None:
        return part
    whole = _part(book, recipe.whole)
    known = part.known.with_(whole.known, f"{whole.formula}<>0")
    return Value(Kind.NUMBER, f"100*{part.formula}/{whole.formula}", known)


def _part(book: Book, summands: Sequence[Summand]) -> Value:
    values = [_summand(book, summand) for summand in summands]
    known = ALWAYS
    for value in values:
        known = known.with_(value.known)
    signs = ["+" if summand.sign > 0 else "-" for summand in summands]
    formula = "".join(f"{sign}{value.formula}" for sign, value in zip(signs, values, strict=True))
    return Value(Kind.NUMBER, f"({formula.removeprefix('+')})", known)


def _summand(book: Book, summand: Summand) -> Value:
    place = book.place(summand.form)
    values = _range(place, summand.column)
    ranges = [_range(place, column) for column in summand.where]
    where = [
        "".join(f",{cells},{literal(code)}" for cells, code in zip(ranges, codes, strict=True))
        for codes in product(*summand.where.values())
    ]

    def count(criterion: str) -> str:
        return "(" + "+".join(f"COUNTIFS({values},{criterion}{w})" for w in where) + ")"

    if summand.count:
        counted = "+".join(count(literal(code)) for code in summand.count)
        there = [f"COUNTIFS({w[1:]})" for w in where if w]
        known = Known(conditions=(f"{'+'.join(there)}>0",) if there else ())
        return Value(Kind.NUMBER, f"({counted})", known)
    total = "(" + "+".join(f"SUMIFS({values}{w})" if w else f"SUM({values})" for w in where) + ")"
    numbers = count('">-1E+300"')
    conditions = [f"{numbers}>0", f"{count(literal('<>'))}={numbers}+{count(literal('x'))}"]
    if place.form.by_code[summand.column].type == "int":
        conditions += [f"NOT(ISERROR({total}))", f"INT({total})={total}"]
    return Value(Kind.NUMBER, total, Known(conditions=tuple(conditions)))


def _range(place: SheetPlace, code: str) -> str:
    letters = place.letters[code]
    return f"'{place.name}'!${letters}${place.first}:${letters}${place.last}"
