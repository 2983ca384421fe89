"""Where a cell's output is seen: a browser that updates displays, a terminal, or nobody yet (nbclient, papermill).
Knows nothing of what is shown.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Literal

FrontEnd = Literal["html", "text", "lines", "none"]


def front_end(display: str, *, kernel: bool, environ: Mapping[str, str], modules: Container[str]) -> FrontEnd:
    """`display` is the option; "auto" looks at what the front ends leave in a kernel's environment: JupyterLab and
    Notebook set JPY_SESSION_NAME, VS Code VSCODE_PID, Colab loads google.colab; nbclient sets none of these."""
    if display == "none":
        return "none"
    if display == "text" or not kernel:
        return "text" if not kernel else "lines"
    if display == "html":
        return "html"
    seen = "JPY_SESSION_NAME" in environ or "VSCODE_PID" in environ or on_colab(modules)
    return "html" if seen else "lines"


def on_colab(modules: Container[str]) -> bool:
    return "google.colab" in modules
