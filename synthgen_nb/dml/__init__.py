"""The SQL of an edit, read: UPDATE, DELETE and INSERT of every dialect as values in DuckDB's words, with the generator
calls in them. Sees no data."""

from .calls import Call
from .reading import read_statements
from .statements import Delete, Insert, Statement, Update

__all__ = ["Call", "Delete", "Insert", "Statement", "Update", "read_statements"]
