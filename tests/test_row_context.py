"""Slugs, files and documents: what follows the name of its column, or what stands beside it in the row."""

from __future__ import annotations

import json
import mimetypes
import re
from typing import Any

import pytest

import synthgen_nb as sg

from .worlds import drawn


def rows_of(columns: str, table: str = "posts", rows: int = 2_000) -> list[dict[str, Any]]:
    schema = sg.parse_ddl(f"CREATE TABLE {table} (id integer PRIMARY KEY, {columns})", dialect="postgres")
    plan = sg.draft_plan(schema, rows=rows)
    assert sg.check(plan).broken == ()
    found: list[dict[str, Any]] = drawn(plan, [(0, rows)], table).to_pylist()
    return found


def slugged(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower().replace("'", "")).strip("-")


def test_a_slug_is_the_title_of_its_row() -> None:
    for row in rows_of("title varchar(100) NOT NULL, slug varchar(120) NOT NULL"):
        assert row["slug"] == slugged(row["title"])


def test_a_slug_that_must_be_unique_is_the_title_and_a_number() -> None:
    found = rows_of("title varchar(100) NOT NULL, slug varchar(60) NOT NULL UNIQUE")
    assert len({row["slug"] for row in found}) == len(found)
    for row in found:
        words, _, number = row["slug"].rpartition("-")
        assert slugged(row["title"]).startswith(words)
        assert number == str(row["id"])
        assert len(row["slug"]) <= 60


def test_a_slug_keeps_the_form_that_a_check_asks_for() -> None:
    for row in rows_of("name varchar(80) NOT NULL, slug varchar(90) NOT NULL CHECK (slug = lower(slug))", "projects"):
        assert row["slug"] == slugged(row["name"])


def test_addresses_of_pages_and_images_lie_on_reserved_hosts_and_name_their_page() -> None:
    for row in rows_of("title varchar(100) NOT NULL, url varchar(255) NOT NULL, image_url varchar(255) NOT NULL"):
        assert row["url"] == f"https://www.example.com/{slugged(row['title'])}"
        assert re.fullmatch(r"https://images\.example\.com/[a-z0-9-]+\.jpg", row["image_url"])


def test_the_columns_of_a_file_are_of_one_kind() -> None:
    columns = "filename varchar(80) NOT NULL, path text NOT NULL, mime_type varchar(100) NOT NULL"
    for row in rows_of(f"{columns}, extension varchar(8) NOT NULL", "attachments"):
        extension = row["extension"]
        assert row["filename"].endswith(f".{extension}")
        assert row["path"].endswith(f".{extension}")
        assert "/" not in row["filename"]
        assert mimetypes.guess_type(row["filename"])[0] in (row["mime_type"], None)


@pytest.mark.parametrize(
    "column,member",
    [
        ("settings", "theme"),
        ("payload", "event"),
        ("headers", "Content-Type"),
        ("attributes", "color"),
        ("metadata", "source"),
        ("shipping_address", "street"),
        ("opening_hours", "monday"),
        ("zork", "id"),
    ],
)
def test_a_document_has_the_members_that_its_column_speaks_of(column: str, member: str) -> None:
    for row in rows_of(f"{column} jsonb NOT NULL", "t", 200):
        assert member in json.loads(row[column])


def test_tags_are_a_list_of_different_words_and_a_default_tells_lists_from_objects() -> None:
    for row in rows_of(
        "tags jsonb NOT NULL, notes jsonb NOT NULL DEFAULT '[]', labels jsonb NOT NULL DEFAULT '{}'", "t"
    ):
        tags = json.loads(row["tags"])
        assert len(set(tags)) == len(tags) == 2
        assert isinstance(json.loads(row["notes"]), list)
        assert isinstance(json.loads(row["labels"]), dict)


def test_a_color_is_a_name_or_six_digits_as_its_length_has_it() -> None:
    for row in rows_of(
        "color varchar(7) NOT NULL, fill char(6) NOT NULL, label_color varchar(30) NOT NULL", "tags", 300
    ):
        assert re.fullmatch("#[0-9a-f]{6}", row["color"])
        assert re.fullmatch("[A-Z][A-Za-z ]+", row["label_color"])


def test_what_is_measured_its_unit_and_its_value_agree() -> None:
    usual = {"Temperature": ("C", 5, 32), "Humidity": ("%", 20, 90), "Pressure": ("hPa", 980, 1_040)}
    columns = "sensor_type varchar(20) NOT NULL, unit varchar(8) NOT NULL, value numeric(8,2) NOT NULL"
    found = rows_of(columns, "readings")
    assert {row["sensor_type"] for row in found} > set(usual)
    for row in found:
        unit, low, high = usual.get(row["sensor_type"], (row["unit"], 0, 10**4))
        assert row["unit"] == unit
        assert low <= row["value"] <= high


def test_a_check_on_which_column_stands_leaves_their_values_as_they_are_drawn() -> None:
    one = "(case when percentage IS NULL then 0 else 1 end + case when price IS NULL then 0 else 1 end) = 1"
    found = rows_of(f"percentage numeric(9, 3), price numeric(9, 2), CHECK ({one})", "deals")
    assert all((row["percentage"] is None) != (row["price"] is None) for row in found)
    assert all(row["price"] is None or row["price"] > 0 for row in found)
    assert all(row["percentage"] is None or 0 <= row["percentage"] <= 100 for row in found)
