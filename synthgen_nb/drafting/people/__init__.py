"""Columns that speak of one person, one card or one place."""
