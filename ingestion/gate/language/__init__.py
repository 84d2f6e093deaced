"""The rules' language: from a rule's text to a tree, and from a tree to a column of truths.

What belongs here: grammar, trees, columns with nulls, functions and evaluation. What does not: where columns
come from (`frames/`, `context/`) and which rules there are.
"""
