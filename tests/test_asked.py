"""What a person types for a column: done in every row, or refused with what would fit, by whichever door it comes."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

import synthgen_nb as sg
from synthgen_nb.drafting.wished.catalogue import FORMS
from synthgen_nb.drafting.wished.goals import KINDS
from synthgen_nb.drafting.wished.telling import told
from synthgen_nb.plan import Plan, plan_from_json
from synthgen_nb.planfiles import PlanFile, plan_toml, read_plan
from synthgen_nb.terminal.cli import main
from synthgen_nb.typed import parse_specs
from synthgen_nb.wishes import Share, Shares
from synthgen_nb.wordings import Call, Pairs, worded

from .engines import load, made
from .random_schemas import kinds_of, random_schema
from .shells import Cells, cells  # noqa: F401

SHOP = """
CREATE TABLE customers (
    id serial PRIMARY KEY, name varchar(60) NOT NULL, mail varchar(80) NOT NULL UNIQUE, sku varchar(12) UNIQUE,
    born date, score double precision, vip boolean NOT NULL
);
CREATE TABLE orders (
    id int PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers (id),
    status varchar(20) NOT NULL CHECK (status IN ('new', 'paid', 'failed')),
    quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 50),
    total numeric(10, 2) NOT NULL CHECK (total > 0),
    ordered_at timestamp NOT NULL,
    shipped_at timestamp,
    note text,
    gross numeric(12, 2) GENERATED ALWAYS AS (total * 1.2) STORED,
    CHECK (shipped_at >= ordered_at)
);
"""
ROWS = 5_000


@pytest.fixture(scope="module")
def shop() -> sg.Schema:
    return sg.parse_ddl(SHOP, dialect="postgres")


def column(schema: sg.Schema, name: str, text: str) -> tuple[Plan, pl.Series]:
    plan = sg.draft_plan(schema, ROWS, specs={name: text})
    assert sg.check(plan).broken == ()
    assert plan.not_done == ()
    table, _, own = name.partition(".")
    frame = pl.from_arrow(made(plan)[table])
    assert isinstance(frame, pl.DataFrame)
    return plan, frame[own]


def refused(schema: sg.Schema, name: str, text: str) -> str:
    with pytest.raises(sg.InputError) as error:
        sg.draft_plan(schema, ROWS, specs={name: text})
    return str(error.value)


def test_a_choice_has_the_weights_that_are_typed(shop: sg.Schema) -> None:
    _, status = column(shop, "orders.status", "Choice(new=5, paid=90, failed=5)")
    counts = dict(status.value_counts().iter_rows())
    assert counts["paid"] / ROWS == pytest.approx(0.9, abs=0.02)
    assert counts["new"] / ROWS == pytest.approx(0.05, abs=0.02)
    _, status = column(shop, "orders.status", 'Choice({"new": 0.5, "paid": 99.5})')
    assert status.value_counts().height == 2
    _, vip = column(shop, "customers.vip", "Choice({True: 9, False: 1})")
    assert vip.mean() == pytest.approx(0.9, abs=0.02)


def test_bounds_are_typed_in_the_columns_own_terms(shop: sg.Schema) -> None:
    _, total = column(shop, "orders.total", "Range(9.99, 20)")
    assert 9.99 <= float(total.min()) < 10.1  # type: ignore[arg-type]
    assert 19.9 < float(total.max()) <= 20  # type: ignore[arg-type]
    _, born = column(shop, "customers.born", 'Range("1990-01-01", "1990-12-31") nulls=0')
    assert (born.dt.year() == 1990).all()
    assert born.null_count() == 0
    _, score = column(shop, "customers.score", "Normal(mean=5, std=1.5, low=0, high=10)")
    assert score.mean() == pytest.approx(5, abs=0.1)
    assert score.std() == pytest.approx(1.5, abs=0.1)
    _, quantity = column(shop, "orders.quantity", "LogNormal(median=3, sigma=0.8)")
    assert quantity.median() == 3
    assert quantity.max() <= 50  # type: ignore[operator]  # the CHECK


def test_what_comes_after_a_typed_column_follows_it(shop: sg.Schema) -> None:
    plan = sg.draft_plan(shop, ROWS, specs={"orders.ordered_at": 'Range("2030-01-01", "2030-06-30")'})
    frame = pl.from_arrow(made(plan)["orders"])
    assert isinstance(frame, pl.DataFrame)
    assert (frame["ordered_at"].dt.year() == 2030).all()
    assert (frame["shipped_at"] >= frame["ordered_at"]).drop_nulls().all()
    plan = sg.draft_plan(shop, ROWS, specs={"orders.shipped_at": 'Range("2030-01-01", "2030-06-30")'})
    frame = pl.from_arrow(made(plan)["orders"])
    assert isinstance(frame, pl.DataFrame)
    assert (frame["shipped_at"].drop_nulls().dt.year() == 2030).all()
    assert (frame["shipped_at"] >= frame["ordered_at"]).drop_nulls().all()


def test_what_follows_a_column_without_values_is_drawn_by_itself() -> None:
    ddl = "CREATE TABLE t (a date, b date NOT NULL, c date NOT NULL, CHECK (b >= a), CHECK (c >= b))"
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 200, specs={"t.a": "Null()"})
    frame = pl.from_arrow(made(plan)["t"])
    assert isinstance(frame, pl.DataFrame)
    assert frame["a"].null_count() == 200
    assert (frame["c"] >= frame["b"]).all()


def test_a_unique_column_takes_what_gives_each_row_its_own_value(shop: sg.Schema) -> None:
    _, sku = column(shop, "customers.sku", 'Pattern("SKU-####")')
    sku = sku.drop_nulls()
    assert sku.n_unique() == len(sku) > ROWS // 2
    assert sku.str.contains(r"^SKU-\d{4}$").all()
    _, mail = column(shop, "customers.mail", "email domain=acme.example locale=de_DE")
    assert mail.n_unique() == ROWS
    assert mail.str.ends_with("@acme.example").all()
    _, number = column(shop, "orders.id", "Range(5000, 90000)")
    assert number.to_list() == list(range(5000, 5000 + ROWS))
    assert "no two rows may share mail" in refused(shop, "customers.mail", "Prose()")


def test_dates_as_text_stand_in_the_format_and_the_zone_that_were_asked_for(shop: sg.Schema) -> None:
    plan, note = column(shop, "orders.note", 'Date("2024-02-28", "2024-03-01", format="%d.%m.%Y")')
    assert set(note.drop_nulls()) == {"28.02.2024", "29.02.2024", "01.03.2024"}
    as_told = told(plan.tables["orders"].columns["note"], shop.tables["orders"].column("note"))
    assert as_told == "Date('2024-02-28', '2024-03-01', format='%d.%m.%Y') nulls=0.6"
    _, local = column(shop, "orders.note", 'Date("2024-07-01", "2024-07-31", format="%H:%M %z", zone="Asia/Tokyo")')
    assert local.drop_nulls().str.contains(r"^\d\d:\d\d \+0900$").all()
    assert "there is no time zone 'Mars'" in refused(shop, "orders.note", "Date(zone='Mars')")
    assert "format is '%Q'" in refused(shop, "orders.note", "Date(format='%Q')")
    assert "low is '2024-13-01'" in refused(shop, "orders.note", "Date('2024-13-01')")
    assert "low lies after high" in refused(shop, "orders.note", "Date('2025-01-02', '2025-01-01')")


def test_a_meaning_counts_as_if_the_column_were_named_so(shop: sg.Schema) -> None:
    plan, note = column(shop, "orders.note", "city nulls=20%")
    assert plan.tables["orders"].columns["note"].meaning == "city"
    assert 0.15 < note.null_count() / ROWS < 0.25
    _, name = column(shop, "customers.name", "person.full_name locale=ja_JP")
    assert name.n_unique() > 100


def test_an_address_in_a_host_of_one_s_own_is_its_persons() -> None:
    names = "first_name text NOT NULL, last_name text NOT NULL"
    ddl = f"CREATE TABLE c (id int PRIMARY KEY, {names}, mail text NOT NULL UNIQUE)"
    schema = sg.parse_ddl(ddl, dialect="postgres")
    before, after = (
        pl.DataFrame(made(sg.draft_plan(schema, ROWS, specs={"c.mail": text}))["c"].to_pydict())
        for text in ("email", "email domain=acme.example")
    )
    assert after["mail"].str.ends_with("@acme.example").all()
    assert after["mail"].n_unique() == ROWS
    assert after.drop("mail").equals(before.drop("mail"))
    assert after["mail"].str.split("@").list[0].equals(before["mail"].str.split("@").list[0])
    short = sg.parse_ddl("CREATE TABLE c (mail varchar(20) NOT NULL)", dialect="postgres")
    assert "its domain has no room here" in refused(short, "c.mail", "email domain=a-long-host.acme.example")
    assert "is no host" in refused(short, "c.mail", "email domain=@x")


@pytest.mark.parametrize(
    "name, text, told",
    [
        ("orders.status", "Choice(sent=5)", "takes only 'new', 'paid', 'failed': Choice(...), Zipf(...)"),
        ("orders.status", "Range(1, 2)", "orders.status takes only 'new', 'paid', 'failed'"),
        ("customers.name", "Range(1, 2)", "customers.name takes text of up to 60 characters: Choice(...), Zipf(...)"),
        ("orders.quantity", "Range(0, 9)", "it takes whole numbers from 1 up to 50 (int"),
        ("orders.quantity", "Choice(60)", "60 is outside of what the type and the CHECKs of quantity allow"),
        ("orders.total", "LogNormal(medain=9)", "LogNormal has no parameter medain (did you mean median?)"),
        ("orders.total", "LogNorm(median=9)", "there is no Spec LogNorm (did you mean LogNormal?)"),
        ("orders.customer_id", "Range(1, 9)", "customer_id points to rows of customers"),
        ("orders.gross", "Range(1, 9)", "gross is computed"),
        ("orders.statsu", "Choice(new=1)", "orders has no column statsu (did you mean status?)"),
        ("order.status", "Choice(new=1)", "there is no table order (did you mean orders?)"),
        ("customers.sku", 'Pattern("SKU-##########")', "is outside of what the type and the CHECKs of sku allow"),
        ("customers.mail", "emial", "nothing is known of the meaning 'emial' (did you mean email?)"),
        ("customers.mail", "email host=x", "there is no setting host"),
        ("customers.mail", "Choice('a', 'b') nulls=10%", "mail is NOT NULL"),
        ("customers.born", "email", "customers.born takes dates"),
        ("orders.note", "Bank('citty')", "there is no pool 'citty' (did you mean city?)"),
        ("orders.note", "Choice(a=1, b=0)", "a weight is 0"),
        ("orders.note", "Choice('a', 'a')", "'a' is named twice"),
        ("orders.note", "Pattern('[ab')", "a [ is never closed"),
        ("orders.note", "Format('{0}', Prose(), Prose())", "'{0}' and 2 parts"),
        ("orders.note", "Choice(open('x'))", "open(...) is no value"),
        ("orders.note", "Choice(__import__('os').system('x'))", "can't read"),
        ("orders.note", "Choice(1 + 1)", "can't read '1 + 1'"),
        ("orders.note", "Choice(" * 40 + ")" * 40, "brackets nest deeper"),
        ("orders.note", "Choice('a'", "never closed"),
        ("orders.note", "", "nothing is said"),
    ],
)
def test_what_does_not_fit_is_refused_before_any_row_with_what_would(
    shop: sg.Schema, name: str, text: str, told: str
) -> None:
    said = refused(shop, name, text)
    assert told in said
    assert "\n" not in said


def test_the_grammar_reads_names_numbers_texts_lists_and_dicts() -> None:
    found = worded("Choice(a=1, b=-2.5) nulls=20% locale='de_DE'")
    assert found.call == Call("Choice", (), {"a": 1, "b": -2.5})
    assert found.settings == {"nulls": "20%", "locale": "de_DE"}
    assert worded('Format("){0}(", Pattern("#"))').call == Call("Format", ("){0}(", Call("Pattern", ("#",))))
    assert worded('Choice({"in progress": 3}, ["x", None])').call == Call(
        "Choice", (Pairs((("in progress", 3),)), ("x", None))
    )
    assert worded("person.full_name").meaning == "person.full_name"


def test_every_form_has_an_example_that_it_reads() -> None:
    ddl = "CREATE TABLE t (note text, n numeric(8, 2), whole int, d date, u uuid)"
    schema = sg.parse_ddl(ddl, dialect="postgres")
    assert FORMS.keys() == KINDS.keys()
    for form in FORMS.values():
        for example in form.example.split(" or ")[-1:]:
            worked = []
            for name in ("note", "n", "whole", "d", "u"):
                try:
                    sg.draft_plan(schema, 50, specs={f"t.{name}": example})
                    worked.append(name)
                except sg.InputError:
                    continue
            assert worked, f"{form.name}: {example}"


def test_hints_stand_in_every_kind_of_comment_and_touch_only_what_they_name() -> None:
    plain = "CREATE TABLE t (a text NOT NULL, b int NOT NULL, c text, d text NOT NULL, e text NOT NULL);"
    hinted = """CREATE TABLE t (
        a text NOT NULL, -- @synth email domain=example.org
        b int NOT NULL /* @synth Range(3, 5) */,
        c text -- what it is
        , d text NOT NULL, e text NOT NULL -- @synth Choice(x=1)
    );
    COMMENT ON COLUMN t.c IS 'of no use. @synth city nulls=0';"""
    schema = sg.parse_ddl(hinted, dialect="postgres")
    frame = pl.from_arrow(made(sg.draft_plan(schema, 500))["t"])
    before = pl.from_arrow(made(sg.draft_plan(sg.parse_ddl(plain, dialect="postgres"), 500))["t"])
    assert isinstance(frame, pl.DataFrame)
    assert isinstance(before, pl.DataFrame)
    assert frame["a"].str.ends_with("@example.org").all()
    assert set(frame["b"]) == {3, 4, 5}
    assert frame["c"].null_count() == 0
    assert set(frame["e"]) == {"x"}
    assert frame["d"].equals(before["d"])


def test_a_hint_of_mysql_stands_in_its_comment() -> None:
    schema = sg.parse_ddl("CREATE TABLE t (a int NOT NULL COMMENT 'how many @synth Range(7, 7)')", dialect="mysql")
    assert sg.draft_plan(schema, 5).tables["t"].columns["a"].spec.low == 7  # type: ignore[union-attr]


def test_an_error_in_a_hint_has_its_line_and_column() -> None:
    schema = sg.parse_ddl("CREATE TABLE t (\n  a int NOT NULL -- @synth Pattern('##')\n)", dialect="postgres")
    with pytest.raises(sg.DDLError) as error:
        sg.draft_plan(schema)
    assert (error.value.line, error.value.column) == (2, 28)
    assert "t.a takes whole numbers" in str(error.value)


def test_an_option_counts_before_a_plan_file_and_that_before_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ddl, plan = tmp_path / "t.sql", tmp_path / "plan.toml"
    ddl.write_text("CREATE TABLE t (a int NOT NULL, -- @synth Range(1, 1)\n b int NOT NULL, -- @synth Range(1, 1)\n"
                   " c int NOT NULL -- @synth Range(1, 1)\n)")  # fmt: skip
    plan.write_text('seed = 3\nrows = "20"\n[tables.t.columns]\nb = "Range(2, 2)"\nc = "Range(2, 2)"\n')
    assert main(["plan", str(ddl), "--plan", str(plan), "-p", "t.c: Range(3, 3)", "-n", "10", "--json"]) == 0
    made_plan = plan_from_json(capsys.readouterr().out)
    lows = [column.spec.low for column in made_plan.tables["t"].columns.values()]  # type: ignore[union-attr]
    assert lows == [1, 2, 3]
    assert made_plan.seed == 3
    assert made_plan.tables["t"].rows == 10
    assert len(made_plan.wishes) == 3  # the plan carries all of them
    assert main(["plan", str(ddl), "--plan", str(plan), "--toml"]) == 0
    assert '\nb = "Range(2, 2)"\n' in capsys.readouterr().out


def test_what_a_person_typed_counts_before_what_a_model_wishes(shop: sg.Schema) -> None:
    wish = Shares(table="orders", column="status", shares=(Share("failed", 100),))
    plan = sg.draft_plan(shop, 100, wishes=(wish,), specs={"orders.status": "Choice(new=1)"})
    assert [finding.text for finding in plan.not_done] == ["what is typed for status counts"]
    assert set(made(plan)["orders"]["status"].to_pylist()) == {"new"}


def test_a_plan_as_toml_gives_the_same_rows_and_edited_others(shop: sg.Schema) -> None:
    plan = sg.draft_plan(shop, 50, seed=4, specs={"orders.status": "Choice(new=1, paid=1)"})
    part = read_plan(plan_toml(plan), "plan.toml")
    assert isinstance(part, PlanFile)
    again = sg.draft_plan(shop, 50, seed=int(part.seed or 0), specs=part.specs)
    assert again.tables == plan.tables
    everything = plan_toml(plan).replace("\n# ", "\n")
    edited = read_plan(everything, "plan.toml")
    assert isinstance(edited, PlanFile)
    assert len(edited.specs) > 5
    assert sg.check(sg.draft_plan(shop, 50, specs=edited.specs)).broken == ()


@pytest.mark.parametrize(
    "text, told",
    [
        ("sead = 1", "plan.toml: nothing is called sead (did you mean seed?)"),
        ("seed = ", "plan.toml is no TOML: Invalid value (at "),
        ('rows = "many"', "plan.toml: rows: 'many' is not a number of rows"),
        ("[tables.orders]\nrow = 5", "plan.toml [tables.orders]: nothing is called row"),
        ("[tables.orders.columns]\nstatus = 5", "plan.toml [tables.orders.columns] status is no text"),
        ("tables = 5", "plan.toml [tables] is no table"),
        ('{"tables": {"orders": 5}}', "plan.toml [tables.orders] is no table"),
        ("{", "plan.toml is no JSON"),
        ("as_of = 2025-13-01", "plan.toml is no TOML"),
        ("scale = -1", "plan.toml: scale: a scale of '-1' can't be"),
        ("scale = 1\nrows = 5", "plan.toml: scale and rows both say how many rows"),
        ('exclude = "audit_log"', "plan.toml: exclude is no list of tables"),
    ],
)
def test_an_error_in_a_plan_file_names_its_place(text: str, told: str) -> None:
    with pytest.raises(sg.InputError) as error:
        read_plan(text, "plan.toml")
    assert told in str(error.value)


def test_an_option_without_a_column_is_told() -> None:
    assert parse_specs(["a.b: Choice(x=1)", "a.b:Range(1, 2)"]) == {"a.b": "Range(1, 2)"}
    with pytest.raises(sg.InputError, match=r"is no TABLE\.COLUMN: SPEC"):
        parse_specs(["Choice(x=1)"])


TEXTS = (
    "Choice(1, 2, 3)", "Choice(a=1, b=3)", "Range(1, 100)", 'Range("2020-01-01", "2024-12-31")', "LogNormal(median=50)",
    "Normal(mean=40, std=9)", 'Pattern("@@##")', 'Bank("city")', "Prose()", 'Person("email")', "Uuid()", "Null()",
    "Date()", 'Date("2024-01-01", format="%d.%m.%Y %H:%M", zone="Asia/Tokyo")', "email", "city nulls=50%", "nulls=30%",
    'Format("{0}-{1}", Pattern("@@"), Range(1, 9))', "person.full_name",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_typed_for_whatever_schema_every_constraint_holds_or_it_is_refused(seed: int) -> None:
    rng = random.Random(seed)
    ddl = random_schema("duckdb", rng.sample(kinds_of("duckdb"), 3), seed).ddl
    schema = sg.parse_ddl(ddl, dialect="duckdb")
    specs: dict[str, str] = {}
    for key, table in schema.tables.items():
        for each in table.columns:
            text = rng.choice(TEXTS)
            try:
                plan = sg.draft_plan(schema, 40, specs=specs | {f"{key}.{each.name}": text})
            except sg.InputError:
                continue
            if any(finding.verdict == "broken" for finding in (*plan.findings, *sg.check(plan).broken)):
                continue
            specs[f"{key}.{each.name}"] = text
    load(ddl, sg.draft_plan(schema, 40, specs=specs), "duckdb")


def test_a_cell_takes_specs_edges_and_plan_files(cells: Cells, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "part.toml").write_text('rows = 30\n[tables.t.columns]\nb = "Range(7, 7)"\n')
    ddl = "CREATE TABLE t (a text NOT NULL, b int NOT NULL, c int NOT NULL -- @synth Range(5, 5)\n);"
    options = """-p 't.a: Choice({"in progress": 3, "done": 1})' --edges 10% --plan part.toml"""
    assert cells(f"%%synthgen made << {options}\n{ddl}").success
    assert set(cells["t"]["a"]) == {"in progress", "done"}
    assert set(cells["t"]["b"]) == {7}
    assert cells["t"].height == 30
    assert cells["made"].plan.edges == 0.1
    cells["made"].path.joinpath("whole.json").write_text(cells["made"].plan.to_json())
    whole = cells["made"].path / "whole.json"
    assert cells(f"%synthgen again << --plan {whole} --name again").success
    assert cells["again"]["t"].equals(cells["made"]["t"])
    assert not cells(f"%synthgen --plan {whole} -n 5").success
    assert "holds its rows" in cells.said
    assert not cells(f"%%synthgen -p 't.a: Range(1, 2)'\n{ddl}").success
    assert "t.a takes text: Choice(...)" in cells.said
