"""How many rows where, which tables at all, and rows that somebody has already."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from synthgen_nb import Store, draft_plan, generate, parse_ddl, validate
from synthgen_nb.drafting.succession import succession
from synthgen_nb.errors import InputError
from synthgen_nb.feasibility import check
from synthgen_nb.given import with_given
from synthgen_nb.plan import plan_from_json
from synthgen_nb.terminal.cli import main
from tests.shells import Cells, cells  # noqa: F401

DDL = """
CREATE TABLE countries (code char(2) PRIMARY KEY, name varchar(60) NOT NULL);
CREATE TABLE order_statuses (id int PRIMARY KEY, name varchar(20) CHECK (name IN ('new', 'paid', 'shipped')));
CREATE TABLE departments (id serial PRIMARY KEY, name varchar(60));
CREATE TABLE employees (id serial PRIMARY KEY, name varchar(60), department_id int NOT NULL REFERENCES departments (id),
  manager_id int REFERENCES employees (id));
CREATE TABLE customers (id serial PRIMARY KEY, name varchar(60) NOT NULL, country char(2) NOT NULL REFERENCES countries,
  birth_date date, credit decimal(8, 2), agent_id int REFERENCES employees (id));
CREATE TABLE products (id serial PRIMARY KEY, name varchar(60));
CREATE TABLE orders (id serial PRIMARY KEY, customer_id int NOT NULL REFERENCES customers (id),
  status_id int REFERENCES order_statuses (id), total decimal(10, 2) NOT NULL);
CREATE TABLE order_lines (id serial PRIMARY KEY, order_id int NOT NULL REFERENCES orders (id),
  product_id int REFERENCES products (id), quantity int NOT NULL, unit_price decimal(8, 2) NOT NULL);
CREATE TABLE product_suppliers (product_id int REFERENCES products (id), supplier_id int REFERENCES departments (id),
  PRIMARY KEY (product_id, supplier_id));
