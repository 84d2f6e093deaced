"""Names of the sheets that a workbook has beside those of its forms.

What belongs here: the names as the product writes and looks for them. What does not: what stands on the sheets
(`workbook/`), how they are read (`reading/`), and names that somebody else has given them.
"""

EXPLANATIONS_SHEET = "Giai_trinh"
"""Where the clerk answers what is asked."""

ORGANISATIONS_SHEET = "DM_TCCSD"
"""The unit's organisations, as the registry knows them."""

TARGETS_SHEET = "DM_CT"
"""The targets that were assigned to the unit."""

CONTEXT_SHEET = "DM_CS"
"""What the formulas of a template need to know; hidden."""

CARRIED_SHEET = "DM_DL"
"""Rows of the registry and earlier figures, for a check without either; hidden."""

RECEIPT_SHEET = "Ket_qua"
"""The first sheet of a returned workbook, which tells what was found."""
