"""Dagster definitions (thin) and the command line; no logic of its own."""
