"""Which dialect a DDL text is written in: by what only that dialect would write, and by the names its comments and its
file give. Knows nothing of its meaning."""

from __future__ import annotations

import re
from pathlib import PurePath

LOOKED_AT = 300_000  # characters; a dump shows its dialect in its first lines
_HEAD = 3_000  # characters in whose comments an engine may be named
DEFAULT = "postgres"

# (dialect, weight, what betrays it): 5 and 3 are said by one engine only, 1 is a habit
_EVIDENCE: tuple[tuple[str, int, str], ...] = (
    # first, for it wins a draw: SQLite takes any type
    ("sqlite", 1, r"\bDATETIME\b"),
    ("sqlite", 3, r"\bAUTOINCREMENT\b|\bWITHOUT\s+ROWID\b|^[ \t]*PRAGMA\s|\bCOLLATE\s+NOCASE\b"),
    ("sqlite", 2, r"\)\s*STRICT\s*;|\bsqlite_sequence\b|\bstrftime\s*\("),
    ("sqlite", 1, r"\bBLOB\b"),
    ("mysql", 1, r"\bBLOB\b"),
    ("mysql", 3, r"\bAUTO_INCREMENT\b"),
    ("mysql", 3, r"\bENGINE\s*=\s*\w+"),
    ("mysql", 2, r"`\w+`"),
    ("mysql", 3, r"\b(?:INT|BIGINT|SMALLINT|TINYINT|MEDIUMINT)\s*(?:\(\d+\))?\s+UNSIGNED\b"),
    ("mysql", 2, r"\b(?:MEDIUMINT|TINYTEXT|MEDIUMTEXT|LONGTEXT|MEDIUMBLOB|LONGBLOB)\b"),
    ("mysql", 3, r"/\*!\d{5}|\bCHARSET\s*=|^DELIMITER\s"),
    ("mysql", 2, r"\bON\s+UPDATE\s+CURRENT_TIMESTAMP\b|^[ \t]*(?:UNIQUE\s+)?KEY\s+\w+\s*\("),
    ("mysql", 2, r"(?<!\bAS\s)\bENUM\s*\(\s*'"),
    ("mysql", 1, r"\bDATETIME\b"),
    ("postgres", 3, r"\b(?:BIG|SMALL)?SERIAL\b"),
    ("postgres", 3, r"\$\w*\$|::regclass\b"),
    ("postgres", 2, r"\bnextval\s*\("),
    ("postgres", 2, r"::\s*[a-z]"),
    ("postgres", 3, r"\b(?:JSONB|BYTEA|TIMESTAMPTZ|TSVECTOR|CITEXT|INET)\b"),
    ("postgres", 2, r"\bCREATE\s+(?:EXTENSION|DOMAIN)\b|\bCOMMENT\s+ON\b|\bOWNER\s+TO\b|\bALTER\s+TABLE\s+ONLY\b"),
    ("postgres", 2, r"\bcharacter\s+varying\b|\bWITH(?:OUT)?\s+TIME\s+ZONE\b|\bINHERITS\s*\("),
    ("postgres", 1, r"\bCREATE\s+TYPE\s+\S+\s+AS\s+ENUM\b|\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b"),
    ("tsql", 3, r"^[ \t]*GO\s*$|\bIDENTITY\s*\(\s*\d+\s*,|\bNVARCHAR\s*\(\s*MAX\s*\)|\bUNIQUEIDENTIFIER\b"),
    ("tsql", 2, r"\[\w+\]\s*\.\s*\[\w+\]|^[ \t]*\[\w+\]\s+\[?\w+|\b(?:NON)?CLUSTERED\b|\bDATETIME2\b|\bNVARCHAR\b"),
    ("oracle", 5, r"\bVARCHAR2\b|\bNVARCHAR2\b|\bNUMBER\s*\(|\bSYSDATE\b|\bSYSTIMESTAMP\b"),
    ("oracle", 2, r"\bCLOB\b|\bENABLE\s+(?:NO)?VALIDATE\b|\bORGANIZATION\s+INDEX\b|^/\s*$"),
    ("duckdb", 3, r"\bHUGEINT\b|\bU(?:TINY|SMALL|BIG)INT\b|\bUINTEGER\b"),
    ("duckdb", 3, r"\bSTRUCT\s*\(|\bMAP\s*\(\s*\w+\s*,"),
    ("duckdb", 3, r"\b(?:INSTALL|LOAD)\s+\w+\s*;|\bread_(?:csv|parquet)\w*\s*\("),
)
_MARIADB = re.compile(
    r"/\*M!|\bMariaDB (?:dump|Server)|[ /_.-]mariadb\b|\d-MariaDB\b|\bWITH\s+SYSTEM\s+VERSIONING\b|\bPAGE_CHECKSUM\s*=",
    re.I,
)
_NOT_CODE = re.compile(r"(--[^\n]*|/\*(?!M?!).*?\*/)|'[^']*+'", re.S)
_NAMES = (
    ("postgres", r"postgres(?:ql)?|pg(?:sql)?|psql"),
    ("mysql", r"mysql|mariadb|phpmyadmin"),
    ("sqlite", r"sqlite3?"),
    ("duckdb", r"duckdb"),
    ("tsql", r"(?:ms)?sql[ _-]?server|mssql|t-?sql"),
    ("oracle", r"oracle|sql\*plus"),
)
_NAMED_BY_COMMENT, _NAMED_BY_FILE = 2, 9  # a name outweighs types that SQLite takes too, not a whole MySQL dump


def detect_dialect(text: str, file: str = "") -> str:
    """The dialect with the most evidence in the first characters of the text and in the name of its file; postgres
    where there is none."""
    looked = text[:LOOKED_AT]
    code = _NOT_CODE.sub(lambda found: " " if found[1] else "''", looked)
    comments = " ".join(found[1] or "" for found in _NOT_CODE.finditer(looked[:_HEAD]))
    scores: dict[str, int] = {}
    for name, weight, pattern in _EVIDENCE:
        if re.search(pattern, code, re.I | re.M):
            scores[name] = scores.get(name, 0) + weight
    for weight, said in ((_NAMED_BY_COMMENT, comments), (_NAMED_BY_FILE, PurePath(file).name)):
        for name, words in _NAMES:
            if re.search(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])", said, re.I):
                scores[name] = scores.get(name, 0) + weight
    best = max(scores, key=lambda name: scores[name], default=DEFAULT)
    if best == "mysql" and _MARIADB.search(f"{looked} {PurePath(file).name}"):
        return "mariadb"
    return best
