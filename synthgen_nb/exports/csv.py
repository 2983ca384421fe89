"""A table as CSV (RFC 4180, UTF-8): NULL is an empty field, the empty text is "". Times in ISO 8601 with a blank
between day and hour, which every database takes; lists and structs as JSON. A CsvForm says what is to be otherwise.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Literal, cast, get_args

from msgspec import Struct

from ..errors import InputError
from .plain_values import readable

if TYPE_CHECKING:
    import polars as pl
    from _typeshed import ReadableBuffer

    from ..dataset import Dataset

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
_DATE, _TIME = "%Y-%m-%d", "%H:%M:%S%.f"
_STAMP = f"{_DATE} {_TIME}"
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"  # what a spreadsheet takes for a formula's beginning
_NUMBER = r"^[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$"  # safe as it is


class CsvForm(Struct, frozen=True, kw_only=True):
    """`null` stands for NULL; a text that is the same is quoted. Formats are strftime's; a timestamp with a time zone
    is told in `time_zone`, with its offset unless `timestamp_format` says otherwise. With `no_formulas` a text that a
    spreadsheet would calculate gets a ' before it; numbers stay numbers."""

    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    null: str = ""
    line_end: Literal["lf", "crlf"] = "lf"
    encoding: Encoding = "utf-8"
    date_format: str = _DATE
    timestamp_format: str = _STAMP
    time_zone: str = "UTC"
    no_formulas: bool = False


PLAIN = CsvForm()


def checked(form: CsvForm) -> CsvForm:
    """Raises InputError for what makes no CSV."""
    import polars as pl

    for option, sign in (("--delimiter", form.delimiter), ("--quote", form.quote)):
        if len(sign) != 1 or not sign.isascii() or sign.isalnum() or sign in "\r\n.+-":
            raise InputError(f"{option} {sign!r} can't be", hint="one sign of ASCII, no letter, digit, . + or -")
    if form.delimiter == form.quote:
        raise InputError(f"{form.delimiter!r} can't be delimiter and quote at once")
    if set(form.null) & {"\r", "\n", form.delimiter, form.quote}:
        raise InputError(f"--null {form.null!r} holds a line's end, a delimiter or a quote")
    moment = pl.lit("2026-01-02 03:04:05").str.to_datetime().dt.replace_time_zone("UTC")
    trials: dict[str, Callable[[], pl.Expr]] = {
        "--time-zone": lambda: moment.dt.convert_time_zone(form.time_zone),
        "--date-format": lambda: moment.dt.date().dt.to_string(form.date_format),
        "--timestamp-format": lambda: moment.dt.to_string(form.timestamp_format),
    }
    for option, trial in trials.items():
        try:
            pl.select(trial())
        except pl.exceptions.PolarsError as error:
            raise InputError(f"{option}: {str(error).splitlines()[0]}") from None
    return form


def write(dataset: Dataset, table: str, sink: IO[bytes], form: CsvForm = PLAIN) -> None:
    """Raises InputError where a text holds what the encoding lacks."""
    import polars as pl
    import polars.selectors as cs

    frame = readable(dataset.scan(table), nested_as_text=True)
    zoned = [name for name, t in frame.collect_schema().items() if isinstance(t, pl.Datetime) and t.time_zone]
    if form == PLAIN:
        utc = cs.by_name(zoned).dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%d %H:%M:%S%.f+00:00")
        frame.with_columns(utc).sink_csv(
            sink, null_value="", quote_style="necessary", datetime_format=_STAMP, time_format=_TIME
        )
        return
    recoded = _Recoded(sink, form.encoding)
    try:
        _write_as(frame, sink if form.encoding == "utf-8" else cast("IO[bytes]", recoded), form)
    except (UnicodeEncodeError, OSError, pl.exceptions.PolarsError):  # Polars tells it in its own way
        if recoded.lacks:
            raise InputError(
                f"{table}: a text holds {recoded.lacks!r}, which {form.encoding} lacks", hint="--encoding utf-8 has all"
            ) from None
        raise


def _write_as(frame: pl.LazyFrame, sink: IO[bytes], form: CsvForm) -> None:
    import polars as pl

    end = "\r\n" if form.line_end == "crlf" else "\n"
    schema = frame.collect_schema()
    if form.header:
        names = pl.DataFrame({"name": schema.names()}).select(_field(pl.col("name"), form).alias("name"))["name"]
        sink.write((form.delimiter.join(names) + end).encode())
        sink.flush()
    frame.select(_fields(schema, form)).sink_csv(
        sink,
        include_header=False,
        separator=form.delimiter,
        line_terminator=end,
        null_value=form.null,
        quote_style="never",
    )


def _fields(schema: pl.Schema, form: CsvForm) -> list[pl.Expr]:
    """Numbers as they are, all else as the very text of its field."""
    import polars as pl

    return [
        pl.col(name) if t.is_numeric() or t == pl.Boolean else _field(_text(pl.col(name), t, form), form).alias(name)
        for name, t in schema.items()
    ]


def _text(column: pl.Expr, kind: pl.DataType, form: CsvForm) -> pl.Expr:
    import polars as pl

    if kind == pl.Date:
        return column.dt.to_string(form.date_format)
    if kind == pl.Time:
        return column.dt.to_string(_TIME)
    if isinstance(kind, pl.Datetime):
        if not kind.time_zone:
            return column.dt.to_string(form.timestamp_format)
        zoned = f"{_STAMP}%:z" if form.timestamp_format == _STAMP else form.timestamp_format
        return column.dt.convert_time_zone(form.time_zone).dt.to_string(zoned)
    return column.cast(pl.String)


def _field(text: pl.Expr, form: CsvForm) -> pl.Expr:
    """Quoted where it would be taken for something else, NULL among that."""
    import polars as pl

    if form.no_formulas:
        starts = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
        text = pl.when(starts).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)
    quote = form.quote
    inside = pl.concat_str(pl.lit(quote), text.str.replace_all(quote, quote + quote, literal=True), pl.lit(quote))
    odd = text.str.contains_any([form.delimiter, quote, "\r", "\n"]) | (text == form.null) | (text == "")
    return pl.when(odd).then(inside).otherwise(text).fill_null(form.null)


class _Recoded(io.RawIOBase):
    """Takes UTF-8 in any pieces and writes it in another encoding; `lacks` is the first character that has none."""

    def __init__(self, sink: IO[bytes], encoding: str) -> None:
        self._sink = sink
        self._read = codecs.getincrementaldecoder("utf-8")()
        self._write = codecs.getincrementalencoder(encoding)()
        self.lacks = ""

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        view = memoryview(data).cast("B")
        try:
            self._sink.write(self._write.encode(self._read.decode(bytes(view))))
        except UnicodeEncodeError as error:
            self.lacks = error.object[error.start]
            raise
        return len(view)
