"""The one place that opens DuckDB: locked, over our own parts only, nothing writable; and the allow-list that SQL
from a person, a DDL, a plan or a model must pass. Knows nothing of datasets, and nothing of what a query is for.

The guard reads DuckDB's own syntax tree (json_serialize_sql), so that it judges what DuckDB will run and not what
another parser took it for. Whatever node or function is not listed here is refused.
"""

from __future__ import annotations

import atexit
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from .errors import InputError, StoreError, UnsafeSQLError
from .growth import nodes_of, too_large, too_large_in_query

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    import pyarrow.dataset as pds

_AGAIN = 0.05  # seconds between interrupts

_SCALAR_NAMES = """
    cast_to_type error json_normalize abs acos acosh age array_agg array_append array_concat array_contains
    array_distinct array_extract array_filter array_has array_has_all array_has_any array_intersect array_length
    array_position array_prepend array_reverse array_slice array_sort array_to_string array_transform array_unique
    array_value ascii asin asinh atan atan2 atanh bin bit_count bit_length bit_position bitstring cardinality cbrt
    ceil ceiling century char_length character_length chr coalesce concat concat_ws contains cos cosh cot
    damerau_levenshtein date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day
    dayname dayofmonth dayofweek dayofyear days_in_month decade decode degrees divide editdist3 element_at encode
    ends_with enum_code enum_first enum_last enum_range epoch epoch_ms epoch_ns epoch_us era even exp factorial fdiv
    filter flatten floor fmod format from_base64 from_hex gamma gcd generate_series get_bit greatest
    greatest_common_divisor hamming hash hex hour if ifnull instr isfinite isinf isnan isodow isoyear jaccard
    jaro_similarity jaro_winkler_similarity json json_array json_array_length json_contains json_exists json_extract
    json_extract_path json_extract_path_text json_extract_string json_keys json_merge_patch json_object json_quote
    json_structure json_type json_valid json_value julian last_day lcase lcm least least_common_multiple left
    left_grapheme len length length_grapheme levenshtein lgamma like_escape ilike_escape list_aggregate list_append
    list_apply list_avg list_concat list_contains list_count list_distinct list_element list_extract list_filter
    list_has list_has_all list_has_any list_indexof list_intersect list_max list_median list_min list_pack
    list_position list_prepend list_reduce list_reverse list_reverse_sort list_slice list_sort list_string_agg
    list_sum list_transform list_unique list_value list_where list_zip ln log log10 log2 lower lpad ltrim make_date
    make_time make_timestamp make_timestamptz map map_concat map_contains map_entries map_extract map_extract_value
    map_from_entries map_keys map_values md5 microsecond millennium millisecond minute mismatches mod month
    monthname multiply nanosecond nfc_normalize not_ilike_escape not_like_escape nullif octet_length ord overlay pi
    position pow power prefix printf quarter radians range regexp_escape regexp_extract regexp_extract_all
    regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right
    right_grapheme round round_even roundbankers row rpad rtrim second set_bit sha1 sha256 sign signbit sin sinh
    split split_part sqrt starts_with str_split str_split_regex strftime string_split string_split_regex
    string_to_array strip_accents strlen strpos strptime struct_concat struct_contains struct_extract struct_insert
    struct_keys struct_pack struct_values substr substring substring_grapheme subtract suffix tan tanh time_bucket
    timezone timezone_hour timezone_minute to_base to_base64 to_binary to_centuries to_days to_decades to_hex
    to_hours to_json to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds
    to_timestamp to_weeks to_years translate trim trunc try_strptime typeof ucase unbin unhex unicode upper
    url_decode url_encode week weekday weekofyear xor year yearweek add current_date current_localtime
    current_localtimestamp get_current_time get_current_timestamp now today transaction_timestamp
"""
_SCALARS = frozenset(_SCALAR_NAMES.split())

