"""What every change of a state folder is made with.

What belongs here: the folder, and what its reports are held against. What does not: the ledger in hand and what
was found on the way (`desk.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.storage.home import Home


@dataclass(frozen=True)
class Office:
    """A state folder with its registry and its forms.

    Attributes:
        home: the state folder.
        registry: the organisations, the calendar and what else reports are held against.
        catalogue: forms and indicators.
        clock: tells the time, as an instant with an offset. A change asks it once, when it holds the ledger.
        template_key: gives the key with which templates were signed; None: signatures are not examined. Asked
            by judging alone, so that a key that cannot be read stops nothing else.
    """

    home: Home
    registry: Registry
    catalogue: Catalogue
    clock: Callable[[], datetime]
    template_key: Callable[[], bytes | None] = lambda: None
