"""What stands in a cell, as the reader of filed workbooks takes it, as formulas.

What belongs here: blanks, marks, and texts that are numbers with certainty. What does not: rules.

A number that was stored as text is converted by the reader where its meaning is certain, so it is no fault.
A spreadsheet's own sums leave it out all the same; a rule that needs it is not evaluated before it was typed
as a number. A date in a cell of counts cannot be told from its serial number by a formula.
"""

from ingestion.records.stored import BLANK_WORDS, NOT_APPLICABLE_WORD, ZERO_WORDS

_BLANK_WORDS = ("…", *BLANK_WORDS)
"""Dots as one sign are not among those that a formula takes out of a text."""


def _bare(cell: str) -> str:
    """Give the formula of a text without the dots and blanks that group digits, or that stand for nothing."""
    return f'SUBSTITUTE(SUBSTITUTE({cell},".","")," ","")'


def is_blank(cell: str) -> str:
    """Give the formula that nothing stands in a cell, or only the dots that printed forms have there."""
    words = "".join(f',TRIM({cell})="{word}"' for word in _BLANK_WORDS)
    return f'IF(ISTEXT({cell}),OR({_bare(cell)}=""{words}),ISBLANK({cell}))'


def is_not_applicable(cell: str) -> str:
    """Give the formula that a cell is marked as not applicable."""
    return f'IF(ISTEXT({cell}),LOWER(TRIM({cell}))="{NOT_APPLICABLE_WORD}",FALSE)'


def is_invalid(cell: str) -> str:
    """Give the formula that a cell of counts holds something that is surely no count."""
    text = f"TRIM({cell})"
    words = "|".join(("", *ZERO_WORDS, *_BLANK_WORDS, NOT_APPLICABLE_WORD, ""))
    is_word = f'ISNUMBER(FIND("|"&LOWER({text})&"|","{words}"))'
    # Written back as digits, alone or in groups of three, it must be the same text: 1E5, 5%, 12.5 and dates
    # are numbers to a spreadsheet as well.
    grouped = f'IF(LEN({text})>7,"#\\.000\\.000","#\\.000")'
    pattern = f'IF({_bare(cell)}={text},REPT("0",LEN({text})),{grouped})'
    is_count = f'IFERROR(SUBSTITUTE({text}," ",".")=TEXT(VALUE({_bare(cell)}),{pattern}),FALSE)'
    return f'IF(ISTEXT({cell}),NOT(OR({_bare(cell)}="",{is_word},{is_count})),ISLOGICAL({cell}))'


def is_text_for_number(cell: str) -> str:
    """Give the formula that a cell of numbers holds a text that is neither blank nor a mark."""
    return f"IF(ISTEXT({cell}),NOT(OR({is_blank(cell)},{is_not_applicable(cell)})),FALSE)"
