"""Damaged DDL texts, by the thousand: only errors of our own, none after more than a few seconds.

`SYNTHGEN_MUTATIONS` is how many (default 500; 2,000 more are marked slow), `SYNTHGEN_MUTATIONS_OF` a folder of DDL
files in folders named after their dialect, to be damaged instead of those of the tests.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.errors import SynthgenError

SECONDS = 5.0  # of CPU, for one text
PLANNED = 4  # of this many texts that can be read, one goes through draft_plan and check
HERE = Path(__file__).parent


def texts() -> list[tuple[str, str, str]]:
    """(name, dialect, text) of what is damaged."""
    if folder := os.environ.get("SYNTHGEN_MUTATIONS_OF"):
        files = sorted(Path(folder).glob("*/*.sql"))
        return [(f.stem, f.parent.name, f.read_text(encoding="utf-8", errors="replace")) for f in files]
    files = sorted((HERE / "ddl").rglob("*.sql"))
    return [(f.stem, f.stem.split("_")[0], f.read_text(encoding="utf-8")) for f in files]


TOKEN = re.compile(r"\w+|\s+|.", re.S)
ODD = ("\0", "\ufeff", "\u202e", "\u00a0", "\u2028", "é", "İ", "ß", "😀", "\x1a", "\ud800", "１", "\x85", "\x0b")
OPENINGS = ("'", '"', "`", "[", "/*", "/*!40101 ", "$$", "$x$", "--", "#", "E'", "q'[", "N'", "X'", "(", "{", "\\")
PIECES = f"""NULL
-1
1e999
0x
{"1" * 5_000}
''
DEFAULT
CHECK (
REFERENCES t
PRIMARY KEY (
UNIQUE (
CONSTRAINT
FOREIGN KEY
,
;
);
::
ALTER TABLE
CREATE TABLE t (
DROP
RENAME TO t
LIKE
INHERITS (t)
PARTITION OF
GENERATED ALWAYS AS (
COLLATE
ENUM()
decimal(99999,99999)
varchar(0)
char(-1)
[][][]
INSERT INTO t VALUES (
t(a(1.5))""".splitlines()
LINES = ("DELIMITER //\n", "\nGO\n", "\n/\n", "COPY t FROM stdin;\n", "\\.\n")


def flipped(text: str, rng: random.Random) -> str:
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data.decode("utf-8", "replace")


def statements_moved(text: str, rng: random.Random) -> str:
    """One cut out, doubled or put elsewhere."""
    parts = text.split(";")
    at = rng.randrange(len(parts))
    part = parts.pop(at) if rng.random() < 0.7 else parts[at]
    if rng.random() < 0.6:
        parts.insert(rng.randint(0, len(parts)), part)
    return ";".join(parts)


def tokens_swapped(text: str, rng: random.Random) -> str:
    tokens = TOKEN.findall(text)
    for _ in range(rng.randint(1, 6)):
        a, b = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        b = b if rng.random() < 0.3 else min(len(tokens) - 1, a + rng.randint(1, 6))
        tokens[a], tokens[b] = tokens[b], tokens[a]
    return "".join(tokens)


def cut(text: str, rng: random.Random) -> str:
    start = rng.randrange(len(text))
    return text[:start] + text[start + rng.choice((1, 5, 40, 400, len(text))) :]


def put(choose: Callable[[random.Random], str]) -> Callable[[str, random.Random], str]:
    def mutate(text: str, rng: random.Random) -> str:
        at = rng.choice([m.start() for m in TOKEN.finditer(text)]) if rng.random() < 0.7 else rng.randrange(len(text))
        return text[:at] + choose(rng) + text[at:]

    return mutate


def nested(rng: random.Random) -> str:
    depth = rng.choice((5, 60, 150, 199, 201, 1_000, 10_000))
    opening, closing = rng.choice(
        (("(", ")"), ("CASE WHEN ", " THEN 1 END"), ("NOT ", ""), ("a+", ""), ("[", "]"), ("-", ""))
    )
    return opening * depth + rng.choice(("a", "1", "")) + closing * rng.choice((depth, depth, depth - 1))


def huge(rng: random.Random) -> str:
    return rng.choice(("x", "é", '"', "a.", "1", "_", "a,", " ", "\n", "a b ", "''", ";")) * rng.choice(
        (1_000, 20_000, 100_000)
    )


MUTATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "bytes flipped": flipped,
    "statements moved": statements_moved,
    "tokens swapped": tokens_swapped,
    "cut": cut,
    "nested": put(nested),
    "huge": put(huge),
    "odd characters": put(lambda rng: rng.choice(ODD)),
    "opened": put(lambda rng: rng.choice(OPENINGS)),
    "pieces": put(lambda rng: f" {rng.choice((*PIECES, *LINES))} "),
}


def damaged(number: int) -> tuple[str, str, str]:
    """(what was done, dialect, text) of one damaged text; the number tells it all."""
    rng = random.Random(number)
    name, dialect, text = rng.choice(TEXTS)
    done = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        kind = rng.choice(sorted(MUTATIONS))
        done.append(kind)
        text = MUTATIONS[kind](text or ";", rng)
    return f"{number}: {name}, {', '.join(done)}", dialect, text


TEXTS = texts()


def survive(numbers: range) -> None:
    wrong = []
    for number in numbers:
        what, dialect, text = damaged(number)
        start = time.process_time()
        try:
            schema = sg.parse_ddl(text, dialect if number % 8 else None)
            if number % PLANNED == 0:
                sg.check(sg.draft_plan(schema, 20))
        except SynthgenError as error:
            if "\n" in str(error) or len(str(error)) > 2_000:
                wrong.append(f"{what}: not one line: {str(error)[:200]!r}")
        except Exception as fault:
            wrong.append(f"{what}: {type(fault).__name__}: {str(fault)[:200]}")
        if (seconds := time.process_time() - start) > SECONDS:
            wrong.append(f"{what}: {seconds:.1f} s")
    assert not wrong, "\n".join(wrong)


COUNT = int(os.environ.get("SYNTHGEN_MUTATIONS", 500))


def test_damaged_texts_raise_only_our_own_errors_in_seconds() -> None:
    survive(range(COUNT))


@pytest.mark.slow
def test_two_thousand_more_damaged_texts_raise_only_our_own_errors_in_seconds() -> None:
    survive(range(COUNT, COUNT + 2_000))
