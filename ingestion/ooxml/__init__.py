"""Office Open XML workbooks as packages of parts: read safely, and changed without losing anything.

What belongs here: the package, its XML, sheets, styles and comments under change. What does not: what cells
mean to this product (`reading/`), and what is marked in a workbook and why (`returns/`).
"""
