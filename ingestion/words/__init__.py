"""What a person reads: texts of the catalogue, numbers, dates, periods, places and problems in words.

What belongs here: looking texts up, filling them in, and writing values. What does not: the texts, which are
data (`messages/*.yml`), and which of them is said when.
"""
