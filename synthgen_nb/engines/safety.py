"""What a schema may make an engine do: fragments of SQL and statements held against allow-lists. Knows no connection.

A schema is someone's text. What of it reaches a server is built from the parsed Schema, and each of the texts kept in
it (types, defaults, conditions, options) passes here first: only functions that are listed may be called, there is no
query, no comment, no end of a statement. Whatever is not listed is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..ddl.dialects import DIALECTS, words
from ..ddl.tokens import Token, lex, name_value
from ..errors import UnsafeSQLError

# Pure functions of the engines, and the sources of keys and moments that a DEFAULT may name.
_FUNCTIONS = words(
    """abs acos acosh age all and any area array array_append array_cat array_length array_lower array_ndims
    array_position array_prepend array_remove array_replace array_to_string array_upper ascii asin asinh atan atan2
    atanh between bigint bin binary bit bit_and bit_count bit_length bit_or bool box btrim cardinality case cast
    cbrt ceil ceiling char char_length character character_length chr circle clock_timestamp coalesce collate concat
    concat_ws conv convert convert_from convert_to convert_tz cos cosh cot crc32 curdate current_date current_time
    current_timestamp curtime date date_add date_bin date_diff date_format date_part date_sub date_trunc datediff
    daterange datetime datetime2 day dayname dayofmonth dayofweek dayofyear decimal decode degrees div double else
    elt encode enforce_srid enum_range epoch exp extract field find_in_set float floor format from from_base64
    from_days from_unixtime gcd gen_random_uuid geometrytype getdate glob greatest hash hex hour hypot if ifnull iif
    in inet inet6_aton inet_aton initcap insert instr int int4range int8range integer interval is is_valid isempty
    isfinite isjson isnull json json_array json_array_length json_build_array json_build_object json_contains
    json_contains_path json_depth json_each json_exists json_extract json_extract_path json_extract_path_text
    json_extract_string json_keys json_length json_object json_query json_quote json_set json_type json_typeof
    json_unquote json_valid json_value jsonb jsonb_array_length jsonb_build_array jsonb_build_object jsonb_exists
    jsonb_extract_path jsonb_extract_path_text jsonb_path_exists jsonb_typeof julianday lcase lcm least left len
    length like list list_value ln localtime localtimestamp locate log log10 log2 lower lower_inc lower_inf lpad
    ltrim make_date make_interval make_time make_timestamp make_timestamptz md5 microsecond mid minute mod money
    month monthname nchar newid newsequentialid nextval normalize not now nullif num_nonnulls num_nulls numeric
    numrange nvarchar octet_length on or ord overlay pi point position pow power precision printf quarter quote
    radians random random_bytes range real regexp regexp_extract regexp_full_match regexp_like regexp_match
    regexp_matches regexp_replace regexp_substr repeat replace reverse right round row rpad rtrim scale second
    setweight sha sha1 sha2 sha224 sha256 sha384 sha512 sign signed similar sin sinh smallint some split_part sqrt
    st_area st_geometrytype st_isvalid st_length st_makepoint st_ndims st_point st_setsrid st_srid st_x st_y
    starts_with statement_timestamp str strcmp strftime string_to_array strip strpos strptime struct_pack subdate
    substr substring substring_index sysdate sysdatetime tan tanh text then time timediff timestamp timestampadd
    timestampdiff timezone to to_base64 to_char to_date to_days to_json to_jsonb to_number to_seconds to_timestamp
    to_tsvector trailing transaction_timestamp translate trim trunc truncate try_convert tsrange tstzrange
    txid_current typeof ucase unhex unistr unix_timestamp unixepoch unsigned upper upper_inc upper_inf utc_date
    utc_time utc_timestamp uuid uuid_generate_v1 uuid_generate_v4 uuid_short uuidv4 uuidv7 values varbinary varchar
    varying week weekday weekofyear when width_bucket with xor year yearweek zeroblob"""
)
# No fragment holds one of these as a word: they open queries and statements.
_NEVER = words("SELECT TABLE INTO UNION EXECUTE EXEC DROP ALTER GRANT REVOKE ATTACH PRAGMA OUTFILE DUMPFILE INFILE")
_TYPE_NEVER = _NEVER | words("DEFAULT CHECK GENERATED AS REFERENCES PRIMARY USING")
_TYPE_OPERATORS = frozenset("()[],.")
_MYSQL_OPTION = re.compile(
    r"(?:ENGINE\s*=?\s*(?:InnoDB|MyISAM|Aria|MEMORY|HEAP)\b"
    r"|(?:DEFAULT\s+)?(?:CHARSET|CHARACTER\s+SET|COLLATE)\s*=?\s*['\"]?\w+['\"]?"
    r"|ROW_FORMAT\s*=?\s*\w+|KEY_BLOCK_SIZE\s*=?\s*\d+)(?=[\s,;]|$)",
    re.I,
)
_EXTENSIONS = words(
    "citext hstore ltree cube postgis uuid-ossp pgcrypto btree_gist btree_gin pg_trgm vector intarray isn seg "
    "earthdistance unaccent"
)
_NAME = r"(?:[\w$]+|\"(?:[^\"]|\"\")+\"|`(?:[^`]|``)+`)(?:\s*\.\s*(?:[\w$]+|\"(?:[^\"]|\"\")+\"|`(?:[^`]|``)+`))?"
_STATEMENTS = re.compile(
    rf"CREATE\s+TABLE\s+{_NAME}\s*(?:\(|PARTITION\s+OF\b)"
    rf"|CREATE\s+UNIQUE\s+INDEX\s+(?:{_NAME}\s+)?ON\s+{_NAME}\s*\("
    rf"|CREATE\s+(?:SCHEMA|SEQUENCE)\s+{_NAME}\s*$"
    rf"|CREATE\s+(?:TYPE|DOMAIN)\s+{_NAME}\s+(?:AS|FROM)\b"
    rf"|CREATE\s+EXTENSION\s+IF\s+NOT\s+EXISTS\s+(?P<extension>\"?[\w-]+\"?)\s*$"
    rf"|ALTER\s+TABLE\s+(?:ONLY\s+)?{_NAME}\s+"
    rf"(?:ADD\s+(?:CONSTRAINT\s+{_NAME}\s+)?(?:PRIMARY|UNIQUE|FOREIGN|CHECK|EXCLUDE)\b|ATTACH\s+PARTITION\b"
    rf"|INHERIT\s+{_NAME}\s*$|ALTER\s+COLUMN\s+{_NAME}\s+DROP\s+(?:NOT\s+NULL|DEFAULT)\s*$)",
    re.I,
)


def check_fragment(sql: str, dialect: str) -> None:
    """Raises UnsafeSQLError unless it is an expression (or a partition's bounds) that only calls listed functions."""
    depth = 0
    tokens = _tokens(sql, dialect)
    for token in tokens:
        depth += (token.key == "(") - (token.key == ")")
        if depth < 0 or token.key == ";" or token.text.startswith("@"):
            raise UnsafeSQLError(f"this can't be part of a definition: {_short(sql)}")
        if token.key in _NEVER:
            raise UnsafeSQLError(f"{token.key} inside a definition: {_short(sql)}")
    if depth:
        raise UnsafeSQLError(f"this can't be part of a definition: {_short(sql)}")
    for name in _unknown(tokens, dialect):
        raise UnsafeSQLError(f"{name}() is not a function that is known to do nothing but compute")


def unknown_calls(sql: str, dialect: str) -> tuple[str, ...]:
    """The functions that a fragment calls and that are not listed: a schema's own, as a rule."""
    return tuple(dict.fromkeys(_unknown(list(lex(sql, DIALECTS[dialect])), dialect)))


def check_type(sql: str, dialect: str) -> None:
    """Raises UnsafeSQLError unless it is the name of a type with its arguments."""
    for token in _tokens(sql, dialect):
        plain = token.kind in ("word", "name", "number", "string")
        if token.key in _TYPE_NEVER or not (plain or token.key in _TYPE_OPERATORS):
            raise UnsafeSQLError(f"this is no type: {_short(sql)}")


def safe_options(options: str, dialect: str) -> str:
    """What of a table's options matters to its constraints; the rest (where files lie, other servers) is left out."""
    if dialect in ("mysql", "mariadb"):
        return " ".join(match.group() for match in _MYSQL_OPTION.finditer(options))
    if dialect == "postgres":
        found = re.match(r"PARTITION\s+BY\s+\w+\s*\(", options, re.I)
        if not found or not _closed(options, found.end() - 1):
            return ""
        check_fragment(options, dialect)
        return options
    if dialect == "sqlite":
        return ", ".join(w.upper() for w in re.findall(r"WITHOUT\s+ROWID|STRICT", options, re.I))
    return ""


def check_statement(sql: str, dialect: str) -> None:
    """Raises UnsafeSQLError unless the statement is one of those that building a schema takes."""
    found = _STATEMENTS.match(sql)
    if not found or (found["extension"] and found["extension"].strip('"') not in _EXTENSIONS):
        raise UnsafeSQLError(f"not among the statements that are executed: {_short(sql)}")
    if any(token.key == ";" for token in lex(sql, DIALECTS[dialect])):
        raise UnsafeSQLError(f"more than one statement: {_short(sql)}")


def _tokens(sql: str, dialect: str) -> list[Token]:
    """The tokens of a fragment, which has no comments: engines and readers disagree about where those end."""
    known = DIALECTS[dialect]
    tokens = list(lex(sql, known))
    end = 0
    for token in (*tokens, Token("end", "", "", len(sql), len(sql))):
        if sql[end : token.start].strip():
            raise UnsafeSQLError(f"a comment inside a definition: {_short(sql)}")
        end = token.end
    if "\0" in sql:
        raise UnsafeSQLError("a zero byte inside a definition")
    return tokens


def _unknown(tokens: list[Token], dialect: str) -> Iterator[str]:
    for index, (token, after) in enumerate(pairwise(tokens)):
        may_be = after.key == "(" and token.kind in ("word", "name", "string")
        if may_be and not _may_call(tokens, index, dialect):
            yield token.text


def _may_call(tokens: list[Token], index: int, dialect: str) -> bool:
    token = tokens[index]
    qualified = index > 0 and tokens[index - 1].key == "."
    if qualified and not (index > 1 and tokens[index - 2].text.strip('"').lower() in ("pg_catalog", "public", "main")):
        return False
    if index > 0 and tokens[index - 1].key == "::":  # the arguments of a type
        return True
    return token.kind != "string" and name_value(token, DIALECTS[dialect]).lower() in _FUNCTIONS


def _closed(sql: str, opening: int) -> bool:
    """Whether nothing follows the parenthesis that closes the one at `opening`."""
    depth = 0
    for position in range(opening, len(sql)):
        depth += (sql[position] == "(") - (sql[position] == ")")
        if depth == 0:
            return not sql[position + 1 :].strip()
    return False


def _short(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= 80 else text[:79] + "…"