CREATE TABLE audit_log (id serial PRIMARY KEY, happened_at timestamp, text varchar(200));
CREATE TABLE schema_migrations (version varchar(40) PRIMARY KEY);
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE TABLE currencies (code char(3) PRIMARY KEY, name varchar(40));
INSERT INTO currencies VALUES ('EUR', 'Euro'), ('CHF', 'Franken');
"""
SCHEMA = parse_ddl(DDL, "postgres")


def test_at_scale_one_facts_are_many_and_look_up_tables_few() -> None:
    plan = draft_plan(SCHEMA, scale=1)
    rows = {key: table.rows for key, table in plan.tables.items()}
    assert rows["currencies"] == 2
    assert rows["alembic_version"] == 1
    assert rows["schema_migrations"] <= 20
    assert rows["countries"] <= 60
    assert rows["order_statuses"] <= 12
    assert rows["departments"] < rows["employees"] == rows["customers"] == rows["products"] == 1000
    assert rows["orders"] == 5 * rows["customers"]
    assert rows["order_lines"] == 3 * rows["orders"]
    assert rows["audit_log"] == 10_000
    assert plan.tables["orders"].why == "5 for each of 1,000 customers"
    assert plan.tables["countries"].why == "a look-up table"
    assert not [finding for finding in check(plan).findings if finding.verdict == "broken"]
    assert plan_from_json(plan.to_json()) == plan


def test_a_scale_grows_facts_and_leaves_look_up_tables_and_named_tables() -> None:
    large, named = draft_plan(SCHEMA, scale=20).tables, draft_plan(SCHEMA, {"orders": 7}, scale=20).tables
    assert large["orders"].rows == 100_000
    assert large["countries"].rows == draft_plan(SCHEMA, scale=1).tables["countries"].rows
    assert named["orders"].rows == 7
    assert draft_plan(SCHEMA, 50).tables["orders"].rows == 50
    with pytest.raises(InputError, match="a scale of -1"):
        draft_plan(SCHEMA, scale=-1)


def test_tables_come_with_all_that_their_keys_need() -> None:
    plan = draft_plan(SCHEMA, 20, tables=["orders"])
    assert set(plan.tables) == {"orders", "order_statuses", "customers", "countries", "employees", "departments"}
    assert set(plan.schema.tables) == set(plan.tables)
    assert not [finding for finding in check(plan).findings if finding.verdict == "broken"]
    with pytest.raises(InputError, match=r"no table 'ordres' \(did you mean orders"):
        draft_plan(SCHEMA, 20, tables=["ordres"])


def test_tables_left_out_are_what_others_do_without(tmp_path: Path) -> None:
    plan = draft_plan(SCHEMA, 20, exclude=["employees", "order_lines"])
    assert {"employees", "order_lines"}.isdisjoint(plan.tables)
    dataset = generate(plan, Store(tmp_path), "shop")
    assert dataset["customers"]["agent_id"].null_count() == 20
    assert dataset["orders"]["total"].sum() > 0
    assert not validate(dataset).broken
    with pytest.raises(InputError, match=r"orders.customer_id must point to customers, which is left out"):
        draft_plan(SCHEMA, 20, exclude=["customers"])
    assert "orders" not in draft_plan(SCHEMA, 20, exclude=["customers", "orders", "order_lines"]).tables


# --- rows that are there


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "countries.csv").write_text("code,name\nNA,Namibia\nFR,France\n")
    file = tmp_path / "mine.csv"
    file.write_text(
        'id,name,country,birth_date,credit\n17,"Ana, B.",NA,1980-02-29,12.50\n4,Béla,FR,,\n99,"",FR,2001-01-01,-3\n'
    )
    return file


def test_given_rows_stand_as_they_are_and_others_point_to_them(mine: Path, tmp_path: Path) -> None:
    schema = with_given(SCHEMA, {"customers": mine, "countries": mine.parent / "countries.csv"})
    plan = draft_plan(schema, {"*": 200, "customers": 3, "countries": 2})
    dataset = generate(plan, Store(tmp_path / "store"), "shop")
    assert dataset["customers"].select("id", "name", "country").rows() == [
        (17, "Ana, B.", "NA"), (4, "Béla", "FR"), (99, "", "FR"),
    ]  # fmt: skip
    assert [str(value) for value in dataset["customers"]["credit"]] == ["12.50", "None", "-3.00"]
    assert set(dataset["orders"]["customer_id"]) == {17, 4, 99}
    assert not validate(dataset).broken


def test_parquet_is_given_with_its_types(mine: Path, tmp_path: Path) -> None:
    pl.DataFrame({"id": [5, 6], "name": ["x", "y"], "birth_date": [None, pl.date(2020, 1, 2)]}, strict=False)
    frame = pl.DataFrame({"id": [5, 6], "text": ["x", None], "happened_at": ["2024-05-06 07:08:09.5", None]})
    frame = frame.with_columns(pl.col("happened_at").str.to_datetime())
    frame.write_parquet(tmp_path / "log.parquet")
    schema = with_given(SCHEMA, {"audit_log": tmp_path / "log.parquet"})
    dataset = generate(draft_plan(schema, {"*": 5, "audit_log": 2}), Store(tmp_path / "store"), "log")
    assert dataset["audit_log"]["happened_at"].to_list() == frame["happened_at"].to_list()


@pytest.mark.parametrize(
    "text, told",
    [
        ("id,name,country\n1,x,FR\n1,y,FR\n", r"rows 1 and 2 of customers share id '1'"),
        ("id,name,country\n1,x,FR\n2,,FR\n", r"customers.name is NOT NULL, and row 2 has none"),
        ("id,name\n1,x\n", r"has no column 'country', which customers must have"),
        ("id,name,country,birthdate\n", r"no column 'birthdate' \(did you mean birth_date"),
        ("id,name,country,birth_date\n1,x,FR,31.12.1980\n", r"row 1 has '31.12.1980', which is no date"),
        ("id,name,country,credit\n1,x,FR,1.999\n", r"row 1 has '1.999', which has more digits than decimal"),
        ("id,name,country,credit\n1,x,FR,1000000\n", r"row 1 has '1000000', which is more than decimal"),
        ("id,name,country\nx,x,FR\n", r"row 1 has 'x', which is no"),
        ("id,name,country\n1,x,DE\n", r"row 1 of customers points to no row of countries: country 'DE'"),
        ("id,name,country\n1,x,FRANCE\n", r"row 1 has 'FRANCE', which is longer than char"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_in_one_line(mine: Path, text: str, told: str) -> None:
    mine.write_text(text)
    with pytest.raises(InputError, match=told):
        with_given(SCHEMA, {"customers": mine, "countries": mine.parent / "countries.csv"})


def test_the_terminal_takes_them_all(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "shop.sql").write_text(DDL)
    given = ["--given", f"customers={mine}", "--given", f"countries={mine.parent / 'countries.csv'}"]
    file = str(tmp_path / "shop.sql")
    assert main(["plan", file, "--scale", "0.1", "--exclude", "audit_log,employees", "-n", "orders=40", *given]) == 0
    said = capsys.readouterr().out
    assert "audit_log" not in said
    assert "3 for each of 40 orders" in said
    assert main(["plan", file, "--scale", "1", "-n", "5"]) != 0
    assert "--scale and -n both say how many rows" in capsys.readouterr().err
    (tmp_path / "part.toml").write_text('scale = 0.1\nexclude = ["audit_log"]\n[tables.orders]\nrows = 40\n')
    assert main(["plan", file, "--plan", str(tmp_path / "part.toml")]) == 0
    said = capsys.readouterr().out
    assert "audit_log" not in said
    assert "3 for each of 40 orders" in said
    assert main(["plan", file, "--plan", str(tmp_path / "part.toml"), "-n", "7", "--exclude", "", "--json"]) == 0
    tables = plan_from_json(capsys.readouterr().out).tables
    assert (tables["audit_log"].rows, tables["orders"].rows, tables["customers"].rows) == (7, 40, 7)


def test_cells_take_them_all(cells: Cells, mine: Path) -> None:  # noqa: F811
    files = f"--given customers={mine} --given countries={mine.parent / 'countries.csv'}"
    assert cells(f"%%synthgen few << --tables orders -n orders=40 {files}\n{DDL}").success
    assert set(cells["few"]) == {"countries", "order_statuses", "departments", "employees", "customers", "orders"}
    assert set(cells["few"]["customers"]["name"]) == set(pl.read_csv(mine)["name"])
    assert cells["few"]["orders"]["customer_id"].is_in(cells["few"]["customers"]["id"].implode()).all()
    assert cells(f"%%synthgen most << --scale 0.1 --exclude audit_log,employees\n{DDL}").success
    assert "audit_log" not in cells["most"]
    assert cells["most"]["order_lines"].height > 2 * cells["most"]["customers"].height
    assert not cells(f"%%synthgen --scale 1 -n 5\n{DDL}").success
    assert "--scale and -n both say how many rows" in cells.said
    assert not cells(f"%%synthgen --tables order\n{DDL}").success
    assert "order" in cells.said


def test_what_is_linked_to_comes_first_and_rings_do_no_harm() -> None:
    assert succession({"c": ["b"], "b": ["a"], "a": [], "d": ["c", "a"]}) == ["a", "b", "c", "d"]
    assert sorted(succession({"a": ["b"], "b": ["a"], "c": ["c"]})) == ["a", "b", "c"]
