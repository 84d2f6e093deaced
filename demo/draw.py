"""Drawing whole numbers that add up: streams of chance, and ways to split a total without losing any of it.

What belongs here: arithmetic on totals, weights and limits. What does not: anything that knows what is counted.
"""

import hashlib
import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Rng = np.random.Generator


def stream(seed: int, *names: str | int) -> Rng:
    """Give a source of chance of its own for a topic, so that one topic's draws never shift another's."""
    text = "/".join(str(part) for part in (seed, *names))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def apportion(total: int, weights: Sequence[float], limits: Sequence[int] | None = None) -> list[int]:
    """Split a total in proportion to weights by largest remainders, no share above its limit.

    Raises:
        ValueError: the limits leave no room for the total.
    """
    shares = [0] * len(weights)
    rest = total
    open_ones = [i for i, weight in enumerate(weights) if weight > 0]
    while rest:
        if not open_ones:
            raise ValueError(f"{total} does not fit under the limits, or nothing has a weight")
        weight = sum(weights[i] for i in open_ones)
        exact = {i: weights[i] * rest / weight for i in open_ones}
        full = [i for i in open_ones if limits is not None and exact[i] >= limits[i]]
        if limits is not None and full:
            # What reaches its limit leaves the rest to the others.
            for i in full:
                shares[i] = min(limits[i], rest)
                rest -= shares[i]
            open_ones = [i for i in open_ones if i not in full]
            continue
        for i in open_ones:
            shares[i] = math.floor(exact[i])
        left = rest - sum(shares[i] for i in open_ones)
        for i in sorted(open_ones, key=lambda i: (shares[i] - exact[i], i))[:left]:
            shares[i] += 1
        rest = 0
    return shares


def spread(rng: Rng, total: int, weights: Sequence[float], limits: Sequence[int] | None = None) -> list[int]:
    """Split a total at random with chances in proportion to weights, no share above its limit.

    Raises:
        ValueError: the limits leave no room for the total.
    """
    shares = [0] * len(weights)
    rest = total
    while rest:
        chances = [w if limits is None or shares[i] < limits[i] else 0.0 for i, w in enumerate(weights)]
        if not sum(chances) > 0:
            raise ValueError(f"{total} does not fit under the limits")
        drawn = rng.multinomial(rest, np.asarray(chances) / sum(chances))
        for i, amount in enumerate(drawn):
            room = int(amount) if limits is None else min(int(amount), limits[i] - shares[i])
            shares[i] += room
        rest = total - sum(shares)
    return shares


def deal(rng: Rng, rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """Give a random table of counts with the given row and column sums.

    Raises:
        ValueError: rows and columns have different sums.
    """
    if sum(rows) != sum(columns):
        raise ValueError(f"rows sum to {sum(rows)} and columns to {sum(columns)}")
    cards = np.repeat(np.arange(len(rows)), rows)
    rng.shuffle(cards)
    table = np.zeros((len(rows), len(columns)), dtype=int)
    start = 0
    for j, size in enumerate(columns):
        table[:, j] = np.bincount(cards[start : start + size], minlength=len(rows))
        start += size
    return [[int(value) for value in row] for row in table]


def paced(rng: Rng, total: int, plan: int, parts: int = 4) -> list[int]:
    """Split a total over quarters so that a plan that is at most the total is never behind schedule."""
    cumulative = [0]
    for k in range(1, parts):
        least = math.ceil(plan * k / parts)
        usual = round(total * k / parts)
        slack = max(1, round(total * 0.04))
        wanted = usual + int(rng.integers(-slack, slack + 1))
        cumulative.append(min(total, max(cumulative[-1], least, wanted)))
    cumulative.append(total)
    return [b - a for a, b in pairwise(cumulative)]


def part_of(rng: Rng, whole: int, chance: float) -> int:
    """Draw how many of a whole have a property."""
    return int(rng.binomial(whole, min(1.0, max(0.0, chance)))) if whole > 0 else 0
