"""`check(plan)`: what can't be satisfied is said here, before any row is kept. Draws a few rows, writes none."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from .errors import InfeasibleError, SynthgenError
from .generation import Engine
from .physical import to_arrow
from .plan import Plan, TablePlan
from .report import Finding, Report
from .schema import Table
from .specs import Key, Layout, Permuted, Pick, Tally

_PROBED = 256  # rows drawn at either end of each table


def check(plan: Plan) -> Report:
    """Findings for what the plan can't do (broken), where it gives fewer rows than asked (holds, rule "capacity"), and
    for CHECKs that only the engine can judge (unverified)."""
    return _looked_at(plan)[0]


def _looked_at(plan: Plan) -> tuple[Report, Engine | None]:
    """With the engine that looked, if any could."""
    engine = None
    findings = list(plan.findings)
    if all(f.verdict != "broken" for f in findings):
        engine = Engine(plan)
        for key, table in plan.schema.tables.items():
            if key not in plan.tables and table.partition_of in plan.schema.tables:
                continue
            if key not in plan.tables:
                findings.append(_broken(table, (), "the plan has no such table", "draft the plan again"))
                continue
            shape = list(_shape(plan, table, plan.tables[key]))
            findings += shape or _probe(engine, table)
    for key, table_plan in plan.tables.items():
        if table_plan.rows < table_plan.asked and table_plan.why:
            text = f"{table_plan.rows:,} of {table_plan.asked:,} rows: {table_plan.why}"
            findings.append(Finding(verdict="holds", rule="capacity", table=key, text=text))
    return Report(findings=tuple(findings)), engine


def require(plan: Plan, *, strict: bool = False) -> Engine:
    """The engine that `check` drew with: what it has is not drawn again. Raises InfeasibleError with the findings where
    something is broken, or, if strict, for a smaller table."""
    report, engine = _looked_at(plan)
    bad = [f for f in report.findings if f.verdict == "broken" or (strict and f.verdict == "holds")]
    if bad or engine is None:
        first = bad[0]
        place = f"line {first.line}, col {first.column}: " if first.line else ""
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        details = {"findings": [{"table": f.table, "columns": f.columns, "text": f.text, "hint": f.hint} for f in bad]}
        raise InfeasibleError(f"{place}{first.table}: {first.text}{more}", hint=first.hint, details=details)
    return engine


def _broken(table: Table, columns: tuple[str, ...], text: str, hint: str) -> Finding:
    place = table.column(columns[0]).place if columns else table.place
    line, column = (place.line, place.column) if place else (0, 0)
    return Finding(
        verdict="broken", rule="plan", table=table.key, columns=columns, text=text, hint=hint, line=line, column=column
    )


def _shape(plan: Plan, table: Table, table_plan: TablePlan) -> Iterator[Finding]:
    """Names that point nowhere, and specs with fewer values than rows."""
    names = table.column_names
    missing = [c for c in names if c not in table_plan.columns]
    if missing:
        yield _broken(table, (missing[0],), f"the plan has no column {missing[0]}", "add it, or draft the plan again")
    for name, column in table_plan.columns.items():
        if name not in names:
            yield _broken(table, (), f"the table has no column {name}", "take it out of the plan")
            continue
        if column.at not in ("", "row") and column.at not in table_plan.sources:
            yield _broken(
                table, (name,), f"{name} reads the source '{column.at}', which is not there", "name one of `sources`"
            )
        elif column.at == "row" and not isinstance(column.spec, Key) and column.spec.size < table_plan.rows:
            text = f"{name} has {column.spec.size:,} values for {table_plan.rows:,} rows"
            yield _broken(table, (name,), text, "ask for fewer rows or widen it")
        if isinstance(column.spec, Tally) and (untold := _untold(plan, column.spec)):
            yield _broken(table, (name,), f"{name} counts rows of {column.spec.table} by {untold}", "no such thing")
        if isinstance(column.spec, Key) and (
            column.spec.table not in plan.tables or column.spec.column not in plan.tables[column.spec.table].columns
        ):
            yield _broken(
                table, (name,), f"{name} points to {column.spec.table}.{column.spec.column}", "no such column"
            )
    for name, source in table_plan.sources.items():
        parents = source.among if isinstance(source, Pick) else source.parents if isinstance(source, Layout) else 0
        nowhere = isinstance(source, Layout) and not (source.table and source.total)
        if (
            isinstance(source, Pick | Layout)
            and not nowhere
            and (source.table not in plan.tables or parents > plan.tables[source.table].rows)
        ):
            yield _broken(
                table, (), f"source '{name}' points beyond the rows of {source.table}", "ask for more rows there"
            )
        if isinstance(source, Layout) and not source.least * parents <= source.total <= source.most * parents:
            yield _broken(
                table, (), f"source '{name}' can't lay {source.total:,} rows out", "change `most` or the rows"
            )
        if isinstance(source, Permuted) and source.of == "row" and source.size < table_plan.rows:
            text = f"source '{name}' has {source.size:,} values for {table_plan.rows:,} rows"
            yield _broken(table, (), text, "ask for fewer rows")


def _untold(plan: Plan, tally: Tally) -> str:
    """What a tally reads that the plan has not; "" if it has all."""
    child = plan.tables.get(tally.table)
    if child is None:
        return "its rows"
    missing = [name for _, name in tally.beyond if name not in child.columns]
    return ", ".join([*missing, *([] if tally.by in ("row", *child.sources) else [tally.by])])


def _probe(engine: Engine, table: Table) -> list[Finding]:
    """The first rows and the last, every column, in the declared types."""
    rows = engine.ends(table.key, _PROBED)
    far = {name for name in table.column_names if _far(engine, (table.key, name), set())}
    for field, column in zip(engine.stored(table.key).declared, table.columns, strict=True):
        if field.name in far:
            continue
        try:
            array = to_arrow(rows.column(field.name), field.type, column.type.values)
        except InfeasibleError as error:
            return [_broken(table, (field.name,), error.message, error.hint)]
        except SynthgenError as error:
            return [
                _broken(
                    table, (field.name,), f"{field.name}: {error.message}", error.hint or "change its spec in a plan"
                )
            ]
        except RecursionError:
            text = f"{field.name} is computed from a key that is computed from {field.name} again"
            return [
                _broken(table, (field.name,), text, "keys that point at themselves in a ring have no construction yet")
            ]
        except pa.ArrowInvalid as error:
            text = f"{field.name} does not fit its type: {str(error).splitlines()[0]}"
            return [_broken(table, (field.name,), text, "change its spec in a plan")]
        if not field.nullable and array.null_count:
            return [
                _broken(
                    table, (field.name,), f"{field.name} is NOT NULL and has no value for some rows", "check its source"
                )
            ]
    for redraw in engine.plan.tables[table.key].redraws:
        if not redraw.columns and far.isdisjoint(redraw.reads) and len(engine.failing(rows, redraw)):
            text = f"CHECK ({redraw.sql}) reads only key columns, and their values don't hold it"
            return [_broken(table, redraw.reads[:1], text, "this has no construction yet")]
    engine.keep(rows)
    return []


def _far(engine: Engine, place: tuple[str, str], seen: set[tuple[str, str]]) -> bool:
    """Whether one value of the column takes a pass over all rows of another table: too long for a look."""
    table, name = place
    column = engine.plan.tables[table].columns.get(name)
    if column is None or place in seen:
        return False
    seen.add(place)
    spec = column.spec
    if isinstance(spec, Tally) and not engine.consecutive(spec.table, spec.by):
        return True
    return any(_far(engine, other, seen) for other in (*((table, n) for n in spec.needs), *spec.beyond))
