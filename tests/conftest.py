"""Fixtures that several rooms of tests share."""

from __future__ import annotations

from tests.browsers import chromium, lab, seen

__all__ = ["chromium", "lab", "seen"]
