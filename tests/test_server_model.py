"""A model behind a server: what it is asked, what its answers are worth, and where they may come from."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from synthgen_nb.errors import Interrupted, ModelError
from synthgen_nb.llm import Ask, JsonSchema, Prompt, Regex, Sampling, load_model
from synthgen_nb.llm.server import ServerModel

AGE = JsonSchema(
    {"type": "object", "properties": {"age": {"type": "integer", "minimum": 0, "maximum": 99}}, "required": ["age"]}
)
CODE = Regex("[A-Z]{2}")
Answer = Callable[[dict[str, Any]], tuple[int, Any]]


class Server:
    """Answers a chat with what `answer` says; `asked` keeps the requests."""

    def __init__(self) -> None:
        self.models: Any = {"data": [{"id": "mistral", "max_model_len": 9000}, {"id": "other"}]}
        self.answer: Answer = lambda body: (200, said('{"age": 7}'))
        self.asked: list[dict[str, Any]] = []
        self.url = ""


def said(text: str, reason: str = "stop") -> dict[str, Any]:
    return {
        "choices": [{"message": {"content": text}, "finish_reason": reason}],
        "usage": {"completion_tokens": 5},
    }


@pytest.fixture
def server() -> Iterator[Server]:
    known = Server()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            self.reply(200 if self.path == "/v1/models" else 404, known.models)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known.asked.append(body)
            self.reply(*known.answer(body))

        def reply(self, status: int, content: Any) -> None:
            told = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    known.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    yield known
    http.shutdown()
    http.server_close()
    thread.join()


def ask(shape: Any = AGE, seed: int = 3) -> Ask:
    sampling = Sampling(temperature=0.4, top_p=0.9, top_k=7)
    prompt = Prompt(system="Be brief.", shared="How old ", own="are you?")
    return Ask(prompt=prompt, shape=shape, seed=seed, sampling=sampling, most=40)


def test_it_is_asked_for_the_shape_and_the_sampling(server: Server) -> None:
    model = load_model(f"{server.url}#mistral")
    assert isinstance(model, ServerModel)
    assert (model.name, model.context) == ("mistral", 9000)
    ticks: list[int] = []
    [reply] = model.complete([ask()], ticks.append)
    assert (reply.text, reply.cut, ticks) == ('{"age": 7}', False, [5])
    [body] = server.asked
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "How old are you?"},
    ]
    wanted = {"model": "mistral", "temperature": 0.4, "top_p": 0.9, "top_k": 7, "max_tokens": 40, "seed": 3}
    assert wanted.items() <= body.items()
    assert body["response_format"]["json_schema"]["schema"]["additionalProperties"] is False


def test_a_pattern_travels_as_a_json_string_and_comes_back_as_its_text(server: Server) -> None:
    server.answer = lambda body: (200, said('"DE"'))
    [reply] = ServerModel(server.url).complete([ask(CODE)])
    assert (reply.text, reply.cut) == ("DE", False)
    assert server.asked[0]["response_format"]["json_schema"]["schema"]["pattern"] == "^(?:[A-Z]{2})$"
    server.answer = lambda body: (200, said("FR"))  # a server that knows no formats
    assert [reply.text for reply in ServerModel(server.url).complete([ask(CODE)])] == ["FR"]


def test_an_answer_of_another_shape_is_asked_for_again_and_then_counts_as_cut(server: Server) -> None:
    texts = iter(["I am seven.", '{"age": 100}', '{"age": 9}'])
    server.answer = lambda body: (200, said(next(texts)))
    [reply] = ServerModel(server.url).complete([ask()])
    assert (reply.text, reply.cut, reply.tokens) == ('{"age": 9}', False, 15)
    assert [body["seed"] for body in server.asked] == [3, 4, 5]
    server.answer = lambda body: (200, said("never"))
    [reply] = ServerModel(server.url).complete([ask()])
    assert reply.cut
    server.answer = lambda body: (200, said('{"age": 1}', "length"))
    assert [reply.cut for reply in ServerModel(server.url).complete([ask()])] == [True]


def test_many_are_answered_in_their_order_and_an_interrupt_ends_them(server: Server) -> None:
    server.answer = lambda body: (200, said(json.dumps({"age": body["seed"]})))
    asks = [ask(seed=seed) for seed in range(30)]
    model = ServerModel(server.url)
    assert [json.loads(reply.text)["age"] for reply in model.complete(asks)] == list(range(30))
    server.asked.clear()

    def stop(tokens: int) -> None:
        raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        list(model.complete(asks, stop))
    assert len(server.asked) < 20


@pytest.mark.parametrize(
    "url",
    ["http://example.com/v1", "http://10.0.0.7:8000/v1", "http://127.0.0.1.example.com/v1", "http://[2001:db8::1]/v1"],
)
def test_another_machine_is_asked_only_if_the_caller_allows_it(url: str) -> None:
    with pytest.raises(ModelError, match="another machine"):
        load_model(url)


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:99999/v1", "http://127.0.0.1:port/v1"])
def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(ModelError, match="no URL"):
        load_model(url)


def test_a_server_s_failures_are_told_in_one_line(server: Server) -> None:
    with pytest.raises(ModelError, match=r"has no model nobody .*it has mistral, other"):
        load_model(f"{server.url}#nobody")
    model = ServerModel(server.url)
    for answer, why in (
        ((400, {"error": "the context is\ntoo small"}), "answers 400: .*too small"),
        ((200, b"<html>"), "answers no JSON"),
        ((200, []), "answers no object"),
        ((200, {"choices": []}), "holds no message"),
    ):
        server.answer = lambda body, answer=answer: answer  # type: ignore[misc]
        with pytest.raises(ModelError, match=why):
            list(model.complete([ask()]))
    with pytest.raises(ModelError, match="answers 404"):
        load_model(server.url.removesuffix("/v1"))
    with pytest.raises(ModelError, match="does not answer"):
        load_model("http://127.0.0.1:9/v1")
