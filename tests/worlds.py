"""Plans of one table for tests: any specs and sources, no DDL. And a hash of a frame's values that no cut can
change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.plan import ColumnPlan, Plan, TablePlan
from synthgen_nb.schema import Column, Kind, Schema, Table, Type
from synthgen_nb.specs import (
    LIFE,
    SO_FAR,
    Above,
    After,
    Ahead,
    Among,
    Amount,
    AnySource,
    AnySpec,
    Anywhere,
    Article,
    Bank,
    Begin,
    BitText,
    Branched,
    Bytes,
    Choice,
    Digit,
    Drawn,
    Edged,
    Either,
    Elapsed,
    Expression,
    Flag,
    Floor,
    Format,
    Given,
    Gone,
    Grove,
    Iban,
    Inside,
    Joined,
    Key,
    Late,
    Latest,
    Latin,
    Layout,
    Life,
    Listed,
    ListOf,
    Nations,
    Null,
    Ordinal,
    Paced,
    Pair,
    Parent,
    Part,
    Parted,
    Path,
    Pattern,
    Permuted,
    Person,
    Phrase,
    Pick,
    Place,
    Point,
    Portion,
    Priced,
    Product,
    Progress,
    Prose,
    Range,
    Ranked,
    Rhythmic,
    Shaped,
    Since,
    Skip,
    Slice,
    Slots,
    Slug,
    Span,
    Stage,
    Stamp,
    Standing,
    Step,
    Stretch,
    Subset,
    Tally,
    Term,
    Touched,
    Town,
    Tree,
    Turn,
    Uuid,
    Within,
)
from synthgen_nb.specs.cities import Limit
from synthgen_nb.specs.folk import Folk
from synthgen_nb.specs.logins import PATTERNS

ROWS = 4_000
INTEGER = Type(kind=Kind.INTEGER, sql="bigint", bits=64)
TEXT = Type(kind=Kind.TEXT, sql="text")
TYPES = {
    "integer": INTEGER,
    "text": TEXT,
    "binary": Type(kind=Kind.BINARY, sql="bytea"),
    "float": Type(kind=Kind.FLOAT, sql="double precision", bits=64),
    "list": Type(kind=Kind.ARRAY, sql="integer[]", element=Type(kind=Kind.INTEGER, sql="integer", bits=32)),
}

FOLK = (Folk(weight=6, locale="de_DE"), Folk(weight=3, locale="fr_FR", gender="F"), Folk(weight=1))
MONTHS = (1,) * 11 + (9,)
HOURS = (0,) * 8 + (1, 3, 3) + (1,) * 13

NOW = Rhythmic(low=10**15, high=17 * 10**14, unit="moment", weekdays=(2, 1, 1, 1, 1, 0, 0), hours=HOURS)
QUARTER = 15 * 60 * 10**6
SLOTS = Slots(first=19_001, days=520, step=QUARTER, opens=32 * QUARTER, closes=152 * QUARTER // 2, working=True)
STAGE = Stage(2, 3_000, 900_000, 100, 1000)
WAY = (0, 900, 3_000, 900_000, 4_000_000)

_BASE = Amount(terms=(Term(columns=("base",)),))

# every kind of spec, with the type it fills and the source it is read at ("" draws at random)
SPECS: dict[str, tuple[AnySpec, str, str]] = {
    "serial": (Range(low=1, high=10**9), "integer", "row"),
    "range": (Range(low=-5, high=10**12), "integer", ""),
    "range of floats": (Range(low=0, high=1000, scale=100), "float", ""),
    "permuted range": (Range(low=0, high=10**6), "integer", "code"),
    "edged": (Edged(inner=Range(low=-5, high=10**6), edges=Choice(values=(0, 2**31 - 1)), share=3_000), "integer", ""),
    "edged person": (
        Edged(inner=Person(field="last_name"), edges=Choice(values=("O'Brien", "")), share=20_000),
        "text",
        "code",
    ),
    "shaped": (Shaped(points=(0, 10, 20, 500, 10_000), step=5), "integer", ""),
    "prices": (Shaped(points=(199, 700, 900, 2_000, 90_000), whole=100, ends=(99, 99, 50, 0)), "integer", ""),
    "choice": (Choice(values=("a", "b", "c"), weights=(5, 3, 1)), "text", ""),
    "choice of numbers": (Choice(values=(3, 5, 8)), "integer", ""),
    "bank": (Bank(pool="last_name"), "text", ""),
    "unique bank": (Bank(pool="last_name", copies=500, longest=30), "text", "code"),
    "given": (Given(values=("red oak", "elm", "ash")), "text", ""),
    "unique given": (Given(values=("red oak", "elm", "ash"), count=60_000), "text", "code"),
    "given, in rows of a bank": (Choice(values=("red oak", "elm", "ash")), "text", "drawn"),
    "given, then codes": (
        Joined(parts=(Given(values=("red oak", "elm")), Pattern(template="@@-####", start=7, count=60_000))),
        "text",
        "code",
    ),
    "pattern": (Pattern(template="AB-@@##%%??**"), "text", ""),
    "unique pattern": (Pattern(template="@@@-####"), "text", "code"),
    "long pattern": (Pattern(template="%" * 40), "text", "code"),
    "given in turns": (Given(values=("red oak", "elm", "ash"), count=400, turns=True), "text", ""),
    "phrase": (Phrase(grammars=("film_title",)), "text", ""),
    "unique phrase": (Phrase(grammars=("log_text",)), "text", "code"),
    "short phrase": (Phrase(grammars=("product_description",), longest=140), "text", ""),
    "phrase of the row": (Phrase(grammars=("product_description",), about={"product": "base"}, room=20), "text", ""),
    "phrase by a number": (
        Phrase(grammars=("review_low", "review_middle", "review_high"), by="base", cuts=(2_000, 9_000)),
        "text",
        "",
    ),
    "slug": (Slug(column="base", longest=20, before="x/", after=".html"), "text", ""),
    "unique slug": (Slug(column="base", longest=20), "text", "code"),
    "product": (Product(field="name"), "text", "code"),
    "product again": (Product(field="name", copies=3), "text", "drawn"),
    "product's price": (Product(field="price", units=100), "integer", "code"),
    "product's cost": (Product(field="cost", scale=100), "float", "code"),
    "prose": (Prose(sentences=3, longest=200), "text", ""),
    "stamp": (
        Stamp(of=Range(low=0, high=20_000), unit="day", form="%d.%m.%Y"),
        "text",
        "",
    ),
    "stamp of a zone": (
        Stamp(of=Range(low=0, high=10**15), unit="moment", form="%Y-%m-%dT%H:%M:%S%z", zone="Europe/Berlin"),
        "text",
        "",
    ),
    "short prose": (Prose(sentences=2, longest=60), "text", ""),
    "person": (Person(field="full_name", copies=3), "text", "code"),
    "email": (Person(field="email", copies=3, longest=50), "text", "code"),
    "email of some locales": (Person(field="email", copies=9, folk=FOLK), "text", "code"),
    "name of some locales": (Person(field="full_name", copies=9, folk=FOLK), "text", "code"),
    "email in patterns": (Person(field="email", copies=9, folk=FOLK, patterns=PATTERNS), "text", "code"),
    "user name in patterns": (Person(field="username", copies=3, patterns=PATTERNS), "text", "code"),
    "middle name": (Person(field="middle_name", folk=FOLK), "text", "code"),
    "initials": (Person(field="initials", folk=FOLK, longest=2), "text", "code"),
    "account": (Iban(), "text", ""),
    "article": (Article(), "text", ""),
    "unique book": (Article(prefix="978"), "text", "code"),
    "unique account": (Iban(country="SE"), "text", "code"),
    "title": (Person(field="title", folk=FOLK, labels=("Ms.", "Mr.")), "text", "code"),
    "city": (Place(field="city"), "text", "town"),
    "unique city": (Place(field="city"), "text", "cities"),
    "region": (Place(field="region", ascii=True), "text", "town"),
    "postal code": (Place(field="postal_code"), "text", "town"),
    "phone": (Place(field="phone"), "text", "town of people"),
    "address": (Place(field="street_address"), "text", ""),
    "latitude": (Place(field="latitude", form="units", digits=4), "integer", "town"),
    "longitude": (Place(field="longitude", form="float"), "float", "town"),
    "longitude as text": (Place(field="longitude", digits=6), "text", "town"),
    "country": (Place(field="country"), "text", "nations"),
    "city around": (Place(field="city"), "text", "inside"),
    "days with a rhythm": (Rhythmic(low=19_000, high=20_000, unit="day", months=MONTHS, rising=True), "integer", ""),
    "moments with a rhythm": (
        Rhythmic(low=10**15, high=10**15 + 10**14, unit="moment", weekdays=(2, 1, 1, 1, 1, 0, 0), hours=HOURS),
        "integer",
        "",
    ),
    "times with a rhythm": (Rhythmic(low=3 * 10**10, high=7 * 10**10, unit="time", hours=HOURS), "integer", ""),
    "key by layout in any order": (Key(table="parent", column="base"), "integer", "layout in any order"),
    "uuid": (Uuid(), "text", ""),
    "bytes": (Bytes(shortest=3, longest=20), "binary", ""),
    "unique bytes": (Bytes(shortest=16, longest=16), "binary", "code"),
    "bits": (BitText(length=12), "text", ""),
    "point": (Point(form="wkt"), "text", ""),
    "geometry": (Point(form="wkb"), "binary", ""),
    "format": (Format(template="{0}/{1}", parts=(Range(low=1, high=9), Pattern(template="##"))), "text", ""),
    "list": (ListOf(element=Range(low=0, high=99), shortest=0, longest=5), "list", ""),
    "subset": (Subset(values=("x", "y", "z")), "text", ""),
    "unique list": (ListOf(element=Range(low=0, high=99), shortest=3, longest=3), "list", "code"),
    "unique format": (
        Format(template="{0} days {1}", parts=(Range(low=1, high=9999), Pattern(template="##"))),
        "text",
        "code",
    ),
    "null": (Null(), "text", ""),
    "after": (After(column="base", low=1, high=50, limit=10**7), "integer", ""),
    "begin": (
        Since(
            on=Begin(),
            series=NOW,
            low=0,
            high=10**16,
            unit="moment",
            floors=(
                Floor(column="base", unit="moment"),
                Floor(column="base", unit="moment", table="parent", at="pick"),
            ),
        ),
        "integer",
        "",
    ),
    "begin at a full quarter": (
        Since(on=Begin(), series=NOW, low=0, high=10**16, unit="moment", step=QUARTER),
        "integer",
        "",
    ),
    "stage": (Since(on=STAGE, series=NOW, low=0, high=20_000, unit="day", open=True), "integer", ""),
    "at some stages": (
        Since(
            on=STAGE,
            series=NOW,
            low=0,
            high=10**16,
            unit="moment",
            floors=(Floor(column="base", unit="moment"),),
            when="id",
            among=(1, 5, 2000, 3999),
        ),
        "integer",
        "",
    ),
    **{
        name: (Since(on=place, series=NOW, low=0, high=10**16, unit="moment", open=True), "integer", "")
        for name, place in (
            ("end", Span("end", 0, 86_400 * 40)),
            ("due", Ahead("due", 86_400, 86_400 * 20)),
            ("seen", Anywhere()),
            ("archived", Late(100, 330)),
            ("updated", Touched(200)),
            ("deleted", Gone(400, 200, 330, 350)),
        )
    },
    "year": (Part(column="base", unit="moment", part="year"), "integer", ""),
    "quarter": (Part(column="base", unit="moment", part="quarter"), "integer", ""),
    "age": (Part(column="base", unit="day", part="age", today=20_000), "integer", ""),
    "elapsed": (Elapsed(start="id", end="base", per=7), "integer", ""),
    "nights": (Elapsed(start="id", end="base", per=7, whole=True), "integer", ""),
    "days off": (Elapsed(start="id", end="base", per=1, both=True), "integer", ""),
    "standing": (
        Standing(
            values=("new", "shipped", "archived"),
            first=(0,),
            steps=(Step((1,), STAGE), Step((2,), Late(100, 330))),
            series=NOW,
            weights=(25, 745, 230),
        ),
        "text",
        "",
    ),
    "flag": (Flag(column="id", values=(5, 7, 2000), yes="Y", no="N"), "text", ""),
    "key": (Key(table="parent", column="base"), "integer", "pick"),
    "years of siblings": (Range(low=900, high=2_100), "integer", "last years"),
    "days of siblings year by year": (Range(low=0, high=10**6), "integer", "days year by year"),
    "slots of siblings in turn": (SLOTS, "integer", "slots in turn"),
    "slots": (SLOTS, "integer", "code"),
    "days of siblings in turn": (Range(low=0, high=10**6), "integer", "days in turn"),
    "days of siblings month by month": (Range(low=0, high=10**6), "integer", "days month by month"),
    "key apart from another": (Key(table="parent", column="base"), "integer", "apart"),
    "key by layout": (Key(table="parent", column="base"), "integer", "layout"),
    "ordinal": (Range(low=1, high=1000), "integer", "ordinal"),
    "keyed permutation": (Range(low=1, high=1000), "integer", "among siblings"),
    "digit": (Range(low=0, high=9), "integer", "digit"),
    "tree": (Key(table="t", column="id"), "integer", "tree"),
    "tree with busy rows": (Key(table="t", column="id"), "integer", "busy tree"),
    "popular key": (Key(table="parent", column="base"), "integer", "popular"),
    "path": (Key(table="t", column="id"), "integer", "path"),
    "joined": (Joined(parts=(Range(low=5, high=900), Range(low=2000, high=10**9))), "integer", "row"),
    "joined at random": (Joined(parts=(Choice(values=("a", "b")), Pattern(template="##"), Prose())), "text", ""),
    "joined by weights": (Joined(parts=(Choice(values=("a",)), Prose()), weights=(3, 1)), "text", ""),
    "parted": (Parted(parts=(Range(low=5, high=9), Range(low=20, high=10**9), Choice(values=(3,)))), "integer", "part"),
    "slice": (Slice(start=50, width=100, count=ROWS, lead=20, step=2), "integer", "row"),
    "slice of floats": (Slice(start=5, width=10, count=ROWS, lead=3, scale=100), "float", ""),
    "stretch": (
        Stretch(
            low=Slice(start=19_000, width=30, count=1000, lead=5),
            high=Slice(start=19_020, width=30, count=1000, lead=5),
            form="date",
        ),
        "text",
        "ordinal",
    ),
    "stretch of moments": (
        Stretch(
            low=Slice(start=10**15, width=10**10, count=ROWS, lead=9, step=10**8),
            high=Slice(start=10**15 + 5 * 10**9, width=10**10, count=ROWS, lead=9, step=10**8),
            form="timestamptz",
        ),
        "text",
        "",
    ),
    "first of a pair": (Range(low=0, high=99), "integer", "pair below"),
    "second of a pair": (Range(low=0, high=99), "integer", "pair above"),
    "one of a pair in either order": (Range(low=0, high=99), "integer", "one of two"),
    "one of a pair that differs": (Range(low=0, high=99), "integer", "the other"),
    "latin": (Range(low=0, high=99), "integer", "latin"),
    "held": (Range(low=0, high=35_999), "integer", "listed"),
    "ranked": (Key(table="parent", column="base"), "integer", "ranked"),
    "rows of some kinds": (Key(table="t", column="id"), "integer", "turn"),
    "within": (Key(table="t", column="id"), "integer", "within"),
    "within, in its place": (Key(table="t", column="id"), "integer", "in its place"),
    "above": (Range(low=1, high=1000), "integer", "above"),
    "grove": (Key(table="t", column="id"), "integer", "grove"),
    "either": (Either(first=Null(), second=Range(low=0, high=99)), "integer", "some"),
    "either of two": (Either(first=Choice(values=("x",)), second=Choice(values=("y", "z"))), "text", "some"),
    "amount": (
        Amount(terms=(Term(columns=("base", "id"), over=7), Term(columns=("base",), negative=True))),
        "integer",
        "",
    ),
    "amount less a share": (
        Amount(terms=(Term(columns=("id",), times=100, off="base", whole=10**6),), scale=100),
        "float",
        "",
    ),
    "portion": (Portion(of=Amount(terms=(Term(columns=("base",)),)), rates=(0, 50), weights=(3, 1)), "integer", ""),
    "named after the row above": (Branched(tree="tree", tops=("a", "b"), endings=("c", "d", "e")), "text", ""),
    "priced": (Priced(column="base", table="parent", price="base", by="pick", over=7), "integer", ""),
    "count of children": (Tally(table="t", by="tree", how="count", empty=0), "integer", ""),
    "sum over children": (Tally(table="t", by="tree", how="sum", of=_BASE, over=100, empty=0), "integer", ""),
    "latest of children": (Tally(table="t", by="pick", how="most", of=_BASE), "integer", ""),
    "first of children that lie together": (Tally(table="t", by="layout", how="least", of=_BASE), "integer", ""),
    "mean over children that lie together": (Tally(table="t", by="layout", how="mean", of=_BASE), "integer", ""),
    "expression": (Expression(sql="base * 2 + 1", columns=("base",)), "integer", ""),
}
SOURCES: dict[str, AnySource] = {
    "town": Town(folk=FOLK),
    "town of people": Town(folk=FOLK, of="code", limits=(Limit("city", 12),)),
    "nations": Nations(limits=(Limit("county", 9),)),
    "cities": Permuted(size=8_000, of="few"),
    "few": Digit(of="row", modulo=8_000),
    "inside": Inside(of="pick", table="t", source="town", level="region"),
    "code": Permuted(size=50_000),
    "drawn": Drawn(among=3),
    "pick": Pick(table="parent", among=500, skew=1),
    "one fewer": Pick(table="parent", among=499),
    "apart": Skip(of="one fewer", around="pick"),
    "layout": Layout(table="parent", parents=500, total=ROWS, most=1000),
    "layout in any order": Layout(table="parent", parents=500, total=ROWS, least=1, most=30, of="order"),
    "order": Permuted(size=ROWS),
    "ordinal": Ordinal(of="layout"),
    "among siblings": Permuted(size=1000, of="ordinal", by="layout"),
    "digit": Digit(of="code", divide=7, modulo=10),
    "part": Digit(of="code", modulo=3),
    "tree": Tree(levels=(400, 1200, 2400)),
    "busy tree": Tree(levels=(400, 1200, 2400), roots="next", most=18),
    "popular": Pick(table="parent", among=500, weights=(9, 9, 8, 7, 6, 6, 6, 5, 5)),
    "path": Path(),
    "pair below": Pair(of="code", size=400, how="below", side=0),
    "pair above": Pair(of="code", size=400, how="upto", side=1),
    "one of two": Pair(of="code", size=400, how="either", side=1),
    "the other": Pair(of="code", size=400, how="apart", side=1),
    "latin": Latin(first="digit", second="ordinal", size=101, factor=3),
    "listed": Listed(of="half", columns=("held",), sql="held % 3 <> 1"),
    "some": Among(of="ordinal", size=1),
    "half": Permuted(size=24_000),
    "ranked": Ranked(of="one of ranks", table="parent", column="base", among=500),
    "one of ranks": Digit(of="code", modulo=500),
    "turn": Turn(of="pick", period=5, kept=(1, 2, 4)),
    "within": Within(of="pick", through=(("t", "layout"),)),
    "in its place": Within(of="pick", through=(("t", "layout"),), place="digit"),
    "above": Above(of="tree", table="t", there="layout"),
    "grove": Grove(of="layout"),
    LIFE: Life(series=structs.replace(NOW, rising=True), within=90, parents=(Parent("parent", "pick", "key"),)),
    "last years": Latest(of="layout", size=1_100),
    "begins year by year": Life(series=NOW, parents=(Parent("parent", "layout", "key"),), along="layout", year=2023),
    "days year by year": Digit(of="begins year by year", divide=86_400_000_000),
    "slots in turn": Paced(along="layout", table="parent", slots=SLOTS, within=400),
    "begins in turn": Life(series=NOW, parents=(Parent("parent", "layout", "key"),), along="layout"),
    "days in turn": Digit(of="begins in turn", divide=86_400_000_000),
    "begins month by month": Life(series=structs.replace(NOW, hours=()), along="layout", every=30),
    "days month by month": Digit(of="begins month by month", divide=86_400_000_000),
    SO_FAR: Progress(series=NOW, way=WAY, stop=2, out=100, end=(0, 86_400), late=(100, 330), days=300),
}
PARENTS: dict[str, AnySource] = {LIFE: Life(series=structs.replace(NOW, levelling=True))}


def world(specs: Mapping[str, tuple[AnySpec, str, str]], *, seed: int = 0, nulls: int = 0, rows: int = ROWS) -> Plan:
    """Table t with a column per spec (beside id and base), and its parent of 500 rows."""
    columns = {
        "id": ColumnPlan(spec=Range(low=1, high=10**9), at="row"),
        "base": ColumnPlan(spec=Range(low=0, high=10**6)),
    }
    t = columns | {name: ColumnPlan(spec=spec, at=at, nulls=nulls) for name, (spec, _, at) in specs.items()}
    kinds = {"id": INTEGER, "base": INTEGER} | {name: TYPES[kind] for name, (_, kind, _) in specs.items()}
    schema = Schema(
        dialect="postgres",
        tables={
            "parent": Table(name="parent", columns=tuple(Column(name=n, type=INTEGER) for n in columns)),
            "t": Table(name="t", columns=tuple(Column(name=n, type=kinds[n]) for n in t)),
        },
    )
    tables = {
        "parent": TablePlan(rows=500, asked=500, columns=columns, sources=PARENTS),
        "t": TablePlan(rows=rows, asked=rows, columns=t, sources=SOURCES),
    }
    return Plan(schema=schema, seed=seed, as_of="2026-01-01", tables=tables)


def drawn(
    plan: Plan, cuts: Iterable[tuple[int, int]] = ((0, ROWS),), table: str = "t", engine: Engine | None = None
) -> pa.Table:
    """The rows of a table, made chunk by chunk."""
    engine = engine or Engine(plan)
    return pa.Table.from_batches([generate_chunk(engine, Chunk(table, start, stop)) for start, stop in cuts])


def frame_hash(table: pa.Table) -> str:
    """SHA-256 of names, NULLs and values (hex); how the table is cut or encoded does not matter."""
    digest = hashlib.sha256()
    for field in table.schema:
        column = table.column(field.name).combine_chunks()
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if pa.types.is_dictionary(column.type):
            column = pc.cast(column, pa.string())
        digest.update(f"{field.name}\x1f{column.type}\x1f".encode())
        digest.update(column.is_null().to_numpy(zero_copy_only=False).tobytes())
        digest.update(repr(column.to_pylist()).encode() if pa.types.is_nested(column.type) else _bytes(column))
    return digest.hexdigest()


def _bytes(column: pa.Array) -> bytes:
    if pa.types.is_string(column.type) or pa.types.is_binary(column.type):
        filled = pc.fill_null(pc.cast(column, pa.binary()), b"")
        lengths = pc.binary_length(filled).to_numpy(zero_copy_only=False)
        return bytes(np.asarray(lengths, np.int64).tobytes()) + b"".join(filled.to_pylist())
    if pa.types.is_boolean(column.type):
        return bytes(pc.fill_null(column, False).to_numpy(zero_copy_only=False).tobytes())
    if pa.types.is_decimal(column.type):
        return "\x1f".join(map(str, column.to_pylist())).encode()
    plain = column.view(pa.int64()) if pa.types.is_temporal(column.type) and column.type.bit_width == 64 else column
    plain = column.view(pa.int32()) if pa.types.is_date32(column.type) else plain
    return bytes(pc.fill_null(plain, 0).to_numpy(zero_copy_only=False).tobytes())
