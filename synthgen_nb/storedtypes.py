"""How the rows of a plan's table lie in a part: the declared types, those that are written with the least work, and
which columns of texts are worth a dictionary. Knows specs; draws nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from msgspec import Struct

from .parquet import enum_field
from .physical import arrow_type, packed
from .plan import Plan
from .schema import Kind
from .specs import Choice, Standing

_FEW = 127  # texts of a Choice that are written as codes, however many rows there are
_LARGE = 4096  # rows of a table of which other texts are, too:
_MANY, _OFTEN = 1 << 15, 8  # so many at most, if each comes some times
_CODES = pa.dictionary(pa.int32(), pa.string())


class Stored(Struct, frozen=True):
    """`declared` are the types of a part's columns, `packed` those that `write_part` is given: decimals of 64 bits, and
    codes for columns of a few texts. `few` names the columns of texts that are worth a dictionary."""

    declared: pa.Schema
    packed: pa.Schema
    few: tuple[str, ...]


def stored(plan: Plan, table: str) -> Stored:
    declared = arrow_schema(plan, table)
    coded = set(_coded(plan, table, declared))
    fields = [f.with_type(_CODES if f.name in coded else packed(f.type)) for f in declared]
    return Stored(declared, pa.schema(fields), tuple(_few_texts(plan, table, declared)))


def arrow_schema(plan: Plan, table: str) -> pa.Schema:
    """The Arrow schema of a table's parts; NOT NULL columns are not nullable there either."""
    dialect = plan.schema.dialect
    return pa.schema(
        [
            enum_field(c.name, c.type.values, nullable=c.nullable)
            if c.type.kind == Kind.ENUM
            else pa.field(c.name, arrow_type(c.type, dialect), nullable=c.nullable)
            for c in plan.schema.tables[table].columns
        ]
    )


def _few_texts(plan: Plan, table: str, declared: pa.Schema) -> Iterator[str]:
    for name, column in plan.tables[table].columns.items():
        kind = declared.field(name).type
        if pa.types.is_dictionary(kind) or (isinstance(column.spec, Choice | Standing) and pa.types.is_string(kind)):
            yield name


def _coded(plan: Plan, table: str, declared: pa.Schema) -> Iterator[str]:
    """Columns of text that are codes of the same texts in every window, or in every large one."""
    made = plan.tables[table]
    redrawn = {name for redraw in made.redraws for name in redraw.columns}
    for name, column in made.columns.items():
        if name in redrawn or plan.schema.tables[table].rows or not pa.types.is_string(declared.field(name).type):
            continue
        most = _FEW if isinstance(column.spec, Choice | Standing) else 0
        if made.rows >= _LARGE and not (column.at and not most):
            most = max(most, min(_MANY, made.rows // _OFTEN))
        if most and 0 < column.spec.coded <= most:
            yield name
