"""One period's submissions as tables over which rules are evaluated.

What belongs here: who is judged, the frames, and what a provider of further columns is. What does not: the
single providers (`context/`), rules, and verdicts.
"""
