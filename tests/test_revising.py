"""What a person typed as an edit: SQL needs no model, a sentence does."""

from __future__ import annotations

import pytest

from synthgen_nb.revising import is_sql

SQL = """
UPDATE customers SET city = 'Bonn'
update "Order Lines" as l set quantity = 1 where l.id = 3
UPDATE sales.orders o SET total = 0;
UPDATE ONLY orders SET total = 0
delete from orders where id = 1; update t set a = 1
INSERT INTO t SELECT synth_rows(100)
insert or ignore into t values (1)
INSERT IGNORE INTO t VALUES (1)
REPLACE INTO t VALUES (1)
TRUNCATE TABLE t
WITH late AS (SELECT 1) UPDATE t SET a = 1
with recursive up(id, n) as (select 1, 2) delete from t
""".strip().splitlines()

SENTENCES = """
update the emails of all customers to lower case
update customers: half of them are from Bonn
delete 10% of the orders
Delete every customer without an order
insert five more customers
with all customers in Germany, set the currency to EUR
make 10% of the customers German and move their orders to 2024
-- make it so
Replace the names by Japanese ones
truncate the notes to ten letters
""".strip().splitlines()


@pytest.mark.parametrize("text", [*SQL, "-- why\n  /* and\n how */ # so\n DELETE FROM orders"])
def test_a_statement_is_sql(text: str) -> None:
    assert is_sql(text)


@pytest.mark.parametrize("text", ["", "  ", "-- only a comment", *SENTENCES])
def test_a_sentence_is_none_though_it_begins_with_the_same_word(text: str) -> None:
    assert not is_sql(text)
