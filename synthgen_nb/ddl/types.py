"""What each dialect's type names mean: one table of differences. Knows values, not tokens or statements."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from ..schema import Kind


class Shape(Struct, frozen=True):
    """A type's meaning. `args` says what stands in its parentheses: a length, precision and scale, fractional digits
    of a second, bits of a FLOAT, labels. `ignores_case`: None leaves it to the dialect and the collation."""

    kind: Kind
    bits: int | None = None
    unsigned: bool = False
    precision: int | None = None
    scale: int = 0
    length: int | None = None
    fixed: bool = False
    ignores_case: bool | None = None
    serial: bool = False
    element: str = ""
    args: Literal["", "length", "precision", "digits", "bits", "values"] = ""


def _integer(bits: int, unsigned: bool = False) -> Shape:
    return Shape(Kind.INTEGER, bits=bits, unsigned=unsigned)


def _text(length: int | None = None, *, fixed: bool = False) -> Shape:
    return Shape(Kind.TEXT, length=length, fixed=fixed, args="length")


def _binary(length: int | None = None, *, fixed: bool = False) -> Shape:
    return Shape(Kind.BINARY, length=length, fixed=fixed, args="length")


def _time(kind: Kind, digits: int | None = None) -> Shape:
    return Shape(kind, precision=digits, args="digits")


def _decimal(precision: int | None = None, scale: int = 0) -> Shape:
    return Shape(Kind.DECIMAL, precision=precision, scale=scale, args="precision")


def _float(bits: int) -> Shape:
    return Shape(Kind.FLOAT, bits=bits, args="bits")


def _range(element: str) -> Shape:
    return Shape(Kind.RANGE, element=element)


def _all(names: str, shape: Shape) -> dict[str, Shape]:
    """The same meaning for several names, separated by commas."""
    return {name.strip(): shape for name in names.split(",")}


_OTHER = Shape(Kind.OTHER)
_GEOMETRY = Shape(Kind.GEOMETRY)
_BOOLEAN = Shape(Kind.BOOLEAN)
_CHARS = _all("CHAR, CHARACTER, NCHAR, NATIONAL CHARACTER, NATIONAL CHAR", _text(1, fixed=True))
_VARCHARS = _all(
    "VARCHAR, CHARACTER VARYING, CHAR VARYING, NVARCHAR, NCHAR VARYING, NATIONAL CHARACTER VARYING,"
    "NATIONAL CHAR VARYING, NATIONAL VARCHAR, NCHAR VARCHAR",
    _text(),
)

_COMMON: dict[str, Shape] = {
    "SMALLINT": _integer(16),
    **_all("INT, INTEGER", _integer(32)),
    "BIGINT": _integer(64),
    **_all("DECIMAL, NUMERIC, DEC", _decimal()),
    "REAL": _float(32),
    **_all("FLOAT, DOUBLE PRECISION", _float(64)),
    **_CHARS,
    **_VARCHARS,
    "TEXT": _text(),
    "DATE": Shape(Kind.DATE),
    "TIME": _time(Kind.TIME),
    "TIMESTAMP": _time(Kind.TIMESTAMP),
    "JSON": Shape(Kind.JSON),
}
_LARGE: dict[str, Shape] = {"CLOB": _text(), "BLOB": _binary(), "DOUBLE": _float(64)}
_BOOLEANS = _all("BOOLEAN, BOOL", _BOOLEAN)
_ZONED: dict[str, Shape] = {
    **_all("TIME WITH TIME ZONE, TIME WITHOUT TIME ZONE", _time(Kind.TIME)),
    "TIMESTAMP WITHOUT TIME ZONE": _time(Kind.TIMESTAMP),
    "TIMESTAMP WITH TIME ZONE": _time(Kind.TIMESTAMPTZ),
    "INTERVAL": Shape(Kind.INTERVAL, args="digits"),
}

_POSTGRES: dict[str, Shape] = {
    **_COMMON,
    **_BOOLEANS,
    **_ZONED,
    **_all("UUID", Shape(Kind.UUID)),
    **_all("XML", Shape(Kind.XML)),
    "INT2": _integer(16),
    "INT4": _integer(32),
    "INT8": _integer(64),
    **_all("SMALLSERIAL, SERIAL2", Shape(Kind.INTEGER, bits=16, serial=True)),
    **_all("SERIAL, SERIAL4", Shape(Kind.INTEGER, bits=32, serial=True)),
    **_all("BIGSERIAL, SERIAL8", Shape(Kind.INTEGER, bits=64, serial=True)),
    **_all("OID, XID, CID", _integer(32, unsigned=True)),
    "XID8": _integer(64, unsigned=True),
    "FLOAT4": _float(32),
    "FLOAT8": _float(64),
    "MONEY": Shape(Kind.MONEY, precision=19, scale=2),
    "BPCHAR": _text(fixed=True),
    '"char"': _text(1),
    "NAME": Shape(Kind.TEXT, length=63),
    "BYTEA": _binary(),
    "BIT": Shape(Kind.BIT, length=1, fixed=True, args="length"),
    **_all("BIT VARYING, VARBIT", Shape(Kind.BIT, args="length")),
    "TIMETZ": _time(Kind.TIME),
    "TIMESTAMPTZ": _time(Kind.TIMESTAMPTZ),
    "JSONB": Shape(Kind.JSON),
    "TSVECTOR": Shape(Kind.TSVECTOR),
    **_all("INET, CIDR", Shape(Kind.INET)),
    **_all("MACADDR, MACADDR8", Shape(Kind.MACADDR)),
    **_all("POINT, LINE, LSEG, BOX, PATH, POLYGON, CIRCLE", _GEOMETRY),
    "INT4RANGE": _range("integer"),
    "INT8RANGE": _range("bigint"),
    "NUMRANGE": _range("numeric"),
    "TSRANGE": _range("timestamp"),
    "TSTZRANGE": _range("timestamptz"),
    "DATERANGE": _range("date"),
    **_all(
        "TSQUERY, JSONPATH, PG_LSN, PG_SNAPSHOT, TXID_SNAPSHOT, TID, REGCLASS, REGPROC, REGPROCEDURE, REGOPER,"
        "REGOPERATOR, REGTYPE, REGROLE, REGNAMESPACE, REGCONFIG, REGDICTIONARY, REGCOLLATION, REFCURSOR, ACLITEM,"
        "INT2VECTOR, OIDVECTOR,"
        "RECORD, INT4MULTIRANGE, INT8MULTIRANGE, NUMMULTIRANGE, TSMULTIRANGE, TSTZMULTIRANGE, DATEMULTIRANGE",
        _OTHER,
    ),
}

# types of extensions that people use, known even where CREATE EXTENSION is in another file
EXTENSION_TYPES: dict[str, Shape] = {
    "CITEXT": Shape(Kind.TEXT, ignores_case=True),
    **_all("GEOMETRY, GEOGRAPHY", _GEOMETRY),
    **_all(
        "HSTORE, LTREE, LQUERY, LTXTQUERY, CUBE, SEG, EARTH, VECTOR, HALFVEC, SPARSEVEC, RASTER, TOPOGEOMETRY,"
        "BOX2D, BOX3D, EAN13, ISBN, ISBN13, ISMN, ISMN13, ISSN, ISSN13, UPC, SEMVER, HLL, ROARINGBITMAP,"
        "IP4, IP4R, IP6, IP6R, IPADDRESS, IPRANGE, URI, MOL, GTSVECTOR",
        _OTHER,
    ),
}

_MYSQL: dict[str, Shape] = {
    **_COMMON,
    **_LARGE,
    **_all("TINYINT, INT1", _integer(8)),
    **_all("SMALLINT, INT2", _integer(16)),
    **_all("MEDIUMINT, INT3, MIDDLEINT", _integer(24)),
    **_all("INT, INTEGER, INT4", _integer(32)),
    **_all("BIGINT, INT8", _integer(64)),
    "SERIAL": Shape(Kind.INTEGER, bits=64, unsigned=True, serial=True),
    **_all("BOOLEAN, BOOL", Shape(Kind.BOOLEAN, bits=8)),
    **_all("DECIMAL, NUMERIC, DEC, FIXED, NUMBER", _decimal(10, 0)),
    **_all("FLOAT, FLOAT4", _float(32)),
    **_all("DOUBLE, DOUBLE PRECISION, REAL, FLOAT8", _float(64)),
    "BIT": Shape(Kind.BIT, length=1, args="length"),
    "YEAR": Shape(Kind.YEAR),
    "TIME": _time(Kind.TIME, 0),
    **_all("DATETIME, TIMESTAMP", _time(Kind.TIMESTAMP, 0)),
    **_all("TINYTEXT", _text(255)),
    "TEXT": _text(65_535),
    **_all("MEDIUMTEXT, LONG, LONG VARCHAR, LONG CHAR VARYING", _text(16_777_215)),
    **_all("LONGTEXT, CLOB", _text(4_294_967_295)),
    **_all("VARCHAR2, NVARCHAR2", _text()),
    **_all("BINARY, CHAR BYTE", _binary(1, fixed=True)),
    **_all("VARBINARY, BINARY VARYING, RAW", _binary()),
    "TINYBLOB": _binary(255),
    "BLOB": _binary(65_535),
    **_all("MEDIUMBLOB, LONG VARBINARY", _binary(16_777_215)),
    "LONGBLOB": _binary(4_294_967_295),
    "ENUM": Shape(Kind.ENUM, args="values"),
    "SET": Shape(Kind.SET, args="values"),
    **_all(
        "GEOMETRY, POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING, MULTIPOLYGON, GEOMETRYCOLLECTION,"
        "GEOMCOLLECTION",
        _GEOMETRY,
    ),
    **_all("INET4, INET6", Shape(Kind.INET)),
    "UUID": Shape(Kind.UUID),
    "VECTOR": _OTHER,
}

_DUCKDB: dict[str, Shape] = {
    **_COMMON,
    **_LARGE,
    **_BOOLEANS,
    **_ZONED,
    **_all("TINYINT, INT1", _integer(8)),
    **_all("INT2, SHORT", _integer(16)),
    **_all("INT4, SIGNED", _integer(32)),
    **_all("INT8, LONG, OID", _integer(64)),
    **_all("HUGEINT, INT128", _integer(128)),
    "UTINYINT": _integer(8, unsigned=True),
    "USMALLINT": _integer(16, unsigned=True),
    "UINTEGER": _integer(32, unsigned=True),
    "UBIGINT": _integer(64, unsigned=True),
    **_all("UHUGEINT, UINT128", _integer(128, unsigned=True)),
    **_all("DECIMAL, NUMERIC, DEC", _decimal(18, 3)),
    **_all("FLOAT, FLOAT4", _float(32)),
    "FLOAT8": _float(64),
    **_all("BPCHAR, STRING, CHAR, NVARCHAR", Shape(Kind.TEXT, args="length")),
    **_all("BYTEA, BINARY, VARBINARY", _binary()),
    **_all("BIT, BITSTRING", Shape(Kind.BIT)),
    **_all("LOGICAL", _BOOLEAN),
    **_all("UUID, GUID", Shape(Kind.UUID)),
    **_all("DATETIME", _time(Kind.TIMESTAMP)),
    "TIMESTAMP_S": _time(Kind.TIMESTAMP, 0),
    "TIMESTAMP_MS": _time(Kind.TIMESTAMP, 3),
    **_all("TIMESTAMP_US, TIMESTAMP_NS", _time(Kind.TIMESTAMP, 6)),
    **_all("TIMESTAMPTZ", _time(Kind.TIMESTAMPTZ)),
    **_all("TIMETZ, TIME_NS", _time(Kind.TIME)),
    "ENUM": Shape(Kind.ENUM, args="values"),
    "GEOMETRY": _GEOMETRY,
    **_all("STRUCT, ROW, MAP, UNION, VARIANT, BIGNUM, VARINT, LIST", _OTHER),
    "INET": Shape(Kind.INET),
}

_TSQL: dict[str, Shape] = {
    **_COMMON,
    "XML": Shape(Kind.XML),
    "TINYINT": _integer(8, unsigned=True),
    "BIT": _BOOLEAN,
    **_all("DECIMAL, NUMERIC, DEC", _decimal(18, 0)),
    "MONEY": Shape(Kind.MONEY, precision=19, scale=4),
    "SMALLMONEY": Shape(Kind.MONEY, precision=10, scale=4),
    **_all(
        "VARCHAR, CHARACTER VARYING, CHAR VARYING, NVARCHAR, NATIONAL CHARACTER VARYING, NATIONAL CHAR VARYING",
        _text(1),
    ),
    **_all("TEXT, NTEXT", _text()),
    "SYSNAME": Shape(Kind.TEXT, length=128),
    "BINARY": _binary(1, fixed=True),
    **_all("VARBINARY, BINARY VARYING", _binary(1)),
    "IMAGE": _binary(),
    **_all("TIMESTAMP, ROWVERSION", _binary(8, fixed=True)),
    "DATETIME": Shape(Kind.TIMESTAMP, precision=3),
    "SMALLDATETIME": Shape(Kind.TIMESTAMP, precision=0),
    "DATETIME2": _time(Kind.TIMESTAMP),
    "DATETIMEOFFSET": _time(Kind.TIMESTAMPTZ),
    "UNIQUEIDENTIFIER": Shape(Kind.UUID),
    **_all("GEOGRAPHY, GEOMETRY", _GEOMETRY),
    **_all("HIERARCHYID, SQL_VARIANT, VECTOR", _OTHER),
}

_ORACLE: dict[str, Shape] = {
    **_COMMON,
    **_LARGE,
    **_BOOLEANS,
    **_ZONED,
    "TIMESTAMP WITH LOCAL TIME ZONE": _time(Kind.TIMESTAMPTZ),
    **_all("SMALLINT, INT, INTEGER", _integer(64)),
    **_all("NUMBER, DECIMAL, NUMERIC, DEC", _decimal()),
    **_all("REAL, BINARY_DOUBLE", Shape(Kind.FLOAT, bits=64)),
    "FLOAT": Shape(Kind.FLOAT, bits=64),
    "BINARY_FLOAT": Shape(Kind.FLOAT, bits=32),
    **_all("VARCHAR2, NVARCHAR2", _text()),
    **_all("CLOB, NCLOB, LONG, LONG VARCHAR", _text()),
    **_all("RAW, BLOB, LONG RAW, BFILE", _binary()),
    **_all("ROWID, UROWID", Shape(Kind.TEXT, length=18, args="length")),
    **_all("XMLTYPE", Shape(Kind.XML)),
    **_all("SDO_GEOMETRY", _GEOMETRY),
    **_all("ANYDATA, ANYTYPE, VECTOR", _OTHER),
}

# SQLite stores by affinity; a name that says more (a date, a length) is still the best hint for what people keep there
_SQLITE: dict[str, Shape] = {
    **_COMMON,
    **_ZONED,
    **_all("INT, INTEGER, TINYINT, SMALLINT, MEDIUMINT, BIGINT, INT2, INT8, UNSIGNED BIG INT", _integer(64)),
    **_all("REAL, DOUBLE, DOUBLE PRECISION, FLOAT", Shape(Kind.FLOAT, bits=64, args="bits")),
    **_all("NATIVE CHARACTER, CHARACTER, CHAR, NCHAR", _text()),
    **_all("VARYING CHARACTER", _text()),
    **_all("TEXT, TINYTEXT, MEDIUMTEXT, LONGTEXT, CLOB, STRING", _text()),
    **_all("BLOB, TINYBLOB, MEDIUMBLOB, LONGBLOB, BYTEA, BINARY, VARBINARY", _binary()),
    **_all("DATETIME, TIMESTAMP, DATETIME2, SMALLDATETIME", _time(Kind.TIMESTAMP)),
    **_all("TIMESTAMPTZ, DATETIMEOFFSET", _time(Kind.TIMESTAMPTZ)),
    "YEAR": Shape(Kind.YEAR),
    "MONEY": Shape(Kind.MONEY, precision=19, scale=2),
    **_all("JSONB", Shape(Kind.JSON)),
    **_all("BOOLEAN, BOOL", _BOOLEAN),
    **_all("UUID, GUID, UNIQUEIDENTIFIER", Shape(Kind.UUID)),
}

TYPES: dict[str, dict[str, Shape]] = {
    "postgres": _POSTGRES,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "sqlite": _SQLITE,
    "duckdb": _DUCKDB,
    "tsql": _TSQL,
    "oracle": _ORACLE,
}

# SQLite's affinity rules, in the order in which it applies them
_AFFINITIES = (
    (("INT",), _integer(64)),
    (("CHAR", "CLOB", "TEXT"), _text()),
    (("BLOB",), _binary()),
    (("REAL", "FLOA", "DOUB"), Shape(Kind.FLOAT, bits=64)),
)


def affinity(name: str) -> Shape:
    """What SQLite makes of a type name that nobody knows; no name at all holds anything, so text."""
    if not name:
        return _text()
    upper = name.upper()
    for marks, shape in _AFFINITIES:
        if any(mark in upper for mark in marks):
            return shape
    return _decimal()
