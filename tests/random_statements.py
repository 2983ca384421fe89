"""Random UPDATE, DELETE and INSERT over two small tables, with queries inside: text that the engines take, drawn from
one number. Knows no engine's answers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

DDL = """
CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL, city VARCHAR(20), born DATE, points INT,
  vip BOOLEAN);
CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT, total DECIMAL(10,2) NOT NULL, placed DATE, qty INT NOT NULL);
"""
NUMBERS = {"customers": ("id", "points"), "orders": ("id", "customer_id", "total", "qty")}
TEXTS: dict[str, tuple[str, ...]] = {"customers": ("name", "city"), "orders": ()}
DATES = {"customers": ("born",), "orders": ("placed",)}
CITIES = ("Bern", "Rome", "bern", "Oslo ", "", "Zürich")
Row = tuple[object, ...]


def random_rows(seed: int) -> dict[str, list[Row]]:
    chance = random.Random(seed)

    def some(value: object) -> object:
        return value if chance.random() < 0.8 else None

    def day() -> object:
        return some(f"20{chance.randint(10, 25)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}")

    people = [
        (i, chance.choice(("Ada", "Bo", "ada", "Cy")), some(chance.choice(CITIES)), day(), some(chance.randint(-3, 9)),
         some(chance.random() < 0.5))
        for i in range(1, 11)
    ]  # fmt: skip
    orders = [
        (i, some(chance.randint(1, 12)), f"{chance.randint(0, 3000) / 100:.2f}", day(), chance.randint(0, 5))
        for i in range(1, 21)
    ]
    return {"customers": people, "orders": orders}


@dataclass(frozen=True)
class Seen:
    """A table under its name in a query."""

    alias: str
    table: str


class Writer:
    """One statement in the words of `dialect` (postgres, mariadb, sqlite or duckdb)."""

    def __init__(self, dialect: str, seed: int) -> None:
        self.dialect, self.chance, self._aliases = dialect, random.Random(f"{dialect}/{seed}"), 0
        self._changing = ""  # SQLite and MariaDB read rows that they have changed already

    def statement(self) -> str:
        table = self.chance.choice(("customers", "orders"))
        own = [Seen(table, table)]
        kind = self.chance.choice(("update", "update", "update", "delete", "insert"))
        where = f" WHERE {self.condition(own, 2)}" if self.chance.random() < 0.9 else ""
        if kind == "delete":
            return f"DELETE FROM {table}{where}"
        if kind == "insert":
            return self.insert(table)
        numbers = [name for name in NUMBERS[table] if name != "id"]
        choices: list[tuple[str, Callable[[list[Seen], int], str]]] = [(name, self.number) for name in numbers]
        choices += [(name, self.text) for name in TEXTS[table]] + [(name, self.day) for name in DATES[table]]
        several = 1 if self.dialect == "mariadb" else self.chance.randint(1, 2)  # MariaDB reads what it has just set
        self._changing = table if self.dialect in ("sqlite", "mariadb") else ""
        sets = ", ".join(f"{name} = {write(own, 2)}" for name, write in self.chance.sample(choices, several))
        return f"UPDATE {table} SET {sets}{where}"

    def insert(self, table: str) -> str:
        source = self.seen(table)
        where = f" WHERE {self.condition([source], 1)}"
        if table == "orders":
            given = f"id + 100, customer_id, total, {self.number([source], 1)}"
            return f"INSERT INTO orders (id, customer_id, total, qty) SELECT {given} FROM orders {source.alias}{where}"
        given = f"id + 100, {self.text([source], 1)}, born"
        return f"INSERT INTO customers (id, name, born) SELECT {given} FROM customers {source.alias}{where}"

    def number(self, seen: list[Seen], depth: int) -> str:
        pick = self.chance.random()
        if depth == 0 or pick < 0.3:
            where = self.chance.choice(seen)
            plain = [f"{where.alias}.{name}" for name in NUMBERS[where.table]]
            return self.chance.choice([*plain, str(self.chance.randint(0, 9)), "2.5"])
        one, other = (lambda: self.number(seen, depth - 1)), (lambda: self.number(seen, depth - 1))
        if pick < 0.5:
            return f"({one()} {self.chance.choice('+-*')} {other()})"
        if pick < 0.56:
            return f"({one()} / {self.chance.choice((2, 3, 4))})"
        if pick < 0.62:
            return f"coalesce({one()}, {other()})"
        if pick < 0.68:
            return f"CASE WHEN {self.condition(seen, depth - 1)} THEN {one()} ELSE {other()} END"
        if pick < 0.72:
            return f"abs({one()})"
        if pick < 0.76:
            return f"{'char_length' if self.dialect == 'mariadb' else 'length'}({self.text(seen, depth - 1)})"
        return f"({self.single(seen, depth - 1)})"

    def text(self, seen: list[Seen], depth: int) -> str:
        people = [one for one in seen if one.table == "customers"]
        pick = self.chance.random()
        if not people or pick < 0.15:
            return f"'{self.chance.choice(CITIES)}'"
        plain = f"{self.chance.choice(people).alias}.{self.chance.choice(TEXTS['customers'])}"
        if depth == 0 or pick < 0.4:
            return plain
        if pick < 0.6:
            return f"{self.chance.choice(('upper', 'lower'))}({plain})"
        if pick < 0.75:
            return f"coalesce({plain}, {self.text(seen, depth - 1)})"
        if pick < 0.9:
            return f"CASE WHEN {self.condition(seen, depth - 1)} THEN {plain} ELSE {self.text(seen, depth - 1)} END"
        return f"substr({plain}, 1, 2)"

    def day(self, seen: list[Seen], depth: int) -> str:
        where = self.chance.choice(seen)
        plain = f"{where.alias}.{DATES[where.table][0]}"
        pick = self.chance.random()
        if pick < 0.5:
            return plain
        if pick < 0.7:
            return f"coalesce({plain}, {'' if self.dialect == 'sqlite' else 'DATE '}'2024-02-29')"
        if self._changing == "orders":
            return plain
        best = self.chance.choice(("min(placed)", "max(placed)"))
        return f"(SELECT {best} FROM orders WHERE qty > {self.chance.randint(0, 4)})"

    def condition(self, seen: list[Seen], depth: int) -> str:
        pick = self.chance.random()
        number, text = (lambda: self.number(seen, max(depth - 1, 0))), (lambda: self.text(seen, max(depth - 1, 0)))
        if depth > 0 and pick < 0.25:
            word = self.chance.choice(("AND", "OR"))
            return f"({self.condition(seen, depth - 1)} {word} {self.condition(seen, depth - 1)})"
        if depth > 0 and pick < 0.32:
            return f"NOT ({self.condition(seen, depth - 1)})"
        if depth > 0 and pick < 0.45:
            no = self.chance.choice(("", "NOT "))
            return f"{number()} {no}IN ({self.many(seen, depth - 1)})"
        if depth > 0 and pick < 0.55:
            no, inner = self.chance.choice(("", "NOT ")), self.seen()
            where = f"{self.correlated(inner, seen)} AND {self.condition([inner, *seen], depth - 1)}"
            return f"{no}EXISTS (SELECT 1 FROM {inner.table} {inner.alias} WHERE {where})"
        if depth > 0 and pick < 0.6 and self.dialect != "sqlite":
            word = self.chance.choice((">= ALL", "< ANY", "= ANY", "<> ALL"))
            return f"{number()} {word} ({self.many(seen, depth - 1)})"
        if pick < 0.7:
            return f"{number()} IS {self.chance.choice(('', 'NOT '))}NULL"
        if pick < 0.8:
            return f"{text()} {self.chance.choice(('=', '<>'))} {text()}"
        if pick < 0.84:
            return f"{number()} BETWEEN {number()} AND {number()}"
        if pick < 0.87 and self.dialect != "postgres" and any(one.table == "customers" for one in seen):
            return next(f"{one.alias}.vip" for one in seen if one.table == "customers")
        return f"{number()} {self.chance.choice(('=', '<>', '<', '<=', '>', '>='))} {number()}"

    def single(self, seen: list[Seen], depth: int) -> str:
        """A query of one number."""
        inner = self.seen()
        name = f"{inner.alias}.{self.chance.choice(NUMBERS[inner.table])}"
        several = [f"{word}({name})" for word in ("sum", "max", "min", "avg")]
        total = self.chance.choice([*several, "count(*)", f"count(DISTINCT {name})"])
        where = self.correlated(inner, seen) if self.chance.random() < 0.6 else self.condition([inner], depth)
        return f"SELECT {total} FROM {inner.table} {inner.alias} WHERE {where}"

    def many(self, seen: list[Seen], depth: int) -> str:
        """A query of numbers."""
        inner, pick = self.seen(), self.chance.random()
        name, table = f"{inner.alias}.{self.chance.choice(NUMBERS[inner.table])}", f"{inner.table} {inner.alias}"
        where = self.condition([inner, *seen] if self.chance.random() < 0.4 else [inner], depth)
        if pick < 0.3:
            return f"SELECT {self.chance.choice(('', 'DISTINCT '))}{name} FROM {table} WHERE {where}"
        if pick < 0.5:
            other = self.seen()
            side = self.chance.choice(("JOIN", "LEFT JOIN"))
            on = f"{inner.alias}.id = {other.alias}.{'customer_id' if other.table == 'orders' else 'points'}"
            return f"SELECT {name} FROM {table} {side} {other.table} {other.alias} ON {on} WHERE {where}"
        if pick < 0.65:
            by = "customer_id" if inner.table == "orders" else "city"
            having = self.chance.choice(("count(*) > 1", f"sum({name}) > 3", f"max({name}) <= 5"))
            least = f"min({inner.alias}.id)"
            return f"SELECT {least} FROM {table} WHERE {where} GROUP BY {inner.alias}.{by} HAVING {having}"
        if pick < 0.75:
            words = ("UNION", "UNION ALL", "EXCEPT", "INTERSECT")
            word = self.chance.choice(words[: 2 if self.dialect == "mariadb" else 4])  # NOT IN is NULL there for others
            other = self.seen()
            right = f"SELECT id FROM {other.table} {other.alias} WHERE {self.condition([other], 0)}"
            return f"SELECT {name} FROM {table} {word} {right}"
        if pick < 0.9:
            sign = self.chance.choice(("", " DESC"))
            within = f"{self.condition([inner], depth)} ORDER BY {inner.alias}.id{sign} LIMIT 3"
            inside = f"SELECT {name} AS n FROM {table} WHERE {within}"
            return f"SELECT n FROM ({inside}) AS few"
        by = "customer_id" if inner.table == "orders" else "city"
        number = f"row_number() OVER (PARTITION BY {inner.alias}.{by} ORDER BY {inner.alias}.id DESC)"
        return f"SELECT id FROM (SELECT {inner.alias}.id, {number} AS place FROM {table}) AS ranked WHERE place = 1"

    def correlated(self, inner: Seen, seen: list[Seen]) -> str:
        outer = self.chance.choice(seen)
        left = "customer_id" if inner.table == "orders" else "id"
        right = "customer_id" if outer.table == "orders" else "id"
        return f"{inner.alias}.{left} = {outer.alias}.{right}"

    def seen(self, table: str = "") -> Seen:
        self._aliases += 1
        found = self.chance.choice([one for one in ("customers", "orders") if one != self._changing])
        return Seen(f"t{self._aliases}", table or found)
