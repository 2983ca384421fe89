"""The notebook's face: magics, completion, live progress and views. Nothing below imports it."""

from __future__ import annotations

import shlex

from IPython import get_ipython
from IPython.core.interactiveshell import InteractiveShell

from ..errors import InputError
from .completion import completer_for
from .magics import SynthgenMagics
from .views import register_views, unregister_views

__all__ = ["SynthgenMagics", "load", "ui", "unload"]


def ui(store: str = "") -> None:
    """The panel in this cell's output, as `%synthgen ui` shows it. Raises InputError outside of IPython."""
    shell = get_ipython()
    if shell is None:
        raise InputError("the panel needs a notebook", hint="synthgen lab opens one")
    load(shell)
    shell.run_line_magic("synthgen", f"ui --store {shlex.quote(store)}" if store else "ui")


def load(shell: InteractiveShell) -> None:
    """Registers the magics once per shell: a reload keeps the instance, and with it `%config` and the names it
    bound."""
    magics = magics_of(shell)
    if magics is None:
        magics = SynthgenMagics(shell=shell)
        shell.configurables.append(magics)  # type: ignore[arg-type]  # IPython's list is of any Configurable
    shell.register_magics(magics)
    unload_completer(shell)
    if without_body not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(without_body)
    shell.Completer.custom_matchers.append(completer_for(magics))
    register_views(shell, magics)


def unload(shell: InteractiveShell) -> None:
    for kind in ("line", "cell"):
        for name in ("synthgen", "synthgen_edit", "synthgen_text"):
            shell.magics_manager.magics[kind].pop(name, None)
    unload_completer(shell)
    unregister_views(shell)
    if without_body in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(without_body)


def without_body(lines: list[str]) -> list[str]:
    """IPython refuses a cell of one line that begins with %%; with --from there is nothing to write under it."""
    return [lines[0][1:]] if len(lines) == 1 and lines[0].startswith("%%synthgen") else lines


def unload_completer(shell: InteractiveShell) -> None:
    matchers = shell.Completer.custom_matchers
    matchers[:] = [m for m in matchers if getattr(m, "matcher_identifier", "") != "synthgen.options"]


def magics_of(shell: InteractiveShell) -> SynthgenMagics | None:
    return next((c for c in shell.configurables if isinstance(c, SynthgenMagics)), None)
