"""An office whose clock stands still, for steps of the pipeline that are called without a run."""

from datetime import datetime

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.pipeline import Office
from ingestion.storage.home import Home


def office_of(home: Home, registry: Registry, catalogue: Catalogue, at: datetime) -> Office:
    """Give the office of a state folder at one moment."""
    return Office(home, registry, catalogue, lambda: at)
