"""Values of rare types as the text that PostgreSQL reads for them: geometry, ranges, row types, types of extensions.
Knows literals, not what a column means."""

from __future__ import annotations

import re

from msgspec.structs import replace

from ...errors import PlanError
from ...schema import Kind, Type
from ...specs import AnySpec, Bank, BitText, Choice, Format, Pattern, Range, Uuid
from ..conditions.templates import template_of
from ..domains import Domain, units_of

_SMALL, _LATER = Range(low=-90, high=90), Range(low=91, high=180)
_WORD = Bank(pool="word", ascii=True)
_FOUR = (_SMALL, _SMALL, _LATER, _LATER)

# What the catalog of any server holds, and literals whose form alone counts.
_NAMED: dict[str, tuple[str, ...]] = {
    "regclass": ("pg_class", "pg_type", "pg_namespace"),
    "regtype": ("integer", "text", "date", "uuid"),
    "regproc": ("now", "version", "pi"),
    "regprocedure": ("abs(integer)", "lower(text)", "now()"),
    "regoper": ("||/", "|/"),
    "regoperator": ("+(integer,integer)", "=(text,text)"),
    "regrole": ("pg_monitor", "pg_signal_backend"),
    "regnamespace": ("pg_catalog", "information_schema"),
    "regconfig": ("simple", "english", "german"),
    "regdictionary": ("simple", "english_stem"),
    "regcollation": ('"C"', '"POSIX"'),
    "aclitem": ("=r/pg_monitor", "pg_monitor=r/pg_monitor"),
    "isbn13": ("978-0-306-40615-7", "978-3-16-148410-0", "978-1-86197-876-9"),
    "isbn": ("0-306-40615-2", "3-16-148410-X", "1-86197-876-6"),
    "ean13": ("400-638133393-1", "590-123412345-7"),
    "upc": ("036000291452", "042100005264"),
    "issn": ("0378-5955", "2049-3630"),
    "issn13": ("977-0378-595-00-1", "977-2049-363-00-2"),
}
_WRITTEN: dict[str, tuple[str, tuple[AnySpec, ...]]] = {
    "point": ("({0},{1})", (_SMALL, _SMALL)),
    "line": ("{{0},{1},{2}}", (Range(low=1, high=9), _SMALL, _SMALL)),
    "lseg": ("[({0},{1}),({2},{3})]", _FOUR),
    "box": ("({2},{3}),({0},{1})", _FOUR),
    "path": ("(({0},{1}),({2},{3}),({2},{1}))", _FOUR),
    "polygon": ("(({0},{1}),({2},{1}),({2},{3}),({0},{3}))", _FOUR),
    "circle": ("<({0},{1}),{2}>", (_SMALL, _SMALL, Range(low=1, high=50))),
    "jsonpath": ("$.{0}[*].{1}", (_WORD, _WORD)),
    "tsquery": ("{0} & {1}", (_WORD, _WORD)),
    "pg_lsn": ("{0}/{1}", (Range(low=0, high=99), Range(low=10_000_000, high=99_999_999))),
    "pg_snapshot": ("{0}:{1}:", (Range(low=700, high=5_000), Range(low=5_001, high=9_999))),
    "txid_snapshot": ("{0}:{1}:", (Range(low=700, high=5_000), Range(low=5_001, high=9_999))),
    "tid": ("({0},{1})", (Range(low=0, high=9_999), Range(low=1, high=200))),
    "bignum": ("{0}", (Range(low=1, high=1 << 62),)),
    "varint": ("{0}", (Range(low=1, high=1 << 62),)),
    "int2vector": ("{0} {1}", (Range(low=1, high=99), Range(low=1, high=99))),
    "oidvector": ("{0} {1}", (Range(low=1, high=99_999), Range(low=1, high=99_999))),
    "ltree": ("top.{0}.{1}", (_WORD, _WORD)),
    "lquery": ("top.*.{0}", (_WORD,)),
    "ltxtquery": ("{0} & {1}", (_WORD, _WORD)),
    "hstore": ('"name"=>"{0}", "size"=>"{1}"', (_WORD, Range(low=1, high=99))),
    "cube": ("({0},{1}),({2},{3})", _FOUR),
    "seg": ("{0} .. {1}", (Range(low=1, high=99), Range(low=100, high=999))),
    "box2d": ("BOX({0} {1},{2} {3})", _FOUR),
    "semver": ("{0}.{1}.{2}", (Range(low=0, high=9), Range(low=0, high=20), Range(low=0, high=9))),
    "uri": ("https://www.example.com/{0}", (_WORD,)),
    "ip4": ("192.0.2.{0}", (Range(low=1, high=254),)),
}
_SHAPES = {
    "point": "POINT({0} {1})",
    "linestring": "LINESTRING({0} {1},{2} {3})",
    "polygon": "POLYGON(({0} {1},{2} {1},{2} {3},{0} {3},{0} {1}))",
    "multipoint": "MULTIPOINT(({0} {1}),({2} {3}))",
    "multilinestring": "MULTILINESTRING(({0} {1},{2} {3}))",
    "multipolygon": "MULTIPOLYGON((({0} {1},{2} {1},{2} {3},{0} {3},{0} {1})))",
    "geometrycollection": "GEOMETRYCOLLECTION(POINT({0} {1}))",
}


