"""What the names of a rule stand for in a workbook: cells, ranges, known values and other forms.

What belongs here: one name at a time. What does not: operators and functions (`compiler.py`, `calls.py`), and
figures that are made of several forms (`derived.py`).
"""

from dataclasses import dataclass

from ingestion.definitions.forms import Column
from ingestion.gate.compiling import Check
from ingestion.gate.language.syntax import format_number
from ingestion.gate.language.vectors import Kind
from ingestion.workbook.formulas.book import Book, Constant, Helpers, Lookup, SheetPlace
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

    def of_sheet(self, form: str, path: tuple[str, ...]) -> Compiled:
        """Compile a sum or a count over a sheet, or what is said of a row's key."""
        place = self.book.place(form)
        if path[0] in ("key", "duplicate_of"):
            return Value(Kind.TEXT, self._key(place)[0]) if path[0] == "key" else self._duplicate(place)
        values = self.range_of(place, path[1])
        if path[0] == "sum":
            usable = [f"COUNT({values})>0", f'COUNTA({values})=COUNT({values})+COUNTIF({values},"x")']
            if place.form.by_code[path[1]].type == "int":
                usable.append(f"IF(ISERROR(SUM({values})),FALSE,INT(SUM({values}))=SUM({values}))")
            return Value(Kind.NUMBER, f"SUM({values})", Known(conditions=tuple(usable)))
        if path[0] == "count":
            return Value(Kind.NUMBER, f"COUNTIF({values},{literal(path[2])})")
        return Value(Kind.NUMBER, f"COUNTA({values})")

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

    def other_form(self, form: str, path: tuple[str, ...]) -> Compiled:
        """Compile another form's value in the row with the same key."""
        place = self.book.place(form)
        if path[0] == "sheet":
            return self.of_sheet(form, path[1:])
        if path[0] == "line":
            return self.line(form, path[1], path[2])
        if len(place.form.key) != 1 or self.check.form is None:
            raise NotCompiledError("several_keys", form)
        own = self.book.sheets[self.check.form]
        key = self._reference(own, f"${own.letters[own.form.key[0]]}{ROW}")
        row = f"MATCH({key},{self.range_of(place, place.form.key[0])},0)"
        found = f"INDEX({self.range_of(place, path[0])},{row})"
        return self.kept(self._typed(place.form.by_code[path[0]], found, is_cell=False))

    def rolling(self, path: tuple[str, ...]) -> Value:
        """Compile a flow of twelve months: what the workbook says, and what earlier years add to it."""
        rest = self.book.constants.get((self.check.form or "", (*path, "rest")))
        if rest is None:
            raise NotCompiledError("no_operand", ".".join(path))
        current, earlier = as_value(self.of_sheet(path[1], ("sum", path[2]))), self.constant(rest)
        past = as_value(earlier)
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

    def tolerance(self) -> Value:
        """Compile half of the last digit in which a rate is printed; nothing for other figures."""
        form = self.check.form or ""
        is_rate = self.book.lookups.get((form, ("derived", "is_rate")))
        if is_rate is None:
            raise NotCompiledError("not_derived")
        place = self.book.sheets[form]
        printed = self.cell_value(place, "actual_period", ROW).formula
        asked = as_logic(self.looked_up(is_rate, form)).holds
        half = f"IF({asked},{half_a_digit(printed)},0)"
        return self.kept(Value(Kind.NUMBER, f"IF(ISNUMBER({printed}),{half},0)"))
