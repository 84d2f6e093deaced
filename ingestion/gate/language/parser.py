"""From a rule's text to a tree.

What belongs here: words and grammar. What does not: whether a name or a function exists (`rules.py`), and what
a tree means (`evaluate.py`).

    expression  = either [ "=>" expression ]
    either      = both { "or" both }
    both        = negation { "and" negation }
    negation    = "not" negation | comparison
    comparison  = sum [ ( "==" | "!=" | "<=" | ">=" | "<" | ">" ) sum ]
    sum         = product { ( "+" | "-" ) product }
    product     = signed { ( "*" | "/" ) signed }
    signed      = "-" signed | atom
    atom        = number | text | "true" | "false" | name | name "(" [ expression { "," expression } ] ")"
                | "(" expression ")"
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

from ingestion.gate.language.syntax import (
    COMPARISONS,
    ArithmeticOperator,
    Binary,
    Call,
    ComparisonOperator,
    Name,
    Node,
    Number,
    Text,
    Truth,
    Unary,
)


class ExpressionError(ValueError):
    """A text is no expression; says where and what was expected.

    Attributes:
        position: place in the text, counted from 0.
    """

    def __init__(self, text: str, position: int, problem: str) -> None:
        self.position = position
        super().__init__(f"{problem}, at character {position + 1} of “{text}”")


_TokenKind = Literal["number", "text", "name", "mark", "end"]
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?)
      | (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<mark>=>|==|!=|<=|>=|[-+*/<>(),])
    )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)")
_WORDS = frozenset({"and", "or", "not", "true", "false"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _TokenKind
    text: str
    position: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else f"“{self.text}”"


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            place = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(
                text, place, f"expected a number, a name or an operator, found “{text[place]}”"
            )
        kind = cast(_TokenKind, match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind)))
        position = match.end()
    found.append(_Token("end", "", len(text)))
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.next = 0

    def parse(self) -> Node:
        node = self.expression()
        if self.token.kind != "end":
            raise self.error("expected an operator or the end")
        return node

    @property
    def token(self) -> _Token:
        return self.tokens[self.next]

    def error(self, expected: str) -> ExpressionError:
        return ExpressionError(self.text, self.token.position, f"{expected}, found {self.token}")

    def stands(self, *texts: str) -> bool:
        return self.token.kind in ("mark", "name") and self.token.text in texts

    def take(self) -> _Token:
        token = self.token
        self.next += 1
        return token

    def expression(self) -> Node:
        left = self.either()
        if not self.stands("=>"):
            return left
        position = self.take().position
        return Binary("=>", left, self.expression(), position)

    def either(self) -> Node:
        node = self.both()
        while self.stands("or"):
            position = self.take().position
            node = Binary("or", node, self.both(), position)
        return node

    def both(self) -> Node:
        node = self.negation()
        while self.stands("and"):
            position = self.take().position
            node = Binary("and", node, self.negation(), position)
        return node

    def negation(self) -> Node:
        if self.stands("not"):
            position = self.take().position
            return Unary("not", self.negation(), position)
        return self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        if not self.stands(*COMPARISONS):
            return left
        token = self.take()
        node = Binary(cast(ComparisonOperator, token.text), left, self.sum(), token.position)
        if self.stands(*COMPARISONS):
            raise self.error("comparisons do not chain; expected “and”, “or”, “=>” or the end")
        return node

    def sum(self) -> Node:
        node = self.product()
        while self.stands("+", "-"):
            token = self.take()
            node = Binary(cast(ArithmeticOperator, token.text), node, self.product(), token.position)
        return node

    def product(self) -> Node:
        node = self.signed()
        while self.stands("*", "/"):
            token = self.take()
            node = Binary(cast(ArithmeticOperator, token.text), node, self.signed(), token.position)
        return node

    def signed(self) -> Node:
        if self.stands("-"):
            position = self.take().position
            return Unary("-", self.signed(), position)
        return self.atom()

    def atom(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.take()
            return Number(float(token.text), token.position)
        if token.kind == "text":
            self.take()
            return Text(_ESCAPE.sub(r"\1", token.text[1:-1]), token.position)
        if self.stands("true", "false"):
            self.take()
            return Truth(token.text == "true", token.position)
        if self.stands("("):
            self.take()
            node = self.expression()
            self.close()
            return node
        if token.kind == "name" and token.text not in _WORDS:
            self.take()
            return self.call(token) if self.stands("(") else Name(tuple(token.text.split(".")), token.position)
        raise self.error("expected a number, a text, a name or “(”")

    def call(self, name: _Token) -> Node:
        if "." in name.text:
            raise ExpressionError(self.text, name.position, f"“{name.text}” is a column, not a function")
        self.take()
        arguments: list[Node] = []
        if not self.stands(")"):
            arguments.append(self.expression())
            while self.stands(","):
                self.take()
                arguments.append(self.expression())
        self.close()
        return Call(name.text, tuple(arguments), name.position)

    def close(self) -> None:
        if not self.stands(")"):
            raise self.error("expected “)”")
        self.take()


def parse(text: str) -> Node:
    """Read an expression.

    Raises:
        ExpressionError: the text does not follow the grammar.
    """
    return _Parser(text).parse()