def spelled(column: Type) -> AnySpec | None:
    """A spec for a type of which its name says enough; None if it is not known here."""
    bare = column.sql.lower().split("(")[0].rpartition(".")[2].strip(' "')
    if bare in _NAMED:
        return Choice(values=_NAMED[bare])
    if bare in _WRITTEN:
        template, parts = _WRITTEN[bare]
        return Format(template=template, parts=parts)
    if bare in ("geometry", "geography"):
        return _well_known(column.sql.lower())
    if bare.endswith("multirange"):
        held = range_text(bare.removesuffix("multirange") + "range")
        return Format(template="{" + held.template + "}", parts=held.parts)
    if bare in ("vector", "halfvec"):
        size = int(found[1]) if (found := re.search(r"\((\d+)\)", column.sql)) else 3
        return Format(template="[" + ",".join(f"{{{i}}}" for i in range(size)) + "]", parts=(_SMALL,) * size)
    return None


def _well_known(sql: str) -> Format:
    """PostGIS: geometry(Polygon, 4326) as extended well-known text."""
    shape, _, srid = sql.partition("(")[2].rstrip(")").replace(" ", "").partition(",")
    template = _SHAPES.get(shape, _SHAPES["point"])
    return Format(template=f"SRID={srid};{template}" if srid else template, parts=_FOUR)


def range_text(name: str) -> Format:
    """Range literals: [low, high)."""
    if name.startswith(("date", "ts")):
        return Format(template="[2025-0{0}-01,2025-1{1}-01)", parts=(Range(low=1, high=9), Range(low=0, high=2)))
    return Format(template="[{0},{1})", parts=(Range(low=1, high=99), Range(low=100, high=999)))


def row_text(column: Type, domain: Domain) -> Format:
    """A value of a row type: (a,"b c",). PlanError for fields that nothing is known of."""
    parts: list[AnySpec] = []
    pieces = []
    for place, (name, type_) in enumerate(column.fields):
        inner = domain.inner[place] if domain.inner else Domain(kind=type_.kind)
        bare = type_.kind in _BARE
        parts.append(_field(name, type_, inner) if bare else _quoted(_field(name, type_, inner)))
        pieces.append(f"{{{place}}}" if bare else f'"{{{place}}}"')
    return Format(template=f"({','.join(pieces)})", parts=tuple(parts))


def _quoted(spec: AnySpec) -> AnySpec:
    """The same values as they stand between double quotes."""
    match spec:
        case Choice():
            return replace(spec, values=tuple(_doubled(str(value)) for value in spec.values))
        case Pattern():
            return replace(spec, template=_doubled(spec.template))
        case Format():
            return replace(spec, template=_doubled(spec.template), parts=tuple(_quoted(p) for p in spec.parts))
    return spec


def _doubled(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '""')


_BARE = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.BOOLEAN, Kind.DATE, Kind.UUID, Kind.BIT}


def _field(name: str, column: Type, domain: Domain) -> AnySpec:
    if domain.values is not None and domain.kind not in (Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ):
        one = units_of(column)
        return Choice(values=tuple(str(v) if isinstance(v, str) or one == 1 else str(v / one) for v in domain.values))
    match column.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.FLOAT | Kind.MONEY:
            one = units_of(column)
            low = -(-domain.low // one) if domain.low is not None and domain.low > one else 1
            high = domain.high // one if domain.high is not None else low + 999
            return Range(low=min(low, high), high=min(high, low + 999))
        case Kind.BOOLEAN:
            return Choice(values=("t", "f"))
        case Kind.TEXT:
            if domain.form is not None and (template := template_of(domain.form, longest=domain.longest)):
                return Pattern(template=template)
            if domain.case or domain.shortest > 2 or 0 < domain.longest < 12:
                longest = min(domain.longest or 12, max(domain.shortest, 6))
                return Pattern(template=("?" if domain.case == "lower" else "@") * longest)
            return _WORD
        case Kind.DATE:
            return Format(template="2025-0{0}-1{1}", parts=(Range(low=1, high=9), Range(low=0, high=9)))
        case Kind.TIMESTAMP | Kind.TIMESTAMPTZ:
            return Format(template="2025-0{0}-1{1} 12:00:00", parts=(Range(low=1, high=9), Range(low=0, high=9)))
        case Kind.TIME:
            return Format(template="1{0}:00:00", parts=(Range(low=0, high=9),))
        case Kind.INTERVAL:
            return Format(template="{0} days", parts=(Range(low=1, high=90),))
        case Kind.UUID:
            return Uuid()
        case Kind.BIT:
            return BitText(length=column.length or 1)
        case Kind.JSON | Kind.ARRAY:
            return Choice(values=("{}",))
        case Kind.INET:
            return Format(template="192.0.2.{0}", parts=(Range(low=1, high=254),))
        case Kind.RANGE:
            return range_text(column.sql.lower())
        case Kind.BINARY:
            return Pattern(template="\\\\x%%%%%%%%")
        case Kind.STRUCT:
            return row_text(column, domain)
    if (made := spelled(column)) is not None and column.kind in (Kind.GEOMETRY, Kind.OTHER):
        return made
    raise PlanError(f"{name}: nothing is known of the type {column.sql}", hint="name it in a plan")
