"""DDL to Schema and back: one quirk a file, `DIALECT_QUIRK.sql` with the schema beside it.

`python tests/test_ddl_golden.py` writes the schemas anew; read the difference before you keep it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from synthgen_nb.ddl import parse_ddl, render
from synthgen_nb.schema import Schema

FOLDER = Path(__file__).parent / "ddl"
FILES = sorted(FOLDER.glob("*.sql"))


def read(path: Path) -> Schema:
    return parse_ddl(path.read_text(encoding="utf-8"), path.stem.split("_")[0])


def as_json(schema: Schema) -> str:
    return msgspec.json.format(msgspec.json.encode(schema), indent=1).decode() + "\n"


def without_places(schema: Schema) -> Schema:
    tables = {
        key: replace(
            table,
            place=None,
            columns=tuple(replace(c, place=None) for c in table.columns),
            constraints=tuple(replace(c, place=None) for c in table.constraints),
        )
        for key, table in schema.tables.items()
    }
    domains = {key: replace(domain, place=None) for key, domain in schema.domains.items()}
    return replace(schema, tables=tables, domains=domains, notes=())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_each_quirk_reads_as_its_golden_schema_says(path: Path) -> None:
    assert as_json(read(path)) == path.with_suffix(".json").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_what_is_rendered_reads_back_as_the_same_schema(path: Path) -> None:
    schema = read(path)
    again = parse_ddl(render(schema), schema.dialect)
    assert without_places(again) == without_places(schema)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_schema_survives_json(path: Path) -> None:
    schema = read(path)
    assert msgspec.json.decode(msgspec.json.encode(schema), type=Schema) == schema


if __name__ == "__main__":
    for file in FILES:
        file.with_suffix(".json").write_text(as_json(read(file)), encoding="utf-8")
