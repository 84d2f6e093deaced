"""Work on files of strangers, in processes of their own that are bounded in time and memory.

What belongs here: the processes, what is asked of them and how they end. What does not: the work
(`reading/many.py`, `pipeline/work.py`) and what its failure means to whoever asked for it.

A process stays warm for the next piece of work, so that a start is paid once. It ends with the process that
asked for it, however that one ends. Bounds hold where the system has them (`resource`); elsewhere time alone is
bounded, by the clock.
"""

from ingestion.bounded.bounds import Bounds, WorkError, WorkerStartError
from ingestion.bounded.frames import Given
from ingestion.bounded.workers import Workers, workers

__all__ = ["Bounds", "Given", "WorkError", "WorkerStartError", "Workers", "workers"]
