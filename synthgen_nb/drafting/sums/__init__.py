"""Columns that follow from other columns of the row, or from the rows that point to it."""
