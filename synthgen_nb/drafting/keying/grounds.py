"""What one table's columns may hold, from its types, CHECKs and UNIQUEs alone. Knows no other table and no meaning."""

from __future__ import annotations

import re

from msgspec.structs import replace

from ...ddl.expressions import columns_of, parse_expression, row_checks
from ...errors import DDLError
from ...schema import Column, Schema, Table
from ..conditions.checks import read_checks
from ..conditions.expressed import expressed
from ..conditions.reading import Reading, scalar_of
from ..conditions.trees import literal_in
from ..domains import Scalar, domain_of
from ..inside import with_inside
from .periods import read_periods

_CHARSET = re.compile(r"(?:CHARSET|CHARACTER SET)\s*=?\s*(\w+)", re.IGNORECASE)  # a column's own comes first


def read_table(schema: Schema, table: Table) -> Reading:
    """What the types of the columns, and the CHECKs and UNIQUEs that are read from their trees, leave of values."""
    domains = {c.name: with_inside(schema, c.type, domain_of(c, schema.dialect)) for c in table.columns}
    for column in table.columns:
        charset = _CHARSET.search(f"{column.type.sql} {table.options}")
        if charset and not charset[1].lower().startswith(("utf", "ucs", "gb18030", "binary")):
            domains[column.name] = replace(domains[column.name], ascii=True)
    for unique in table.uniques:
        for name, length in unique.prefixes.items():  # values that differ within the key's length
            longest = min(length, domains[name].longest or length)
            domains[name] = replace(domains[name], longest=longest)
        for name, demands in expressed(unique, table, schema.dialect).demands.items():
            for demand in demands:
                domains[name] = demand(domains[name])
    for column in table.columns:
        constant = _constant(column, schema.dialect)
        if constant is not None:  # the same for every row, and so for the foreign keys it is in
            domains[column.name] = replace(domains[column.name], values=(constant,))
    reading = read_checks(table, row_checks(schema, table), domains, schema.dialect)
    read_periods(table, reading)
    return reading


def _constant(column: Column, dialect: str) -> Scalar | None:
    """The one value of a GENERATED column that reads no other; None if it is computed from what differs."""
    if column.generated is None:
        return None
    try:
        tree = parse_expression(column.generated, dialect)
    except DDLError:
        return None  # told where the column itself is drafted
    return None if columns_of(tree) else scalar_of(column, literal_in(tree))
