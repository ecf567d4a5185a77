"""Rows of special values, a file for each room of the calculus: see `special_values.py`."""
