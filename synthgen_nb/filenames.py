"""Names of tables and datasets as names of files: reversible, and unique on disks that fold case. Knows no disk."""

from __future__ import annotations

import hashlib
import re
import string
from urllib.parse import unquote

_PLAIN = frozenset(string.ascii_letters + string.digits + "_-.")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)$", re.IGNORECASE)  # Windows, with any suffix
_LONGEST = 150  # bytes; a file system allows 255, and the whole path may be limited too


def escape(name: str) -> str:
    """`orders` stays `orders`; other characters than ASCII letters, digits, `_-.` become %xx of their UTF-8 bytes;
    capitals stay and are told apart by a suffix (`Users` -> `Users~1`, a bit mask), so that two names never meet on a
    disk that folds case; a name too long for a file is cut and ends in `~~` and a hash. Never empty, a device or a
    hidden file."""
    body = "".join(c if c in _PLAIN else "".join(f"%{b:02x}" for b in c.encode()) for c in name) or "%"
    if body[0] == "." or _DEVICES.match(body.partition(".")[0]):
        body = f"%{ord(body[0]):02x}{body[1:]}"
    if body[-1] == ".":  # Windows drops it
        body = f"{body[:-1]}%2e"
    capitals = sum(1 << at for at, c in enumerate(name) if c in string.ascii_uppercase)
    text = f"{body}~{capitals:x}" if capitals else body
    if len(text) > _LONGEST:
        text = f"{body[:100]}~~{hashlib.sha256(name.encode()).hexdigest()[:24]}"
    return text


def unescape(text: str) -> str | None:
    """The name that `escape` made `text` of; None for what it never makes, or has cut."""
    name = "" if text == "%" else unquote(text.partition("~")[0], errors="replace")
    return name if escape(name) == text else None
