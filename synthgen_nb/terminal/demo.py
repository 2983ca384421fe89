"""`synthgen demo`: the whole job on a small shop, in the terminal. Keeps nothing."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from importlib.resources import files
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from ..options import Settings
from ..pages import Grid, Part, dataset_page, duration, plural, rows_grid
from ..pages.screen import Style, text
from ..progress import Reader, follow
from ..request import drafted, read_schema, request

ROWS = ("1000", "categories=40", "orders=20k", "order_lines=60k")
_QUERY = """SELECT c.country, count(DISTINCT o.id) AS orders, sum(l.quantity * l.unit_price) AS revenue
FROM customers c JOIN orders o ON o.customer_id = c.id JOIN order_lines l ON l.order_id = o.id
GROUP BY c.country ORDER BY revenue DESC, c.country LIMIT 5"""


def shop_ddl() -> str:
    return (files("synthgen_nb") / "templates" / "shop.sql").read_text(encoding="utf-8")


def demo(style: Style, reader: Reader, clock: Callable[[], float] = time.perf_counter) -> int:
    """Generates four linked tables of a shop, checks every rule and shows what came out. Leaves nothing behind."""
    from ..jobs import run
    from ..store import Store

    ddl = shop_ddl()
    asked = request(Settings(dialect="postgres"), datetime.date(2026, 1, 1), rows=ROWS)
    with TemporaryDirectory(prefix="synthgen-demo-") as folder:
        store = Store(folder)
        began = clock()
        try:
            dataset = store.open("shop", follow(run(drafted(read_schema(ddl, asked), asked), store, "shop"), reader))
        finally:
            reader.close()
        seconds = clock() - began
        print(style.paint("The DDL", "1") + f" ({plural(ddl.count(chr(10)), 'line')}; the last table of four)\n")
        print(_indented(ddl[ddl.index("CREATE TABLE order_lines") :]) + "\n")
        print(text(dataset_page(dataset, first_rows=5, tables=("customers", "order_lines")), style))
        answer = dataset.sql(_QUERY)
        grid: Grid = rows_grid(answer.lazy(), answer.height)
        print(
            "\n"
            + text(
                replace(
                    dataset_page(dataset, first_rows=0),
                    title="best countries",
                    facts=(),
                    marks=(),
                    parts=(Part("", grid),),
                ),
                style,
            )
        )
        total = sum(dataset.rows.values())
        print(
            f"\n{plural(total, 'row')} made and checked in {duration(seconds)}. Yours: synthgen generate FILE.sql -n 1k"
        )
        return 1 if dataset.report and dataset.report.broken else 0


def _indented(sql: str) -> str:
    return "\n".join(f"  {line}" for line in sql.strip().splitlines())
