"""Timings of the product on the demo world; never part of a test."""
