"""What the second computation holds its figures in: arrays of numbers and flags, and the parts of a year.

What belongs here: their types and the order of the parts. What does not: anything that is read or worked out.
"""

import numpy as np
import numpy.typing as npt

from ingestion.records.periods import CUMULATIVE

PARTS: dict[str, int] = {kind: part for part, kind in enumerate(CUMULATIVE, start=1)}
"""Cumulative periods of a year in order; a term has none."""

Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
