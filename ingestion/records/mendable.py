"""Errors that those who run the product can mend themselves, and what each of them is about.

What belongs here: what is asked of such an error, whatever raised it. What does not: the errors, which stand
with what raises them, and how a command or an alert tells of them.
"""

from typing import ClassVar


class MendableError(Exception):
    """What was asked, or the data and its place, is wrong in a way that its message names with a remedy.

    Attributes:
        is_refusal: whether the state of the data does not admit what was asked; otherwise it was asked wrongly.
        about: what has to be whole again before its alarm is over (`registry`, `catalogue`, `ledger`); blank
            where a run that succeeds says so.
    """

    is_refusal: ClassVar[bool] = False
    about: ClassVar[str] = ""
