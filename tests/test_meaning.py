"""What the drafting rules make of column names: measured on labels that a person gave, and said rule by rule."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgen_nb.drafting.meaning import OPAQUE, SURE, Meaning, meaning_of, rules, vocabulary
from synthgen_nb.schema import Check, Column, ForeignKey, Kind, PrimaryKey, Schema, Table, Type

LABELS = Path(__file__).parent / "meanings"

# The common vocabulary: every meaning names one of these as its group.
GROUPS = {
    *("surrogate_key", "foreign_key", "natural_code", "code_identifier", "category_code", "status_code", "small_code"),
    *(
        "uuid",
        "slug",
        "hash",
        "person.full_name",
        "person.first_name",
        "person.last_name",
        "username",
        "email",
        "phone",
    ),
    *("birth_date", "gender", "job_title", "education_level", "ethnicity", "avatar", "password_or_secret", "token"),
    *("api_key", "street_address", "city", "county", "region", "postal_code", "country", "country_code", "latitude"),
    *("longitude", "coordinate_xy", "time_zone", "language_code", "language_name", "company", "department_name"),
    *("role_name", "product_name", "brand", "object_name", "device_name", "work_title", "color", "title", "free_text"),
    *("comment", "note", "currency_amount", "currency_code", "rate", "percentage", "quantity", "count", "measurement"),
    *("score", "ordering", "bytes_size", "duration", "bitflags", "year", "version", "port", "created_timestamp"),
    *("updated_timestamp", "deleted_timestamp", "event_timestamp", "start_timestamp", "end_timestamp", "start_date"),
    *("end_date", "date", "time_of_day", "url", "hostname", "ip", "mac", "user_agent", "path", "filename", "mime_type"),
    *("file_format", "regex", "boolean_flag", "config_key", "config_value", "json_doc", "xml_doc", "binary_blob"),
    "opaque",
}


def type_of(text: str) -> Type:
    """The labels' short types: text:40, char:2, integer:16, decimal:10.2, enum:A,B, array:text; or a Kind alone."""
    kind, _, size = text.partition(":")
    match kind:
        case "text" | "binary":
            return Type(kind=Kind(kind), sql=kind, length=int(size) if size else None)
        case "char":
            return Type(kind=Kind.TEXT, sql="char", length=int(size), fixed=True)
        case "integer":
            return Type(kind=Kind.INTEGER, sql="integer", bits=int(size) if size else None)
        case "decimal":
            precision, _, scale = size.partition(".")
            digits = int(precision) if size else None
            return Type(kind=Kind.DECIMAL, sql="numeric", precision=digits, scale=int(scale or 0))
        case "enum":
            return Type(kind=Kind.ENUM, sql="enum", values=tuple(size.split(",")))
        case "array":
            return Type(kind=Kind.ARRAY, sql=f"{size}[]", element=type_of(size))
    return Type(kind=Kind(kind), sql=kind)


def schema_of(*tables: Table) -> Schema:
    return Schema(dialect="postgres", tables={t.key: t for t in tables})


def meaning(table: str, column: str, kind: str = "text:50", *, comment: str = "", check: str = "") -> Meaning:
    """The meaning of the only column of the only table."""
    checks = (Check(sql=check, columns=(column,)),) if check else ()
    made = Table(name=table, columns=(Column(name=column, type=type_of(kind), comment=comment),), constraints=checks)
    return meaning_of(schema_of(made), made, made.columns[0])


@dataclass(frozen=True)
class Score:
    labelled: int
    right: int
    sure_and_wrong: list[str]


def score(name: str) -> Score:
    """Counts over a label file, keys left out; several expected groups in one line are all right."""
    tables: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for line in (LABELS / name).read_text(encoding="utf-8").splitlines()[1:]:
        table, *rest = line.split("\t")
        tables[table][rest[0]] = rest
    made = []
    for table, labelled in tables.items():
        columns = tuple(Column(name=n, type=type_of(r[1]), comment=r[2]) for n, r in labelled.items())
        keys = [PrimaryKey(columns=(n,)) for n, r in labelled.items() if r[3] == "pk"]
        keys += [ForeignKey(columns=(n,), table="x", references=("id",)) for n, r in labelled.items() if r[3] == "fk"]
        made.append(Table(name=table, columns=columns, constraints=tuple(keys)))
    schema = schema_of(*made)
    count = right = 0
    wrong = []
    for t in made:
        for column in t.columns:
            _, _, _, key, expected = tables[t.name][column.name]
            if key or expected in ("foreign_key", "surrogate_key"):
                continue
            found = meaning_of(schema, t, column)
            count += 1
            right += found.group in expected.split("|")
            if found.group not in expected.split("|") and found.confidence >= SURE:
                wrong.append(f"{t.name}.{column.name}: {found.group} instead of {expected}")
    return Score(count, right, wrong)


