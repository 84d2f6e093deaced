"""The rules on whose numbers, severities and scopes the product was agreed; later ones say their own."""

RULES = tuple(f"V{number:03d}" for number in range(1, 62))
