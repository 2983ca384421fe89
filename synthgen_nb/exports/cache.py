"""Exports kept in the store."""

FOLDER = ".exports"
