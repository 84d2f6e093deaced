"""What the names of a rule stand for in a workbook: cells, ranges, known values and other forms.

What belongs here: one name at a time. What does not: operators and functions (`compiler.py`, `calls.py`), and
figures that are made of several forms (`derived.py`).
"""

from dataclasses import dataclass

from ingestion.definitions.forms import Column
from ingestion.gate.compiling import Check
from ingestion.gate.frames.sources import (
    HalfADigit,
    InLine,
    InRowOfSameKey,
    InSheet,
    InTotal,
    IsNotMarked,
    KeyOfRow,
    OfOtherForms,
    OfRow,
    OfSubmission,
    OnCover,
    RepeatedRow,
    SheetCount,
    SheetFilled,
    SheetSum,
    SumAndRest,
)
from ingestion.gate.language.syntax import Name, format_number
from ingestion.gate.language.vectors import Kind
from ingestion.workbook.formulas.book import Book, Constant, Helpers, Lookup, Results, SheetPlace
from ingestion.workbook.formulas.cells import is_not_applicable
from ingestion.workbook.formulas.values import (
    ROW,
    Compiled,
    Known,
    Logic,
    NotCompiledError,
    Value,
    all_of,
    as_logic,
    as_value,
    half_a_digit,
    has_content,
    literal,
)

_JOINT = '&" + "&'