@pytest.mark.parametrize("labels", ["labels.tsv", "others.tsv", "further.tsv"])
def test_nine_of_ten_labelled_columns_are_understood_and_few_are_sure_and_wrong(labels: str) -> None:
    result = score(labels)
    print(f"{labels}: {result.right} of {result.labelled} right, {len(result.sure_and_wrong)} sure and wrong")
    assert result.labelled >= 300
    assert result.right / result.labelled >= 0.92
    assert len(result.sure_and_wrong) / result.labelled <= 0.02, result.sure_and_wrong


def test_every_rule_names_a_group_of_the_common_vocabulary_and_a_known_class_of_types() -> None:
    assert {rule.group for rule in rules()} <= GROUPS
    assert len({rule.group for rule in rules()}) >= 70
    assert all(0 <= rule.confidence <= 1 for rule in rules())


def test_there_are_more_than_150_meanings_and_each_finer_one_belongs_to_a_group() -> None:
    assert len(vocabulary()) >= 150
    assert set(vocabulary().values()) <= GROUPS


@pytest.mark.parametrize(
    "table,column,kind,name,group",
    [
        ("orders", "status", "text:20", "status.order", "status_code"),
        ("tickets", "status", "text:20", "status.ticket", "status_code"),
        ("orders", "payment_status", "text:20", "status.payment", "status_code"),
        ("tickets", "priority", "text:20", "category.priority", "category_code"),
        ("products", "category", "text:40", "category.product", "category_code"),
        ("films", "category", "text:40", "category.film_genre", "category_code"),
        ("products", "unit_price", "decimal:10.2", "money.price", "currency_amount"),
        ("orders", "tax_amount", "decimal:10.2", "money.tax", "currency_amount"),
        ("reviews", "body", "text", "text.review", "comment"),
        ("products", "description", "text", "product.description", "free_text"),
        ("app_logs", "message", "text", "text.log", "free_text"),
        ("books", "isbn", "text:13", "id.isbn", "natural_code"),
        ("accounts", "iban", "text:34", "id.iban", "natural_code"),
        ("patients", "blood_type", "text:3", "category.blood_type", "category_code"),
        ("persons", "person_source_value", "text:50", "id.source_value", "category_code"),
        ("warehouses", "name", "text:60", "name.warehouse", "object_name"),
    ],
)
def test_a_finer_meaning_tells_what_a_column_is_within_its_group(
    table: str, column: str, kind: str, name: str, group: str
) -> None:
    found = meaning(table, column, kind)
    assert (found.name, found.group) == (name, group)


def test_what_a_general_table_sorts_is_told_by_the_others() -> None:
    name = Column(name="name", type=type_of("text:25"))
    category = Table(name="category", columns=(name,))
    for other, found in (("film", "category.film_genre"), ("products", "category.product")):
        schema = schema_of(category, Table(name=other, columns=(name,)))
        assert meaning_of(schema, category, name).name == found


@pytest.mark.parametrize(
    "table,column,kind,group",
    [
        ("customers", "name", "text:80", "person.full_name"),
        ("tbl_Supplier", "Name", "text:80", "company"),
        ("products", "name", "text:80", "product_name"),
        ("countries", "name", "text:80", "country"),
        ("departments", "name", "text:80", "department_name"),
        ("films", "title", "text:80", "work_title"),
        ("articles", "title", "text:80", "title"),
        ("employees", "title", "text:40", "job_title"),
        ("queues", "name", "text:80", "object_name"),
    ],
)
def test_the_same_name_means_what_its_table_says(table: str, column: str, kind: str, group: str) -> None:
    assert meaning(table, column, kind).group == group


@pytest.mark.parametrize(
    "column", ["first_name", "FirstName", "firstname", "cust_fname", "FNAME", "c_first_nm", "customerFirstName"]
)
def test_a_first_name_is_known_in_every_naming_style(column: str) -> None:
    assert meaning("customer", column).group == "person.first_name"


