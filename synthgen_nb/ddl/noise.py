"""Words around a constraint that change nothing about which rows are valid. Knows how to step over them, no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .cursor import Cursor

Phrases = Mapping[str, Sequence[tuple[str, ...]]]


def by_first_word(*phrases: tuple[str, ...]) -> Phrases:
    """Phrases so that those that begin with a word are found at once."""
    return {word: [p for p in phrases if p[0] == word] for word in dict.fromkeys(p[0] for p in phrases)}


# What may stand around a constraint and changes nothing about which rows are valid. "*" is any token, "()" a group,
# "#" a name that begins none of these phrases.
NOISE = by_first_word(
    ("USING", "INDEX", "TABLESPACE", "*"),
    ("USING", "INDEX", "()"),
    ("USING", "INDEX", "*", ".", "*"),
    ("USING", "INDEX", "#"),
    ("USING", "INDEX"),
    ("USING", "*"),
    ("WITH", "()"),
    ("WITH", "PARSER", "*"),
    ("INCLUDE", "()"),
    ("ON", "CONFLICT", "*"),
    ("TABLESPACE", "*"),
    ("TEXTIMAGE_ON", "*"),
    ("KEY_BLOCK_SIZE", "=", "*"),
    ("KEY_BLOCK_SIZE", "*"),
    ("COMMENT", "*"),
    ("NOT", "DEFERRABLE"),
    ("DEFERRABLE",),
    ("INITIALLY", "*"),
    ("NOT", "VALID"),
    ("NO", "INHERIT"),
    ("NOT", "FOR", "REPLICATION"),
    ("ENFORCED",),
    ("CLUSTERED",),
    ("NONCLUSTERED",),
    ("HASH",),
    ("ASC",),
    ("DESC",),
    ("ENABLE",),
    ("DISABLE",),  # a dump enables it later; rows that hold it do no harm where it is not
    ("VALIDATE",),
    ("NOVALIDATE",),
    ("RELY",),
    ("NORELY",),
    ("VISIBLE",),
    ("INVISIBLE",),
    ("IGNORED",),
    ("PCTFREE", "*"),
    ("INITRANS", "*"),
    ("MAXTRANS", "*"),
    ("STORAGE", "()"),
    ("LOGGING",),
    ("NOLOGGING",),
    ("COMPUTE", "STATISTICS"),
    ("COMPRESS", "*"),
    ("NOCOMPRESS",),
    ("REVERSE",),
    ("LOCAL",),
    ("GLOBAL",),
)


def skip_phrase(c: Cursor, phrases: Phrases) -> bool:
    """Steps over the first of the phrases that comes next."""
    for phrase in phrases.get(c.peek().key, ()):
        start = c.i
        for key in phrase:
            if not _fits(c, key, phrases):
                c.i = start
                break
            c.skip()
        else:
            return True
    return False


def _fits(c: Cursor, key: str, phrases: Phrases) -> bool:
    if key == "#":
        return c.is_name() and c.peek().key not in phrases
    return not c.done if key == "*" else c.at("(" if key == "()" else key)


def skip_noise(c: Cursor) -> None:
    while skip_phrase(c, NOISE):
        pass