@dataclass
class Operands:
    """What the names of one check stand for.

    Attributes:
        book: the workbook.
        check: the check.
        home: the form on whose sheet the formula will stand.
        helpers: the hidden columns of that sheet.
    """

    book: Book
    check: Check
    home: str
    helpers: Helpers

    def own(self, name: str) -> Compiled:
        """Compile a column of the row, of the total row, or of the cell itself."""
        if self.check.frame == "cell":
            return self._of_cell(name)
        form = self.check.form
        if form is None or self.check.frame not in ("row", "total"):
            raise NotCompiledError("no_operand", name)
        place = self.book.sheets[form]
        return self.cell_value(place, name, ROW) if self.check.frame == "row" else self.total(form, name)

    def joined(self, node: Name) -> Compiled:
        """Compile a name with a prefix: what its provider says where a workbook has it.

        Raises:
            NotCompiledError: it is not to be had from the workbook.
        """
        form = self.check.form or ""
        source = self.book.words.source(node.path)
        match source:
            case OfSubmission() | OfRow():
                return self._foreknown(node, form)
            case OnCover(entry=entry, unless=word):
                is_said = f"EXACT({self.book.entries[entry]},{literal(word)})"
                return Logic(f"NOT({is_said})", is_said)
            case InSheet():
                return self._in_sheet(source, source.form or form)
            case SumAndRest(current=current):
                return self._sum_and_rest(node, current)
            case OfOtherForms():
                return self.looked_up(self._results(form).value, form)
            case HalfADigit(column=column):
                return self._half_a_digit(form, column)
        raise NotCompiledError("no_operand", str(node))

    def _foreknown(self, node: Name, form: str) -> Compiled:
        """Compile what is known of the whole workbook or of the row before anything is filled in."""
        constants = self.book.constants
        if constant := constants.get((form, node.path)) or constants.get(("", node.path)):
            return self.constant(constant)
        if lookup := self.book.lookups.get((form, node.path)):
            return self.looked_up(lookup, form)
        raise NotCompiledError("no_operand", str(node))

    def _in_sheet(self, source: InSheet, form: str) -> Compiled:
        """Compile what stands in cells of a sheet."""
        match source:
            case InLine(line=line, column=column):
                return self.line(form, line, column)
            case InTotal(column=column):
                return self.total(form, column)
            case IsNotMarked(column=column):
                return self.applies(form, column)
            case InRowOfSameKey(column=column):
                return self._in_row_of_same_key(form, column)
        return self._of_rows(source, self.book.place(form))

    def cell_column(self) -> Column:
        """Give the column of a check on single cells."""
        place = self.book.sheets[self.home]
        return place.form.by_code[self.check.column or ""]

    def cell(self) -> str:
        """Give the cell of a check on single cells."""
        return f"${self.book.sheets[self.home].letters[self.check.column or '']}{ROW}"

    def _of_cell(self, name: str) -> Compiled:
        column, cell = self.cell_column(), self.cell()
        if name in ("is_required", "is_amount"):
            is_so = column.required if name == "is_required" else column.is_amount
            return Logic("TRUE", "FALSE") if is_so else Logic("FALSE", "TRUE")
        if name == "is_owed":  # lines that the unit does not owe are not in its workbook
            return Logic("TRUE", "FALSE")
        if name == "is_told":  # in a workbook that is open nothing was read yet
            return Logic("FALSE", "TRUE")
        if name == "value":
            return Value(Kind.NUMBER, cell, Known((cell,)))
        raise NotCompiledError("no_operand", name)

    def applies(self, form: str, code: str) -> Logic:
        """Compile whether a cell of the row is not marked as outside its scope."""
        place = self.book.sheets[form]
        is_left_out = is_not_applicable(self._reference(place, f"${place.letters[code]}{ROW}"))
        return Logic(f"NOT({is_left_out})", is_left_out)

    def _reference(self, place: SheetPlace, cell: str) -> str:
        return cell if place.form.code == self.home else f"'{place.name}'!{cell}"

    def cell_value(self, place: SheetPlace, code: str, row: str) -> Value:
        """Compile one cell of a form."""
        column = place.form.by_code[code]
        cell = self._reference(place, f"${place.letters[code]}{'' if row == ROW else '$'}{row}")
        return self._typed(column, cell, is_cell=True)

    def _typed(self, column: Column, cell: str, *, is_cell: bool) -> Value:
        if column.is_number or column.type == "date":
            kind = Kind.NUMBER if column.is_number else Kind.DATE
            whole = (cell,) if column.type == "int" else ()
            if is_cell:
                return Value(kind, cell, Known((cell,), whole))
            conditions = (f"ISNUMBER({cell})",)
            if whole:
                conditions = (f"IF(ISNUMBER({cell}),INT({cell})={cell},FALSE)",)
            return Value(kind, cell, Known(conditions=conditions))
        return Value(Kind.TEXT, cell, Known(conditions=(has_content(cell),)))

    def range_of(self, place: SheetPlace, code: str) -> str:
        """Give the range of a column's data."""
        letters = place.letters[code]
        return self._reference(place, f"${letters}${place.first}:${letters}${place.last}")

    def constant(self, constant: Constant) -> Compiled:
        """Compile what is known of the whole workbook."""
        value = constant.value
        if constant.kind is Kind.TRUTH:
            return Logic(str(value is True).upper(), str(value is False).upper())
        if value is None:
            return Value(
                constant.kind, '""' if constant.kind is Kind.TEXT else "0", Known(conditions=("FALSE",))
            )
        if constant.kind is Kind.TEXT:
            return Value(Kind.TEXT, literal(str(value)))
        if isinstance(value, int | float):
            text = format_number(abs(float(value)))
            return Value(constant.kind, f"(-{text})" if value < 0 else text)
        raise NotCompiledError("no_operand", str(value))

    def looked_up(self, lookup: Lookup, form: str) -> Compiled:
        """Compile what is known of the row."""
        place = self.book.sheets[form]
        key = self._reference(place, f"${place.letters[place.form.key[0]]}{ROW}")
        found = f"INDEX({lookup.values},MATCH({key},{lookup.codes},0))"
        if lookup.kind is Kind.TRUTH:
            # An organisation that is not listed at all neither lived nor was active.
            is_there = f"LEN(TRIM({key}))>0"
            is_true = f"IFERROR({found},FALSE)"
            return Logic(is_true, all_of([is_there, f"NOT({is_true})"]))
        if lookup.kind is Kind.TEXT:
            return self.kept(Value(Kind.TEXT, found, Known(conditions=(f"ISTEXT({found})",))))
        return self.kept(Value(Kind.NUMBER, found, Known(conditions=(f"ISNUMBER({found})",))))

    def _of_rows(self, source: InSheet, place: SheetPlace) -> Value:
        """Compile a sum or a count over a sheet, or what is said of a row's key."""
        match source:
            case KeyOfRow():
                return Value(Kind.TEXT, self._key(place)[0])
            case RepeatedRow():
                return self._duplicate(place)
            case SheetSum(column=column):
                return self._sum(place, column)
            case SheetCount(column=column, code=code):
                return Value(Kind.NUMBER, f"COUNTIF({self.range_of(place, column)},{literal(code)})")
            case SheetFilled(column=column):
                return Value(Kind.NUMBER, f"COUNTA({self.range_of(place, column)})")
        raise TypeError(f"{source} is not compiled")

    def _sum(self, place: SheetPlace, column: str) -> Value:
        values = self.range_of(place, column)
        usable = [f"COUNT({values})>0", f'COUNTA({values})=COUNT({values})+COUNTIF({values},"x")']
        if place.form.by_code[column].type == "int":
            usable.append(f"IF(ISERROR(SUM({values})),FALSE,INT(SUM({values}))=SUM({values}))")
        return Value(Kind.NUMBER, f"SUM({values})", Known(conditions=tuple(usable)))

    def _is_used(self, place: SheetPlace) -> str:
        """Give the formula that the row has a key: the gate reads no row without one."""
        return has_content(self._reference(place, f"${place.letters[place.form.key[0]]}{ROW}"))

    def is_judged(self) -> str:
        """Give the formula that the row is one: rows left for further keys may stay blank."""
        place = self.book.sheets[self.check.form or ""]
        return self._is_used(place) if place.spare and self.check.frame in ("row", "cell") else "TRUE"

    def _key(self, place: SheetPlace) -> tuple[str, str]:
        """Give the key of the row, and the range of all keys; several columns are joined in a hidden one."""
        cells = [f"${place.letters[code]}{ROW}" for code in place.form.key]
        letters = place.letters[place.form.key[0]]
        if len(cells) > 1:
            if place.form.code != self.home:
                raise NotCompiledError("several_keys", place.form.code)
            letters = self.helpers.column(_JOINT.join(cells))
        return (
            self._reference(place, f"${letters}{ROW}"),
            self._reference(place, f"${letters}${place.first}:${letters}${place.last}"),
        )

    def _duplicate(self, place: SheetPlace) -> Value:
        if place.first == place.last:
            return Value(Kind.NUMBER, "0", Known(conditions=("FALSE",)))  # the only row repeats none
        key, keys = self._key(place)
        found = f"IFERROR(MATCH({key},{keys},0)+{place.first - 1},{ROW})"
        return Value(Kind.NUMBER, found, Known(conditions=(f"IF({self._is_used(place)},{found}<{ROW},FALSE)",)))

    def position_of_line(self, place: SheetPlace, line: str) -> str:
        """Give the formula of where a fixed line stands among the rows, with the row's own further keys."""
        of_line = next(c for c, members in place.form.line_members.items() if line in members)
        if len(place.form.key) == 1:
            return f"MATCH({literal(line)},{self.range_of(place, of_line)},0)"
        if place.form.code != self.check.form or self.check.frame != "row":
            raise NotCompiledError("several_lines", line)
        _, keys = self._key(place)
        parts = [literal(line) if c == of_line else f"${place.letters[c]}{ROW}" for c in place.form.key]
        found = self.helpers.column(f'IFERROR(MATCH({_JOINT.join(parts)},{keys},0),"")')
        return f"${found}{ROW}"

    def line(self, form: str, line: str, code: str) -> Value:
        """Compile the value of a column in a fixed line."""
        place = self.book.place(form)
        found = f"INDEX({self.range_of(place, code)},{self.position_of_line(place, line)})"
        return self._typed(place.form.by_code[code], found, is_cell=False)

    def total(self, form: str, code: str) -> Value:
        """Compile a cell of the total row."""
        place = self.book.place(form)
        if place.total is None:
            raise NotCompiledError("no_total", form)
        return self.cell_value(place, code, str(place.total))

    def _in_row_of_same_key(self, form: str, column: str) -> Value:
        """Compile another form's value in the row with the same key."""
        place = self.book.place(form)
        if len(place.form.key) != 1 or self.check.form is None:
            raise NotCompiledError("several_keys", form)
        own = self.book.sheets[self.check.form]
        key = self._reference(own, f"${own.letters[own.form.key[0]]}{ROW}")
        row = f"MATCH({key},{self.range_of(place, place.form.key[0])},0)"
        found = f"INDEX({self.range_of(place, column)},{row})"
        return self.kept(self._typed(place.form.by_code[column], found, is_cell=False))

    def _sum_and_rest(self, node: Name, summed: SheetSum) -> Value:
        """Compile what the workbook says, and what earlier filings add to it."""
        form = self.check.form or ""
        rest = self.book.constants.get((form, (*node.path, "rest")))
        if rest is None:
            raise NotCompiledError("no_operand", str(node))
        current = self._sum(self.book.place(summed.form or form), summed.column)
        past = as_value(self.constant(rest))
        return Value(Kind.NUMBER, f"({current.formula}+{past.formula})", current.known.with_(past.known))

    def kept(self, value: Value) -> Value:
        """Put a long value into a hidden column, so that formulas that name it several times stay short."""
        is_cell = value.formula.startswith("$") and value.formula.replace("$", "").replace(ROW, "").isalpha()
        if self.check.frame != "row" or is_cell or value.known.never:
            return value
        cell = f"${self.helpers.column(value.known.guard(value.formula, literal('')))}{ROW}"
        if value.kind is Kind.TEXT:
            return Value(Kind.TEXT, cell, Known(conditions=(f"LEN({cell})>0",)))
        return Value(value.kind, cell, Known((cell,)))

    def _results(self, form: str) -> Results:
        if form not in self.book.results:
            raise NotCompiledError("not_derived")
        return self.book.results[form]

    def _half_a_digit(self, form: str, column: str) -> Value:
        """Compile half of the last written digit of a result that is told rounded; zero for exact ones."""
        is_rounded = self._results(form).is_rounded
        printed = self.cell_value(self.book.sheets[form], column, ROW).formula
        asked = as_logic(self.looked_up(is_rounded, form)).holds
        half = f"IF({asked},{half_a_digit(printed)},0)"
        return self.kept(Value(Kind.NUMBER, f"IF(ISNUMBER({printed}),{half},0)"))
