"""Reading options: counts, seeds, dates, SYNTHGEN_* variables, and what is given precedence."""

from __future__ import annotations

import datetime
import shlex
from pathlib import Path

import pytest

from synthgen_nb.errors import InputError
from synthgen_nb.llm import Sampling
from synthgen_nb.modeloptions import ModelOptions, model_options, without_effect
from synthgen_nb.options import Parser, Settings, add_instruction_options, settings
from synthgen_nb.request import as_text, request, table_key
from synthgen_nb.typed import parse_bytes, parse_count, parse_rows

TODAY = datetime.date(2026, 5, 4)


@pytest.mark.parametrize(
    "text, rows",
    [
        ("1000", 1000),
        ("5k", 5000),
        ("1.5M", 1_500_000),
        ("2G", 2_000_000_000),
        ("1_000", 1000),
        ("1,000", 1000),
        ("0", 0),
    ],
)
def test_a_count_may_have_a_suffix_and_separators(text: str, rows: int) -> None:
    assert parse_count(text) == rows


@pytest.mark.parametrize("text", ["", "many", "1e9", "0.5", "1.2345k", "5 k k", "9" * 5000])
def test_a_count_that_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_count(text)


def test_counts_go_to_all_tables_or_to_one_and_the_last_word_wins() -> None:
    assert parse_rows(["10", "a=5", "20", "odd=name=7"]) == {"*": 20, "a": 5, "odd=name": 7}


def test_an_option_comes_before_the_variable_and_the_variable_before_the_default() -> None:
    given = settings({"SYNTHGEN_ROWS": "7", "SYNTHGEN_SEED": "5", "SYNTHGEN_STRICT": "yes"})
    asked = request(given, TODAY, seed="9", rows=["orders=3"])
    assert (asked.rows, asked.seed, asked.as_of, asked.strict) == ({"*": 7, "orders": 3}, 9, "2026-01-01", True)


def test_today_is_read_from_the_callers_clock() -> None:
    assert request(Settings(), TODAY, as_of="today").as_of == "2026-05-04"


@pytest.mark.parametrize(
    "variable, value",
    [
        ("ROWS", "lots"),
        ("SEED", "-1"),
        ("SEED", "x"),
        ("AS_OF", "soon"),
        ("STRICT", "maybe"),
        ("DISPLAY", "3d"),
        ("BUDGET", "x"),
        ("TEMPERATURE", "warm"),
        ("TOP_K", "2.5"),
        ("QUANTISE", "perhaps"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str) -> None:
    with pytest.raises(InputError, match=f"SYNTHGEN_{variable}"):
        settings({f"SYNTHGEN_{variable}": value})


def test_sizes_have_suffixes() -> None:
    assert (parse_bytes("500M"), parse_bytes("2G")) == (500_000_000, 2_000_000_000)


def test_a_table_is_found_without_its_schema_and_whatever_its_case() -> None:
    tables = {"sales.Orders": 1, "users": 2, "a.t": 3, "b.t": 4}
    assert [table_key(tables, name) for name in ("orders", "sales.orders", "USERS")] == ["sales.Orders"] * 2 + ["users"]
    with pytest.raises(InputError, match=r"a\.t or b\.t"):
        table_key(tables, "t")
    with pytest.raises(InputError, match="did you mean users"):
        table_key(tables, "user")


def test_text_is_read_as_editors_and_shells_write_it() -> None:
    sql = "CREATE TABLE größe (id int)"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1"):
        assert as_text(sql.encode(encoding), "x.sql") == sql
    with pytest.raises(InputError, match="not text"):
        as_text(b"\x00\x01\xff", "x.sql")


def asked_of_a_model(line: str, environ: dict[str, str] | None = None) -> ModelOptions:
    parser = Parser(prog="x")
    add_instruction_options(parser)
    return model_options(settings(environ or {}), parser.parse_args(shlex.split(line)))


def test_a_models_numbers_have_defaults_and_nobody_gave_a_ceiling() -> None:
    options = asked_of_a_model("")
    assert options.sampling == Sampling(temperature=0.8, top_p=0.95, top_k=50)
    assert options.planning.temperature == 0
    assert (options.ceiling, options.name, options.instructions, options.warnings) == (None, "", "", ())


def test_a_temperature_that_somebody_gave_is_a_ceiling_wherever_it_was_given() -> None:
    assert asked_of_a_model("-t 0.5").ceiling == 0.5
    assert asked_of_a_model("", {"SYNTHGEN_TEMPERATURE": "1.1"}).ceiling == 1.1
    assert asked_of_a_model("-t 0", {"SYNTHGEN_TEMPERATURE": "1.1"}).sampling.temperature == 0
    assert asked_of_a_model("--plan-temperature 0.3").planning.temperature == 0.3


@pytest.mark.parametrize(
    "line, used, range_",
    [
        ("-t 2.5", (2, 0.95, 50), "0 to 2"),
        ("-t -1", (0, 0.95, 50), "0 to 2"),
        ("--top-p 7", (0.8, 1, 50), "0 to 1"),
        ("--top-k 5000", (0.8, 0.95, 1000), "0 to 1000"),
    ],
)
def test_a_number_out_of_range_is_moved_into_it_with_a_warning(
    line: str, used: tuple[float, float, int], range_: str
) -> None:
    options = asked_of_a_model(line)
    assert (options.sampling.temperature, options.sampling.top_p, options.sampling.top_k) == used
    assert len(options.warnings) == 1
    assert range_ in options.warnings[0]


@pytest.mark.parametrize("line", ["-t warm", "-t nan", "--top-p ''x", "--top-k 2.5", "--plan-temperature cold"])
def test_what_is_no_number_is_refused_with_its_range(line: str) -> None:
    with pytest.raises(InputError, match=r"is not a (whole )?number \(0 to"):
        asked_of_a_model(line)


def test_instructions_come_as_words_or_from_a_file_and_have_bounds(tmp_path: Path) -> None:
    (tmp_path / "wanted.txt").write_text("mostly German customers\n", encoding="utf-8")
    assert asked_of_a_model(f"-i @{tmp_path}/wanted.txt").instructions == "mostly German customers"
    assert asked_of_a_model("-i 'in December'").instructions == "in December"
    for line, said in (
        (f"-i @{tmp_path}/none", "can't read"),
        ("-i ' '", "no instructions"),
        (f"-i {'x' * 9000}", "9,000"),
    ):
        with pytest.raises(InputError, match=said):
            asked_of_a_model(line)


def test_changes_are_dropped_by_their_numbers() -> None:
    assert asked_of_a_model("--drop 2,5").drop == {2, 5}
    for text in ("0", "x", "-1", "2;5"):
        with pytest.raises(InputError, match="--drop"):
            asked_of_a_model(f"--drop={text}")


def test_drawing_options_without_a_model_say_so_in_one_line() -> None:
    options = asked_of_a_model("-t 1 --top-k 5")
    assert without_effect(options, loaded=False) == ("-t, --top-k: no effect without a model",)
    assert without_effect(options, loaded=True) == ()
