"""From a rule's tree to a spreadsheet formula that says the same of a workbook while it is being filled in.

What belongs here: operators, comparisons and the marks of cells, with the language's three-valued logic. What
does not: names (`operands.py`) and functions (`calls.py`), where things stand in a workbook and how a formula
gets into a cell (`ingestion.workbook`).
"""

from ingestion.gate.compiling import Check
from ingestion.gate.frames.cells import FILED
from ingestion.gate.language.syntax import (
    COMPARISONS,
    Binary,
    Call,
    Name,
    Node,
    Number,
    Text,
    Truth,
    Unary,
    Visitor,
    format_number,
)
from ingestion.gate.language.vectors import Kind
from ingestion.records.submissions import Mark
from ingestion.workbook.formulas import cells
from ingestion.workbook.formulas.book import Book, Helpers
from ingestion.workbook.formulas.calls import CALLS
from ingestion.workbook.formulas.operands import Operands
from ingestion.workbook.formulas.values import (
    ALWAYS,
    EPSILON,
    LONGEST,
    Compiled,
    Logic,
    NotCompiledError,
    Value,
    all_of,
    any_of,
    as_logic,
    as_value,
    both,
    decimals_of,
    either,
    literal,
    negated,
    number_formula,
)


class ExcelCompiler(Visitor[Compiled]):
    """Compiles the expressions of one check.

    Args:
        book: the workbook.
        check: the check.
        home: the form on whose sheet the formula will stand.
        helpers: the hidden columns of that sheet.
    """

    def __init__(self, book: Book, check: Check, home: str, helpers: Helpers) -> None:
        self.book = book
        self.check = check
        self.operands = Operands(book, check, home, helpers)
        self._mark = ""

    # -- what is asked of it ---------------------------------------------------------------------------------

    def violation(self) -> str:
        """Give the formula that is TRUE where the check fails.

        Raises:
            NotCompiledError: it cannot be said as a formula.
        """
        formula = self._of_marks() if self.check.frame == "cell" else self._failure()
        formula = all_of([self.operands.is_judged(), formula])
        if len(formula) > LONGEST:
            raise NotCompiledError("too_long")
        return formula

    def _failure(self) -> str:
        logic = as_logic(self.visit(self.check.holds))
        condition = as_logic(self.visit(self.check.when)) if self.check.when else Logic("TRUE", "FALSE")
        return all_of([condition.holds, logic.fails])

    def _of_marks(self) -> str:
        """Compile a check on single cells once for each mark: most of them have no part in it."""
        cell, column = self.operands.cell(), self.operands.cell_column()
        marks = {
            FILED: f"ISNUMBER({cell})" if column.is_number else f"NOT({cells.is_blank(cell)})",
            Mark.BLANK: cells.is_blank(cell),
            Mark.NOT_APPLICABLE: cells.is_not_applicable(cell),
            Mark.ERROR: f"ISERROR({cell})",
            Mark.INVALID: cells.is_invalid(cell),
        }
        parts = []
        for mark, is_mark in marks.items():
            self._mark = str(mark)
            failure = self._failure()
            # A number that fails is compiled with the condition that it is one.
            parts.append(failure if mark == FILED and failure != "TRUE" else all_of([is_mark, failure]))
        return any_of(parts)

    def shown(self, node: Node, decimals: str = "2") -> str:
        """Give a formula for a value as a message shows it: of a cell what was filed, all else rounded.

        Args:
            node: the value.
            decimals: a formula of how many a number that follows from cells is rounded to.
        """
        compiled = self.visit(node)
        if isinstance(compiled, Logic):
            raise NotCompiledError("not_shown")
        if compiled.kind is Kind.NUMBER and isinstance(node, Name) and len(node.path) == 1:
            return compiled.known.guard(f"ROUND({compiled.formula},10)", '"…"')
        if compiled.kind is Kind.NUMBER:
            return compiled.known.guard(f"ROUND({compiled.formula},{decimals})", '"…"')
        return compiled.known.guard(compiled.formula, '"…"')

    def decimals(self, cell: Name) -> str:
        """Give the formula of how many decimals the number in a cell has."""
        return decimals_of(as_value(self.visit(cell)).formula)

    # -- nodes -----------------------------------------------------------------------------------------------

    def number(self, node: Number) -> Compiled:
        """Compile a number."""
        return Value(Kind.NUMBER, format_number(node.value))

    def text(self, node: Text) -> Compiled:
        """Compile a text."""
        return Value(Kind.TEXT, literal(node.value))

    def truth(self, node: Truth) -> Compiled:
        """Compile `true` or `false`."""
        return Logic("TRUE", "FALSE") if node.value else Logic("FALSE", "TRUE")

    def unary(self, node: Unary) -> Compiled:
        """Compile a minus or a `not`."""
        if node.operator == "not":
            return negated(as_logic(self.visit(node.operand)))
        operand = as_value(self.visit(node.operand))
        return Value(operand.kind, f"-{number_formula(operand.formula)}", operand.known)

    def binary(self, node: Binary) -> Compiled:
        """Compile an operation of two operands."""
        if node.operator in COMPARISONS:
            return self.comparison(node)
        left, right = self.visit(node.left), self.visit(node.right)
        if node.operator == "and":
            return both(as_logic(left), as_logic(right))
        if node.operator == "or":
            return either(as_logic(left), as_logic(right))
        if node.operator == "=>":
            return either(negated(as_logic(left)), as_logic(right))
        a, b = as_value(left), as_value(right)
        known = a.known.with_(b.known)
        if node.operator == "/":
            known = known.with_(ALWAYS, f"{number_formula(b.formula)}<>0")
        formula = f"{number_formula(a.formula)}{node.operator}{number_formula(b.formula)}"
        return Value(Kind.NUMBER, formula, known)

    def call(self, node: Call) -> Compiled:
        """Compile a call.

        Raises:
            NotCompiledError: the function has no counterpart among a spreadsheet's.
        """
        if node.function not in CALLS:
            raise NotCompiledError("no_function", node.function)
        return CALLS[node.function](self, *node.arguments)

    def name(self, node: Name) -> Compiled:
        """Compile a name.

        Raises:
            NotCompiledError: what it names is not to be had from the workbook.
        """
        return self.operands.own(node.path[0]) if len(node.path) == 1 else self.operands.joined(node)

    # -- comparisons -----------------------------------------------------------------------------------------

    def comparison(self, node: Binary) -> Logic:
        """Compile a comparison."""
        if self.check.frame == "cell" and (found := self._mark_comparison(node)) is not None:
            return found
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(left, Logic) and isinstance(right, Logic):
            same = either(both(left, right), both(negated(left), negated(right)))
            return same if node.operator == "==" else negated(same)
        a, b = as_value(left), as_value(right)
        known = a.known.with_(b.known)
        if a.kind is Kind.TEXT:
            # A spreadsheet's own comparison takes no notice of upper and lower case.
            same = Logic(
                known.guard(f"EXACT({a.formula},{b.formula})"),
                known.guard(f"NOT(EXACT({a.formula},{b.formula}))"),
            )
            return same if node.operator == "==" else negated(same)
        difference = f"{a.formula}-{number_formula(b.formula)}"
        bodies = {
            "==": (f"ABS({difference})<={EPSILON}", f"ABS({difference})>{EPSILON}"),
            "!=": (f"ABS({difference})>{EPSILON}", f"ABS({difference})<={EPSILON}"),
            "<=": (f"{difference}<={EPSILON}", f"{difference}>{EPSILON}"),
            ">=": (f"{difference}>=-{EPSILON}", f"{difference}<-{EPSILON}"),
            "<": (f"{difference}<-{EPSILON}", f"{difference}>=-{EPSILON}"),
            ">": (f"{difference}>{EPSILON}", f"{difference}<={EPSILON}"),
        }
        holds, fails = bodies[node.operator]
        return Logic(known.guard(holds), known.guard(fails))

    def _mark_comparison(self, node: Binary) -> Logic | None:
        """Compile what a check on single cells asks of a cell's mark or of its column's type."""
        if not (isinstance(node.left, Name) and isinstance(node.right, Text)):
            return None
        if node.left.path not in (("type",), ("mark",)):
            return None
        found = self.operands.cell_column().type if node.left.path == ("type",) else self._mark
        is_true = (found == node.right.value) == (node.operator == "==")
        return Logic("TRUE", "FALSE") if is_true else Logic("FALSE", "TRUE")
