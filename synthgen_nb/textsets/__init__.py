"""Sets of texts by domain and topics: what is wanted of them, what a model is asked, what of its answers is kept, and
the formats that trainers read. Knows nothing of jobs, stores or screens.
"""

from __future__ import annotations

from .domains import Domain, domain_names, order_of, read_domain
from .formats import LINE_FORMATS
from .orders import KIND_NAMES, KindName, TextOrder, Texts, checked, texts_of
from .quality import REASONS, Quality

__all__ = [
    "KIND_NAMES",
    "LINE_FORMATS",
    "REASONS",
    "Domain",
    "KindName",
    "Quality",
    "TextOrder",
    "Texts",
    "checked",
    "domain_names",
    "order_of",
    "read_domain",
    "texts_of",
]