_AGGREGATE_NAMES = """
    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min arg_min_null
    argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif
    covar_pop covar_samp entropy favg first fsum geomean group_concat histogram kahan_sum kurtosis kurtosis_pop last
    list listagg mad max max_by mean median min min_by mode product quantile quantile_cont quantile_disc regr_avgx
    regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy reservoir_quantile sem
    skewness stddev stddev_pop stddev_samp string_agg sum sum_no_overflow sumkahan var_pop var_samp variance
    weighted_avg cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank
    rank_dense row_number generate_subscripts gen_random_uuid random unnest uuid uuidv4
"""
_AGGREGATES = frozenset(_AGGREGATE_NAMES.split())

_FLEETING_NAMES = """
    random uuid uuidv4 gen_random_uuid reservoir_quantile current_date current_localtime current_localtimestamp
    get_current_time get_current_timestamp now today transaction_timestamp
"""
_FLEETING = frozenset(_FLEETING_NAMES.split())  # another answer each time

_TABLE_FUNCTIONS = frozenset(("range", "generate_series", "unnest", "json_each", "json_tree"))

_EXPRESSION_NAMES = """
    BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA LAMBDA_REF OPERATOR TYPE
"""
_EXPRESSIONS = frozenset(_EXPRESSION_NAMES.split())
_QUERY_EXPRESSIONS = _EXPRESSIONS | {"POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "WINDOW"}

_QUERY_NODE_NAMES = """
    SELECT_NODE SET_OPERATION_NODE CTE_NODE RECURSIVE_CTE_NODE BASE_TABLE EMPTY EXPRESSION_LIST JOIN PIVOT SUBQUERY
    TABLE_FUNCTION DISTINCT_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER ORDER_MODIFIER ASCENDING DESCENDING
    ORDER_DEFAULT
"""
_QUERY_NODES = frozenset(_QUERY_NODE_NAMES.split())


def connect(
    tables: Mapping[str, Sequence[Path] | pa.Table] | None = None,
    *,
    memory: str | None = None,
    threads: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB over Parquet parts, or rows in memory, each table under its `relation_names`. No file can be
    opened by name, no extension loaded, no variable of Python's read, no option changed. The parts are read by
    pyarrow: column choice and filters go down to them, and rows stream. `memory` ("512MB") and `threads` are limits; by
    default DuckDB's own. Close it (`with connect(...) as connection`). Raises StoreError for a part that can't be
    read."""
    import duckdb

    limits: dict[str, Any] = {"memory_limit": memory, "threads": threads}
    connection = duckdb.connect(
        ":memory:",
        config={
            "python_enable_replacements": "false",
            "temp_directory": "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            **{name: str(value) for name, value in limits.items() if value is not None},
        },
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")  # in a notebook it would draw one, from any thread
        for key, name in relation_names(tables or ()).items():
            _register(connection, key, name, (tables or {})[key])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[Event]:
    """Whatever runs after these seconds is interrupted and the event set; again and again, for an interrupt that comes
    while the query is only being prepared is lost."""
    over, late = Event(), Event()

    def watch() -> None:
        wait = seconds
        while not over.wait(wait):
            late.set()
            connection.interrupt()
            wait = _AGAIN

    watcher = Thread(target=watch, name="synthgen query limit", daemon=True)
    watcher.start()
    try:
        yield late
    finally:
        over.set()
        watcher.join()


def relation_names(names: Iterable[str]) -> dict[str, str]:
    """What tables (or the columns of one table) are called in a connection: as they are, but DuckDB folds case, so of
    two names that differ by case alone the later gets a number (`Users`, `users_2`). Not quoted."""
    found: dict[str, str] = {}
    given = list(names)
    taken = {name.lower() for name in given}
    used: set[str] = set()
    for name in given:
        free, number = name, 1
        while free.lower() in used or (number > 1 and free.lower() in taken):
            number += 1
            free = f"{name}_{number}"
        used.add(free.lower())
        found[name] = free
    return found


def quoted(name: str) -> str:
    """A DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


def guard_query(
    sql: str,
    tables: Collection[str],
    *,
    repeatable: bool = False,
) -> str:
    """The query itself, if it is one SELECT (or VALUES, FROM, WITH) over `tables` and calls nothing outside the
    allow-list; nor, if it has to be `repeatable`, anything with another answer each time, or with values that may grow
    beyond all limits. Raises UnsafeSQLError naming what was
    seen, InputError if it can't be read."""
    tree, _ = _parsed(sql)
    known = {name.lower() for name in tables}
    local = {entry["key"].lower() for node in nodes_of(tree) for entry in node.get("cte_map", {}).get("map", ())}
    functions = _SCALARS | _AGGREGATES
    for node in nodes_of(tree):
        _guard_node(node, _QUERY_EXPRESSIONS, functions - _FLEETING if repeatable else functions)
        if repeatable and node.get("sample"):
            raise UnsafeSQLError("a sample is not the same each time")
        if node.get("type") == "BASE_TABLE":
            path = [part for part in (node["catalog_name"], node["schema_name"], node["table_name"]) if part]
            name = ".".join(path).lower()
            # only plain words: "x.csv" as the name of a CTE would, outside its scope, name a file
            if node["at_clause"] or (
                name not in known and not (len(path) == 1 and name in local and name.isidentifier())
            ):
                raise UnsafeSQLError(f"{'.'.join(path)!r} is not a table of this dataset", hint=_listed(tables))
        if node.get("type") == "TABLE_FUNCTION":
            name = node["function"].get("function_name", "").lower()
            if name not in _TABLE_FUNCTIONS:
                raise UnsafeSQLError(f"table function {name!r} is not allowed", hint=_listed(sorted(_TABLE_FUNCTIONS)))
    if repeatable and (why := too_large_in_query(tree)):
        raise UnsafeSQLError(f"{why} is not computed here: {_short(sql)}", hint="a small number in it would do")
    return sql.strip().rstrip(";")


def unbounded(query: str) -> str:
    """Why this guarded query may make values so large that no limit of memory holds them, in words; "" where it can't.
    Raises InputError if it can't be read."""
    return too_large_in_query(_parsed(query)[0])


def expression_tree(guarded: str) -> dict[str, Any]:
    """DuckDB's tree of an expression that passed the guard."""
    tree: dict[str, Any] = _parsed(f"SELECT {guarded}")[0]["select_list"][0]
    return tree


@lru_cache(maxsize=4096)  # every edit of a table asks for its CHECKs again
def guard_expression(sql: str) -> str:
    """The expression (DuckDB's dialect) as DuckDB reads it, in canonical spelling, if it is one scalar expression
    without subqueries that calls nothing outside the allow-list and makes no huge values. `parser` is any open
    connection, to save opening one. Raises UnsafeSQLError naming what was seen, InputError if it can't be read."""
    if not sql.strip():
        raise InputError("an expression is wanted here, nothing was given")
    tree, text = _parsed(f"SELECT ({sql}\n)")
    plain: dict[str, Any] = {"type": "SELECT_NODE", "modifiers": [], "cte_map": {"map": []}, "where_clause": None}
    plain |= {"having": None, "group_expressions": [], "qualify": None, "sample": None}
    only = all(tree.get(field) == value for field, value in plain.items()) and len(tree["select_list"]) == 1
    if not only or tree["from_table"]["type"] != "EMPTY" or tree["select_list"][0].get("alias"):
        raise UnsafeSQLError(f"an expression is wanted here, not a query: {_short(sql)}")
    for node in nodes_of(tree["select_list"][0]):
        _guard_node(node, _EXPRESSIONS, _SCALARS)
    if why := too_large(tree["select_list"][0]):
        raise UnsafeSQLError(f"{why} is not computed here: {_short(sql)}", hint="a small number in it would do")
    return text.removeprefix("SELECT ")


def _guard_node(node: Mapping[str, Any], expressions: Collection[str], functions: Collection[str]) -> None:
    kind = node.get("class")
    if kind is None:
        what = node.get("type")
        if isinstance(what, str) and what not in _QUERY_NODES:
            raise UnsafeSQLError(f"{what.lower().replace('_', ' ')} is not allowed in a query")
        return
    if kind not in expressions:
        raise UnsafeSQLError(f"{kind.lower().replace('_', ' ')} is not allowed here")
    if kind in ("FUNCTION", "WINDOW"):
        name = node["function_name"].lower()
        symbol = node.get("is_operator") and not any(c.isalnum() or c == "_" for c in name)
        if (name not in functions and not symbol) or node.get("schema") or node.get("catalog"):
            raise UnsafeSQLError(f"function {name!r} is not allowed")


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    """For all SQL that is only read: to open a connection takes longer than to read a dozen expressions."""
    atexit.register(_reader.cache_clear)  # what outlives DuckDB's bindings they complain of
    return connect(threads=1)


def _parsed(sql: str) -> tuple[dict[str, Any], str]:
    """The tree of the one statement in `sql`, and its text written anew from that tree."""
    with _reader().cursor() as connection:  # threads read at the same time
        return _read(connection, sql)


def _read(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[dict[str, Any], str]:
    import duckdb

    try:
        serialized = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()[0][0]
        answer = json.loads(serialized)
        if answer["error"]:
            message = answer["error_message"]
            if answer.get("error_type") == "not implemented":
                raise UnsafeSQLError(f"only SELECT is allowed here, not {_short(sql)}")
            raise InputError(f"this SQL can't be read: {message}")
        if len(answer["statements"]) != 1:
            raise UnsafeSQLError(f"one statement is allowed here, not {len(answer['statements'])}")
        text = connection.execute("SELECT json_deserialize_sql(?::JSON)", [serialized]).fetchall()[0][0]
    except duckdb.Error as error:
        raise InputError(f"this SQL can't be read: {_first_line(error)}") from error
    except RecursionError as error:
        raise InputError("this SQL is nested too deeply") from error
    return answer["statements"][0]["node"], text


def _register(connection: duckdb.DuckDBPyConnection, key: str, name: str, given: Sequence[Path] | pa.Table) -> None:
    parts = _opened(given) if isinstance(given, Sequence) else given
    columns = relation_names(parts.schema.names)
    if all(column == alias for column, alias in columns.items()):
        connection.register(name, parts)
    else:
        connection.register(f"{name} ", parts)
        aliases = ", ".join(quoted(alias) for alias in columns.values())
        connection.execute(f"CREATE VIEW {quoted(name)} AS FROM {quoted(name + ' ')} AS part({aliases})")
    namespace, dot, table = key.partition(".")
    if dot and name == key and namespace and table:  # sales.orders without quotes, too
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(namespace)}")
        connection.execute(f"CREATE OR REPLACE VIEW {quoted(namespace)}.{quoted(table)} AS FROM {quoted(name)}")


def _opened(paths: Sequence[Path]) -> pds.Dataset:
    import pyarrow as pa
    import pyarrow.dataset as pds
    from pyarrow.fs import LocalFileSystem

    class Parts(pds.FileSystemDataset):  # type: ignore[misc]  # pyarrow has no types
        """Arrow reads 16 batches of 4 files ahead by default: hundreds of MB that DuckDB does not wait for."""

        def scanner(self, **options: Any) -> pds.Scanner:
            return super().scanner(**{"batch_readahead": 2, "fragment_readahead": 1, **options})

    layout = pds.ParquetFileFormat(default_fragment_scan_options=pds.ParquetFragmentScanOptions(pre_buffer=False))
    disk = LocalFileSystem()
    try:
        fragments = [layout.make_fragment(str(path.absolute()), filesystem=disk) for path in paths]
        return Parts(fragments, fragments[0].physical_schema, layout, disk)
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"a part can't be read: {error}") from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _short(sql: str) -> str:
    text = " ".join(sql.split())
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _listed(names: Collection[str]) -> str:
    shown = ", ".join(list(names)[:8])
    return f"there are {shown}{' ...' if len(names) > 8 else ''}"
