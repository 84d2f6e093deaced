"""How a long step says how far it is."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called with how many are done, of how many, and which one is next or was last."""
