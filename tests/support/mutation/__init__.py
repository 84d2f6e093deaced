"""Mutants: mistakes that somebody could make, and whether the tests that should notice each do.

What belongs here: what a mutant is and how one is tried (`mutant.py`), the command (`__main__.py`), and the
mutants as data, a module an area. What does not: the tests, and the mutants of the rules' evaluators that a
test makes itself (`tests/support/mutants.py`).
"""
