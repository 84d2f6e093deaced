"""What the product talks of, as plain values: cells, texts, days, periods, submissions, findings, faults.

What belongs here: shapes, and pure functions from one value to another. What does not: files, what a form is
(`definitions/`), and words for people (`words/`). Nothing of the product is below this.
"""
