"""The extensions of PostgreSQL that a schema speaks of without asking for them: a dump names them, its tables only use
them. Knows names; what may be created is for safety.py to say.
"""

from __future__ import annotations

import re

from ..ddl import render
from ..schema import Exclude, Schema

_BRINGS = {
    "postgis": re.compile(r"\b(?:geometry|geography)\b", re.I),
    "uuid-ossp": re.compile(r"\buuid_generate_v\d", re.I),
    "pgcrypto": re.compile(r"\b(?:gen_random_bytes|crypt|digest)\s*\(", re.I),
}


def extensions(schema: Schema) -> tuple[str, ...]:
    """CREATE EXTENSION statements, without their end, for what rendering does not ask for by itself."""
    if schema.dialect != "postgres":
        return ()
    text = render(schema)
    wanted = [name for name, pattern in _BRINGS.items() if pattern.search(text)]
    excludes = [c for table in schema.tables.values() for c in table.constraints if isinstance(c, Exclude)]
    if any(c.using.lower() == "gist" and operator == "=" for c in excludes for _, operator in c.elements):
        wanted.append("btree_gist")  # equality of plain values
    return tuple(f'CREATE EXTENSION IF NOT EXISTS "{name}"' for name in wanted)
