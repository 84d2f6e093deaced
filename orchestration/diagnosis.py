"""What was found where something was looked at.

What belongs here: its form, and that a look which fails is something found. What does not: what is looked at
(`health.py`, `health_registry.py`, `commands/doctor.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from orchestration import environment
from orchestration.errors import write_traceback
from orchestration.explaining import explained
from orchestration.texts import Invocation

State = Literal["ok", "missing", "broken"]


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        name: its key, for programs.
        what: its name, for people.
        detail: what was found, or what its absence costs.
        is_essential: whether the product cannot run without it.
    """

    name: str
    what: str
    state: State
    detail: str
    is_essential: bool = False


def guarded(call: Invocation, name: str, look: Callable[[Invocation], Diagnosis | None]) -> Diagnosis | None:
    """Look at one part; where even looking fails, that is what was found."""
    try:
        return look(call)
    except Exception as error:
        said = explained(error, call.text)
        if said is None:
            path = write_traceback(error, call.home.build / "errors", environment.now())
            said = call.text("cli.doctor.failed", path=path or "–")
        return Diagnosis(name, call.text(f"cli.doctor.{name}"), "broken", said, True)
