"""A hub on this machine: the few answers of Hugging Face's that loading a model asks for."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "a" * 40


class FakeHub:
    """`files` of one model; `gated` asks for a token, `commit` is its current one. `asked` keeps every path."""

    def __init__(self, model: str, files: Mapping[str, bytes], *, gated: bool = False, commit: str = COMMIT) -> None:
        self.model, self.files, self.gated, self.commit = model, dict(files), gated, commit
        self.asked: list[str] = []
        self.tokens: set[str] = set()
        self.url = ""


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    class Answer(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.asked.append(path)
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            hub.tokens |= {token} - {""}
            status, headers, content = _reply(hub, path, token == "good")
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _reply(hub: FakeHub, path: str, allowed: bool) -> tuple[int, dict[str, str], bytes]:
    api = f"/api/models/{hub.model}"
    if not path.startswith((api, f"/{hub.model}/")):
        return 401, {"X-Error-Code": "RepoNotFound"}, b"{}"
    closed = hub.gated and not allowed
    if path in (api, f"{api}/revision/{hub.commit}"):
        return 200, {"Content-Type": "application/json"}, json.dumps(_info(hub)).encode()
    if closed:
        return 403, {"X-Error-Code": "GatedRepo"}, b"{}"
    if path == f"{api}/auth-check":
        return 200, {}, b"{}"
    if path.startswith(f"{api}/tree/{hub.commit}"):
        tree = [
            {"type": "file", "path": name, "size": len(content), "oid": _tag(content)}
            for name, content in hub.files.items()
        ]
        return 200, {"Content-Type": "application/json"}, json.dumps(tree).encode()
    name = path.removeprefix(f"/{hub.model}/resolve/{hub.commit}/")
    if name not in hub.files:
        return 404, {"X-Error-Code": "EntryNotFound"}, b""
    content = hub.files[name]
    return 200, {"ETag": f'"{_tag(content)}"', "X-Repo-Commit": hub.commit, "Accept-Ranges": "none"}, content


def _info(hub: FakeHub) -> dict[str, object]:
    config = json.loads(hub.files.get("config.json", b"{}"))
    return {
        "_id": "1",
        "id": hub.model,
        "modelId": hub.model,
        "sha": hub.commit,
        "private": False,
        "gated": "auto" if hub.gated else False,
        "tags": ["license:apache-2.0"],
        "config": {name: config[name] for name in ("quantization_config",) if name in config},
        "siblings": [{"rfilename": name, "size": len(content)} for name, content in hub.files.items()],
    }


def _tag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
