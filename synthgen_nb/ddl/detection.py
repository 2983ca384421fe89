"""Which dialect a DDL text is written in, by what only that dialect would write. Knows nothing of its meaning."""

from __future__ import annotations

import re

LOOKED_AT = 1_000_000  # characters; a dump shows its dialect in its first lines
DEFAULT = "postgres"

# (dialect, weight, what betrays it): 5 and 3 are said by one engine only, 1 is a habit
_EVIDENCE: tuple[tuple[str, int, str], ...] = (
    # first, for it wins a draw: SQLite takes any type
    ("sqlite", 1, r"\bDATETIME\b"),
    ("sqlite", 3, r"\bAUTOINCREMENT\b|\bWITHOUT\s+ROWID\b|^\s*PRAGMA\s|\bCOLLATE\s+NOCASE\b"),
    ("sqlite", 2, r"\)\s*STRICT\s*;|\bsqlite_sequence\b|\bstrftime\s*\("),
    ("sqlite", 1, r"\bBLOB\b"),
    ("mysql", 1, r"\bBLOB\b"),
    ("mysql", 3, r"\bAUTO_INCREMENT\b"),
    ("mysql", 3, r"\bENGINE\s*=\s*\w+"),
    ("mysql", 2, r"`\w+`"),
    ("mysql", 3, r"\b(?:INT|BIGINT|SMALLINT|TINYINT|MEDIUMINT)\s*(?:\(\d+\))?\s+UNSIGNED\b"),
    ("mysql", 2, r"\b(?:MEDIUMINT|TINYTEXT|MEDIUMTEXT|LONGTEXT|MEDIUMBLOB|LONGBLOB)\b"),
    ("mysql", 3, r"/\*!\d{5}|\bCHARSET\s*=|^DELIMITER\s"),
    ("mysql", 2, r"\bON\s+UPDATE\s+CURRENT_TIMESTAMP\b|^\s*(?:UNIQUE\s+)?KEY\s+\w+\s*\("),
    ("mysql", 2, r"\bENUM\s*\(\s*'"),
    ("mysql", 1, r"\bDATETIME\b"),
    ("postgres", 3, r"\b(?:BIG|SMALL)?SERIAL\b"),
    ("postgres", 3, r"\$\w*\$|\bnextval\s*\("),
    ("postgres", 2, r"::\s*[a-z]"),
    ("postgres", 3, r"\b(?:JSONB|BYTEA|TIMESTAMPTZ|TSVECTOR|CITEXT|INET)\b"),
    ("postgres", 2, r"\bCREATE\s+(?:EXTENSION|DOMAIN)\b|\bCOMMENT\s+ON\b|\bOWNER\s+TO\b|\bALTER\s+TABLE\s+ONLY\b"),
    ("postgres", 2, r"\bcharacter\s+varying\b|\bWITH(?:OUT)?\s+TIME\s+ZONE\b|\bINHERITS\s*\("),
    ("postgres", 1, r"\bCREATE\s+TYPE\s+\S+\s+AS\s+ENUM\b|\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b"),
    ("tsql", 3, r"^\s*GO\s*$|\bIDENTITY\s*\(\s*\d+\s*,|\bNVARCHAR\s*\(\s*MAX\s*\)|\bUNIQUEIDENTIFIER\b"),
    ("tsql", 2, r"\[\w+\]\s*\.\s*\[\w+\]|^\s*\[\w+\]\s+\[?\w+|\b(?:NON)?CLUSTERED\b|\bDATETIME2\b|\bNVARCHAR\b"),
    ("oracle", 5, r"\bVARCHAR2\b|\bNVARCHAR2\b|\bNUMBER\s*\(|\bSYSDATE\b|\bSYSTIMESTAMP\b"),
    ("oracle", 2, r"\bCLOB\b|\bENABLE\s+(?:NO)?VALIDATE\b|\bORGANIZATION\s+INDEX\b|^/\s*$"),
    ("duckdb", 3, r"\bHUGEINT\b|\bU(?:TINY|SMALL|BIG)INT\b|\bUINTEGER\b|\bSTRUCT\s*\(|\bMAP\s*\(\s*\w+\s*,"),
    ("duckdb", 3, r"\b(?:INSTALL|LOAD)\s+\w+\s*;|\bread_(?:csv|parquet)\w*\s*\("),
)
_MARIADB = re.compile(r"/\*M!|MariaDB dump|\d-MariaDB\b|\bWITH\s+SYSTEM\s+VERSIONING\b|\bPAGE_CHECKSUM\s*=", re.I)
_COMPILED = tuple((name, weight, re.compile(rx, re.I | re.M)) for name, weight, rx in _EVIDENCE)


def detect_dialect(text: str) -> str:
    """The dialect with the most evidence in the first characters of the text; postgres where there is none."""
    looked = text[:LOOKED_AT]
    scores: dict[str, int] = {}
    for name, weight, pattern in _COMPILED:
        if pattern.search(looked):
            scores[name] = scores.get(name, 0) + weight
    best = max(scores, key=lambda name: scores[name], default=DEFAULT)
    if best == "mysql" and _MARIADB.search(looked):
        return "mariadb"
    return best
