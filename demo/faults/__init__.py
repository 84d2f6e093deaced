"""One fault at a time: how sound submissions come to break one rule, for trials of the gate.

What belongs here: the faults, a module a file of rules, and trying the gate on them. What does not: sound
figures, and the mess that the demo files with them (`mess.py`).
"""
