"""The registry's history: its versions, what changed between them, and which of them is in force.

What belongs here: keeping what the files of the registry held, comparing two versions, and choosing the one
with which reports are judged and figures are made. What does not: how the files are written and what is wrong
with them (`definitions/`), and what was filed (`landing/`).
"""
