"""Fixtures that several rooms of tests share."""

from __future__ import annotations

from tests.browsers import chromium, lab, seen
from tests.models import smollm2, smollm2_gguf, tiny_mistral
from tests.shells import cells

__all__ = ["cells", "chromium", "lab", "seen", "smollm2", "smollm2_gguf", "tiny_mistral"]