@pytest.mark.parametrize(
    "column,kind,group",
    [
        ("birth_date", "date", "birth_date"),
        ("is_active", "integer:16", "boolean_flag"),
        ("amount", "decimal:10.2", "currency_amount"),
        ("created_at", "timestamptz", "created_timestamp"),
        ("created_at", "integer:64", "created_timestamp"),
        ("rating", "text:10", "category_code"),
        ("rating", "integer:16", "score"),
        ("pass", "text:255", "password_or_secret"),
        ("order_qty", "integer:32", "quantity"),
        ("tax_pct", "decimal:5.2", "percentage"),
        ("valid_to", "date", "end_date"),
        ("ship_addr_line_2", "text:60", "street_address"),
    ],
)
def test_the_type_decides_which_rules_may_speak(column: str, kind: str, group: str) -> None:
    assert meaning("things", column, kind).group == group


def test_a_date_rule_never_reads_a_flag() -> None:
    assert meaning("people", "birth_date", "boolean").group == "boolean_flag"


@pytest.mark.parametrize("column", ["xq7", "zz_blorp", "fld_0042"])
def test_a_name_that_says_nothing_is_opaque_and_says_so(column: str) -> None:
    found = meaning("t9", column, "text:255")
    assert (found.name, found.group, found.confidence) == ("opaque", "opaque", OPAQUE)


def test_constraints_speak_before_names() -> None:
    orders = Table(
        name="orders",
        columns=tuple(Column(name=n, type=type_of("integer:32")) for n in ("id", "buyer", "amount")),
        constraints=(
            PrimaryKey(columns=("id",)),
            ForeignKey(columns=("buyer",), table="users", references=("id",)),
        ),
    )
    schema = schema_of(orders)
    assert [meaning_of(schema, orders, c).group for c in orders.columns] == [
        "surrogate_key", "foreign_key", "currency_amount",
    ]  # fmt: skip


def test_an_undeclared_reference_is_known_by_the_table_it_names() -> None:
    users = Table(name="users", columns=(Column(name="id", type=type_of("integer:32")),))
    posts = Table(name="posts", columns=(Column(name="author_user_id", type=type_of("integer:32")),))
    found = meaning_of(schema_of(users, posts), posts, posts.columns[0])
    assert (found.group, found.rule) == ("foreign_key", "named like user")


def test_a_text_primary_key_without_another_meaning_is_a_natural_code() -> None:
    key = Column(name="xk", type=type_of("text:200"))
    projects = Table(name="projects", columns=(key,), constraints=(PrimaryKey(columns=("xk",)),))
    assert meaning_of(schema_of(projects), projects, projects.columns[0]).group == "natural_code"


def test_a_checked_list_of_yes_and_no_is_a_flag_and_any_other_list_a_category() -> None:
    assert meaning("t", "taxed", "text:3", check="taxed IN ('Y', 'N')").group == "boolean_flag"
    assert meaning("t", "zork", "text:300", check="zork IN ('low', 'high')").group == "category_code"


def test_a_comment_helps_where_the_name_does_not() -> None:
    assert meaning("t", "f17", "text:200", comment="E-mail address of the contact").group == "email"
    assert meaning("t", "f18", "integer:32", comment="0 = inactive, 1 = active").group == "boolean_flag"


def test_a_finer_meaning_keeps_the_common_group() -> None:
    found = meaning("patients", "age", "integer:16")
    assert (found.name, found.group) == ("person.age", "measurement")


def test_a_prefix_that_all_tables_share_is_not_part_of_the_thing() -> None:
    tables = [
        Table(name=f"wp_{name}", columns=(Column(name="name", type=type_of("text:60")),))
        for name in ("customers", "countries", "products", "cities")
    ]
    schema = schema_of(*tables)
    assert [meaning_of(schema, t, t.columns[0]).group for t in tables] == [
        "person.full_name", "country", "product_name", "city",
    ]  # fmt: skip


@given(
    table=st.text(max_size=12), column=st.text(max_size=16), kind=st.sampled_from(Kind), comment=st.text(max_size=30)
)
def test_any_name_in_any_alphabet_has_a_meaning(table: str, column: str, kind: Kind, comment: str) -> None:
    made = Table(name=table, columns=(Column(name=column, type=Type(kind=kind, sql="x"), comment=comment),))
    found = meaning_of(schema_of(made), made, made.columns[0])
    assert found.group in GROUPS
    assert 0 < found.confidence <= 1
