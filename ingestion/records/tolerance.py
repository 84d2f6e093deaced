"""How near two numbers must be to be equal.

What belongs here: the one measure of it. What does not: what is compared, and how.
"""

TOLERANCE = 1e-9
"""Rounding noise of binary fractions: 20 % of 85 is 17. Counts are whole, so for them equal means equal."""
