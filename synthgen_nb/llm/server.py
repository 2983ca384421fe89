"""A model behind an OpenAI-compatible server, such as Ollama, llama.cpp or vLLM, on this machine unless the caller says
otherwise. Asks it to keep to the shape and reads every answer all the same: it may not know how."""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ..errors import Misshapen, ModelError
from ..llm import shapes
from ..maps import threads
from .base import Ask, JsonSchema, Lark, Regex, Reply, Tick, silent

_TRIES = 3  # answers to one ask, before it counts as cut
_TOGETHER = 4  # asks under way: these servers batch what comes at once
_PATIENCE = 600.0  # seconds for one answer
_LARGEST = 16 * 2**20  # bytes of an answer that are read
_CONTEXT = 4096  # where the server tells none
_SEEDS = 2**31


class ServerModel:
    """`url` ends at the version, such as http://127.0.0.1:11434/v1; `name` is one of its models, its first by default.
    Raises ModelError for a host elsewhere unless `elsewhere`, and for a server that does not answer."""

    def __init__(self, url: str, *, name: str = "", elsewhere: bool = False) -> None:
        self._url = _checked(url, elsewhere)
        known = {str(one["id"]): one for one in self._call("GET", "/models").get("data") or []}
        if not known or (name and name not in known):
            there = ", ".join(known) or "none"
            raise ModelError(f"{url} has no model {name}".rstrip(), hint=f"it has {there}; write {url}#NAME")
        self.name = name or next(iter(known))
        told = known[self.name]
        self.context = int(told.get("max_model_len") or (told.get("meta") or {}).get("n_ctx_train") or _CONTEXT)
        # No server tells the hash of its weights: this is the name's
        self.commit = hashlib.sha256(self.name.encode()).hexdigest()[:12]

    def count(self, text: str) -> int:
        """About: a token for three bytes, which is more than most texts have."""
        return (len(text.encode()) + 2) // 3

    def complete(self, asks: Sequence[Ask], tick: Tick = silent) -> Iterator[Reply]:
        """An interrupt out of `tick` waits for the answers that are under way."""
        for ask in asks:
            shapes.held(ask.shape)
        for reply in threads(_TOGETHER)(self._answer, asks):
            tick(reply.tokens)
            yield reply

    def unload(self) -> None:
        """The server keeps its memory: it is not ours."""

    def _answer(self, ask: Ask) -> Reply:
        """Asked again with another seed while the answer has not the shape."""
        read, spent, text = shapes.reader(ask.shape), 0, ""
        for attempt in range(_TRIES):
            found = self._call("POST", "/chat/completions", _request(self.name, ask, ask.seed + attempt))
            text, tokens, whole = _said(found, self.count)
            spent += tokens
            for one in dict.fromkeys(
                (_unwrapped(text), text) if isinstance(ask.shape, Regex) else (text.strip(), text)
            ):
                try:
                    read(one)
                except Misshapen:
                    continue
                if whole:
                    return Reply(text=one, tokens=spent)
        return Reply(text=text, tokens=spent, cut=True)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        url = self._url
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        # No proxies and no redirects: the request goes where the user said, or nowhere
        connection = kind(url.hostname or "", url.port, timeout=_PATIENCE)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, url.path.rstrip("/") + path, content, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            told = answer.read(_LARGEST)
        except (OSError, http.client.HTTPException) as error:
            reason = f"{url.geturl()} does not answer: {error}"
            raise ModelError(reason, hint="start the server, such as `ollama serve`, or mend the URL") from error
        finally:
            connection.close()
        if answer.status != 200:
            words = " ".join(told[:200].decode(errors="replace").split())
            raise ModelError(f"{url.geturl()} answers {answer.status}: {words}", hint="see the server's own log")
        try:
            found = json.loads(told)
        except ValueError as error:
            raise ModelError(f"{url.geturl()} answers no JSON", hint="the URL ends in /v1 with most servers") from error
        if not isinstance(found, dict):
            raise ModelError(f"{url.geturl()} answers no object", hint="the URL ends in /v1 with most servers")
        return found


def _checked(url: str, elsewhere: bool) -> SplitResult:
    found = urlsplit(url)
    try:
        port_is_one = found.port is None or found.port > 0
    except ValueError:
        port_is_one = False
    if found.scheme not in ("http", "https") or not found.hostname or not port_is_one:
        raise ModelError(f"{url} is no URL of a server", hint="write it as http://127.0.0.1:11434/v1")
    if not elsewhere and not _is_here(found.hostname):
        raise ModelError(
            f"{found.hostname} is another machine: instructions and names of tables would leave this one",
            hint="use a server on 127.0.0.1, or allow it: --elsewhere",
        )
    return found


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, which may lead anywhere
        return False


def _request(name: str, ask: Ask, seed: int) -> dict[str, Any]:
    """The fields that all servers know, and those that some do: the others leave them be."""
    prompt, sampling = ask.prompt, ask.sampling
    told = [{"role": "system", "content": prompt.system}] if prompt.system else []
    body: dict[str, Any] = {
        "model": name,
        "messages": [*told, {"role": "user", "content": prompt.shared + prompt.own}],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": ask.most,
        "seed": seed % _SEEDS,
        "stream": False,
    }
    if sampling.top_k:
        body["top_k"] = sampling.top_k
    match shapes.held(ask.shape):
        case JsonSchema(schema):
            body["response_format"] = _format(schema)
        case Regex(pattern):
            # All of them know a JSON string with a pattern; only some a pattern alone
            body["response_format"] = _format({"type": "string", "pattern": f"^(?:{pattern})$"})
        case Lark(grammar):
            body["structured_outputs"] = {"grammar": grammar}
    return body


def _format(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}


def _said(answer: dict[str, Any], count: Callable[[str], int]) -> tuple[str, int, bool]:
    """Text, tokens, and whether it ended by itself."""
    try:
        choice = answer["choices"][0]
        text = str(choice["message"]["content"] or "")
    except (KeyError, IndexError, TypeError) as error:
        raise ModelError("the server's answer holds no message", hint="is it OpenAI-compatible?") from error
    tokens = (answer.get("usage") or {}).get("completion_tokens")
    return text, tokens if isinstance(tokens, int) else count(text), choice.get("finish_reason") != "length"


def _unwrapped(text: str) -> str:
    """A JSON string's text; anything else as it is."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, str) else text
