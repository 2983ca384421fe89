"""Peak memory: ten times the rows in a tenth more, generated and validated, of a table of five columns."""

from __future__ import annotations

import argparse

import synthgen_nb as sg

from .measure import Result, beside, commands, own

DDL = """
CREATE TABLE customers (id integer PRIMARY KEY, name varchar(60) NOT NULL);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id),
  amount numeric(12,2) NOT NULL CHECK (amount >= 0),
  status varchar(20) NOT NULL CHECK (status IN ('new', 'paid', 'sent', 'lost')), ordered_on date NOT NULL);
"""


def measured(rounds: int, *, tiny: bool) -> list[Result]:
    """(One round: peaks hardly differ from run to run, and the largest takes a while.)"""
    sizes = (20_000, 50_000) if tiny else (1_000_000, 10_000_000, 100_000_000)
    made = commands({f"{rows:,} rows": own("memory", rows, "{out}") for rows in sizes}, 1)
    checked = commands({f"{rows:,} rows": own("memory", rows, "{out}", "--validate") for rows in sizes}, 1)
    lines = {
        name: {"generated MB": one["peak MB"], **{f: checked[name][f] for f in ("peak MB", "CPU s", "wall s", "MB")}}
        for name, one in made.items()
    }
    ratios = {"generated x": "generated MB", "validated x": "peak MB"}
    reference = f"{sizes[-2]:,} rows"
    title = "Peak memory of all processes together, five columns: generated, and validated after that"
    return [Result(title, beside(lines, reference, ratios))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("out")
    parser.add_argument("--validate", action="store_true")
    asked = parser.parse_args()
    counts = {"orders": asked.rows, "customers": 100_000}
    plan = sg.draft_plan(sg.parse_ddl(DDL, dialect="postgres"), counts)
    dataset = sg.generate(plan, sg.Store(asked.out), validate=False)
    assert not asked.validate or sg.validate(dataset).clean


if __name__ == "__main__":
    main()
