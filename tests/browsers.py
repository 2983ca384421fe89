"""A JupyterLab of the tests' own and a headless Chromium in front of it: fixtures for every browser test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

BROWSER = [pytest.mark.browser, pytest.mark.filterwarnings("default::ResourceWarning")]
LABEXTENSION = Path(__file__).parents[1] / "labextension"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
          "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]  # fmt: skip
# The status dot says "idle" before the kernel is connected, and a keystroke is then lost: ask the application itself.
_READY = """async () => {
  const context = jupyterapp.shell.currentWidget.sessionContext;
  await context.ready;
  await context.session.kernel.info;
  await context.session.kernel.requestKernelInfo();
}"""
_LIGHT = """async () => {
  if (document.body.dataset.jpThemeLight !== 'true')
    await jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' });
}"""
RUN_ALL = "async () => { await jupyterapp.commands.execute('notebook:run-all-cells') }"
# These two return at once: a promise would be awaited, and it may never settle while cells run.
START_ALL = "() => { window.running = jupyterapp.commands.execute('notebook:run-all-cells'); return null }"
INTERRUPT = "() => { window.stopping = jupyterapp.commands.execute('notebook:interrupt-kernel'); return null }"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A JupyterLab with a home of its own -> (address, folder of notebooks)."""
    pytest.importorskip("jupyterlab")
    folder, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    news = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false"}')  # else a pop-up asks, and the server would look for news
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "run",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    # the extension of this checkout, whatever is installed
    shutil.copytree(LABEXTENSION, home / "data/labextensions/synthgen-nb")
    log = (home / "log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
         "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
         "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
         "--LabApp.extension_manager=readonly", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        env=os.environ | {name: str(home / place) for name, place in places.items()},
        stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status", server, home / "log")
        yield f"http://127.0.0.1:{port}", folder
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"JupyterLab did not start: {log.read_text()[-2000:]}")


class Seen:
    """A page, and what it asked of the outside world or complained about."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda r: self.outside.append(r.url) if self._is_outside(r.url) else None)
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.errors.append(str(e)))

    def _is_outside(self, url: str) -> bool:
        return url.startswith(("http", "ws")) and "//127.0.0.1:" not in url

    def open(self, notebook: str) -> None:
        self.page.goto(f"{self.address}/lab/tree/{notebook}?reset", wait_until="domcontentloaded")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext", timeout=30_000)
        self.page.evaluate(_READY)
        self.page.evaluate(_LIGHT)  # the server remembers the theme of an earlier test
        self.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'true'")

    def write(self, folder: Path, notebook: str, *cells: str) -> None:
        """A notebook of these cells, opened."""
        made = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},  # else a dialog asks for one
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        )
        nbformat.write(made, folder / notebook)
        self.open(notebook)

    def outputs(self) -> Any:
        return self.page.locator(".jp-Notebook .jp-OutputArea")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (Debian: apt install chromium fonts-dejavu-core)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def seen(lab: tuple[str, Path], chromium: Any) -> Iterator[Seen]:
    context = chromium.new_context(viewport={"width": 1200, "height": 1400})
    yield Seen(context.new_page(), lab[0])
    context.close()
