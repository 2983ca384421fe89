"""Made data read by a sceptic: no defect that gives it away, in any of the templates; and each defect is found where
somebody plants it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import synthgen_nb as sg

from . import sceptic

TEMPLATES = sorted((Path(sg.__file__).parent / "templates").glob("*.sql"))

CLUB = """
CREATE TABLE countries (id integer PRIMARY KEY, name varchar(60) NOT NULL);
CREATE TABLE members (
    id integer PRIMARY KEY, first_name varchar(40) NOT NULL, last_name varchar(40) NOT NULL,
    gender char(1) NOT NULL CHECK (gender IN ('F', 'M')), email varchar(120) NOT NULL, phone varchar(30) NOT NULL,
    birth_date date NOT NULL, city varchar(80), country varchar(60), time_zone varchar(60), last_ip varchar(45),
    mentor_id integer REFERENCES members (id), code varchar(40), created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
CREATE TABLE orders (
    id integer PRIMARY KEY, member_id integer NOT NULL REFERENCES members (id),
    status varchar(20) NOT NULL CHECK (status IN ('new', 'paid', 'shipped', 'delivered', 'cancelled')),
    paid_at timestamp, shipped_at timestamp, cancelled_at timestamp, price numeric(10, 2) NOT NULL,
    discount_percent integer NOT NULL, start_date date NOT NULL, end_date date, md5 char(32) NOT NULL,
    settings text, review varchar(200), created_at timestamp NOT NULL
);
"""

# an edit that plants the defect, in the rows it names
PLANTED = {
    "wrong_gender": "UPDATE members SET first_name = 'Elizabeth', gender = 'M' WHERE id <= 3",
    "impossible_date": "UPDATE members SET birth_date = DATE '2044-02-03' WHERE id <= 3",
    "mismatched_city": "UPDATE members SET city = 'Mumbai', country = 'France' WHERE id <= 3",
    "self_loop": "UPDATE members SET mentor_id = id WHERE id <= 3",
    "repeated_text": "UPDATE orders SET review = 'The very same words about the very same thing, once more.'"
    " WHERE id <= 30",
    "cut_word": "UPDATE orders SET review = rpad('The parcel came on a', 200, ' day and it was goo') WHERE id <= 3",
    "price_off_by_a_thousand": "UPDATE orders SET price = 9999999.99 WHERE id <= 3",
    "updated_before_created": "UPDATE members SET updated_at = created_at - INTERVAL '40 days' WHERE id <= 3",
    "end_before_start": "UPDATE orders SET end_date = start_date - 9 WHERE id <= 3",
    "child_before_parent": "UPDATE orders SET created_at = TIMESTAMP '2001-01-01 00:00:00' WHERE id <= 3",
    "status_without_its_date": "UPDATE orders SET status = 'shipped', shipped_at = NULL WHERE id <= 3",
    "email_of_somebody_else": "UPDATE members SET email = 'zq.xw@example.com' WHERE id <= 3",
    "contact_of_a_real_host": "UPDATE members SET last_ip = '8.8.8.8' WHERE id <= 3",
    "guess_dressed_up": "UPDATE members SET code = 'Toys' WHERE id <= 3",
    "name_with_digits": "UPDATE members SET last_name = 'Smith 7' WHERE id <= 3",
    "event_in_the_future": "UPDATE members SET updated_at = TIMESTAMP '2031-01-01 00:00:00' WHERE id <= 3",
    "number_beyond_its_scale": "UPDATE orders SET discount_percent = 400 WHERE id <= 3",
    "broken_code": "UPDATE orders SET md5 = 'not a hash, but as long as one...' WHERE id <= 3",
    "lookup_that_repeats": "UPDATE countries SET name = 'France' WHERE id <= 3",
    "one_number_for_all": "UPDATE members SET phone = '+1-202-555-0123' WHERE id <= 300",
    "doubled_word": "UPDATE orders SET review = 'Came in time time, and whole.' WHERE id <= 3",
}


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> sg.Dataset:
    plan = sg.draft_plan(sg.parse_ddl(CLUB, dialect="postgres"), {"countries": 40, "*": 2000})
    return sg.generate(plan, sg.Store(tmp_path_factory.mktemp("store")), "club")


def test_a_dataset_as_it_is_made_has_none(club: sg.Dataset) -> None:
    assert sceptic.findings(club) == {}
    assert all(sceptic.looked_at(club).values()), "every defect has columns to look at"


@pytest.mark.parametrize("defect", sceptic.DEFECTS, ids=lambda defect: defect.__name__)
def test_a_defect_that_is_planted_is_found(defect: sceptic.Defect, club: sg.Dataset) -> None:
    with sg.propose(club, PLANTED[defect.__name__]) as proposal:
        found = {what: rows for what, rows in defect(proposal.dataset) if rows}
    assert found
    assert min(found.values()) <= 3 or defect.__name__ == "one_number_for_all"


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_no_defect_in_100_000_rows_of_a_template(template: Path, tmp_path: Path) -> None:
    schema = sg.parse_ddl(template.read_text(encoding="utf-8"), dialect="postgres")
    dataset = sg.generate(sg.draft_plan(schema, 100_000), sg.Store(tmp_path / "store"), template.stem)
    assert sceptic.findings(dataset) == {}


def test_the_templates_have_columns_for_nearly_every_defect(tmp_path: Path) -> None:
    looked: Counter[str] = Counter()
    for template in TEMPLATES:
        schema = sg.parse_ddl(template.read_text(encoding="utf-8"), dialect="postgres")
        dataset = sg.generate(sg.draft_plan(schema, 1000), sg.Store(tmp_path / template.stem), template.stem)
        assert sceptic.findings(dataset) == {}, template.stem
        looked.update(sceptic.looked_at(dataset))
    assert sum(1 for places in looked.values() if places) >= 17
