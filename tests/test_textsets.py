"""Sets of texts without a job: what may be asked, what a model is told, what of its answers is kept, the formats."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from synthgen_nb.errors import InputError
from synthgen_nb.llm.base import Sampling
from synthgen_nb.llm.shapes import held, reader
from synthgen_nb.textsets.collecting import PATIENCE, Batch, Collection, Judged
from synthgen_nb.textsets.domains import Domain, delete_domain, domain_names, read_domain, save_domain, text_order
from synthgen_nb.textsets.formats import LINE_FORMATS, line, require
from synthgen_nb.textsets.kinds import KINDS, changed, kind_of, schema_of, shape_of, texts_in
from synthgen_nb.textsets.nearness import Index, normal, shingles, signature
from synthgen_nb.textsets.orders import KIND_NAMES, KindName, TextOrder, checked
from synthgen_nb.textsets.prompts import Slot, ask, seed
from synthgen_nb.textsets.sieving import unfit
from tests.texts import model, order, reply

NOWHERE = Path("nowhere")
PROMPT = shingles(normal("Write one question and its answer. About: software and the computers it runs on."))


def rows(wanted: TextOrder, count: int = 6) -> list[dict[str, Any]]:
    """What a model without a fault says."""
    asks = [ask(wanted, Slot(place % len(wanted.topics), place), 500) for place in range(count)]
    read = reader(shape_of(wanted))
    return [kind_of(wanted).row(wanted, place, read(reply(a, 0, 0).text)) for place, a in enumerate(asks)]


# What may be asked


def test_topics_share_the_records_within_one() -> None:
    assert order(100, topics=("a", "b", "c")).quotas == (34, 33, 33)
    assert order(2, topics=("a", "b", "c")).quotas == (1, 1, 0)


@pytest.mark.parametrize(
    "given, says",
    [
        ({"records": 0}, "-n 0 is out of range"),
        ({"records": 2_000_000}, "1 to 1,000,000"),
        ({"batch_size": 0}, "--batch-size"),
        ({"length": 5}, "80 to 4,000"),
        ({"near": 0.1}, "--near 0.1"),
        ({"topics": tuple(map(str, range(300)))}, "300 topics"),
        ({"topics": ("x" * 300,)}, "has 300 characters"),
        ({"description": "x" * 5000}, "at most 4,000"),
        ({"kind": "poem"}, "one of instruct, qa, chat, classification, dialogue"),
        ({"kind": "classification", "labels": ("one",)}, "two labels"),
        ({"kind": "dialogue", "speakers": ("A", "A")}, "two speakers"),
        ({"kind": "dialogue", "speakers": ("A", "B", "C")}, "3 speakers"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_the_way_out(given: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        order(**{"records": 10, **given})


def test_a_field_of_ones_own_words_needs_topics() -> None:
    with pytest.raises(InputError, match=r"no topics \(example: --topics python,sql\)"):
        text_order(NOWHERE, kind="qa", records=5, domain="beekeeping")
    own = text_order(NOWHERE, kind="qa", records=5, domain="beekeeping", topics=("hives", " hives ", "honey"))
    assert own.topics == ("hives", "honey")
    with pytest.raises(InputError, match="nothing says what"):
        text_order(NOWHERE, kind="qa", records=5, topics=("a",))


# Domains


def test_a_dozen_domains_come_along_and_each_makes_an_order_of_every_kind() -> None:
    names = domain_names(NOWHERE)
    assert len(names) >= 12
    assert {"technology", "medicine", "law", "finance", "ecommerce", "education", "travel", "cooking"} <= set(names)
    for name in names:
        domain = read_domain(NOWHERE, name)
        assert domain.name == name
        assert len(domain.topics) >= 10
        for kind in KIND_NAMES:
            made = text_order(NOWHERE, kind=kind, records=20, domain=name)
            assert made.topics == domain.topics
            assert held(shape_of(made))
            assert not schema_of(made).notes


def test_a_domain_of_ones_own_is_saved_listed_read_and_deleted(tmp_path: Path) -> None:
    own = Domain(name="beekeeping", description="keeping bees", topics=("hives", "honey"), speakers=("keeper", "buyer"))
    save_domain(tmp_path, own)
    save_domain(tmp_path, Domain(name="law", description="my own law", topics=("mine",)))
    assert domain_names(tmp_path)["beekeeping"]
    assert domain_names(tmp_path)["law"], "one's own hides that of the package"
    assert read_domain(tmp_path, "beekeeping") == own
    made = text_order(tmp_path, kind="dialogue", records=4, domain="Beekeeping", description="for city people")
    assert made.description == "keeping bees. for city people"
    assert made.speakers == ("keeper", "buyer")
    delete_domain(tmp_path, "law")
    assert not domain_names(tmp_path)["law"]
    with pytest.raises(InputError, match="no domain 'law' of yours"):
        delete_domain(tmp_path, "law")
    with pytest.raises(InputError, match="can't name a domain"):
        save_domain(tmp_path, Domain(name="../x", description="d", topics=("t",)))
    with pytest.raises(InputError, match="says too little"):
        save_domain(tmp_path, Domain(name="x", description=" ", topics=("t",)))
    (tmp_path / ".domains" / "bad.json").write_text("{")
    with pytest.raises(InputError, match="the domain bad can't be read"):
        read_domain(tmp_path, "bad")
    with pytest.raises(InputError, match="there is no domain 'golf'"):
        read_domain(tmp_path, "golf")


# Prompts


def test_a_prompt_is_a_function_of_its_topic_and_number() -> None:
    wanted = order(30)
    assert ask(wanted, Slot(1, 7), 100) == ask(order(3000, batch_size=5), Slot(1, 7), 100)
    more = order(30, topics=("new", "python", "sql", "networks"))
    assert ask(more, Slot(2, 7), 100) == ask(wanted, Slot(1, 7), 100), "a topic more changes no other"
    assert seed(order(30, seed=1), Slot(1, 7)) != seed(wanted, Slot(1, 7))


def test_prompts_of_a_topic_share_their_beginning_and_take_another_angle_each() -> None:
    asks = [ask(order(30), Slot(0, attempt), 100) for attempt in range(1771)]
    assert len({one.prompt.shared for one in asks}) == 1
    assert len({one.prompt.own for one in asks}) == 23 * 11 * 7
    assert len({one.seed for one in asks}) == len(asks)


@pytest.mark.parametrize("kind", get_args(KindName))
def test_prompts_say_all_that_the_order_says(kind: KindName) -> None:
    wanted = order(9, kind=kind, description="for {nurses}", tone="calm", rules=("No names.",), language="German")
    said = ask(wanted, Slot(2, 4), 100).prompt
    for words in ("technology", "for {nurses}", "calm", "No names.", "German"):
        assert words in said.shared
    assert "Topic: networks" in said.own
    assert ("Label: neutral" in said.own) == (kind == "classification") or "Label:" in said.own


# Near duplicates


def test_likeness_is_estimated_as_the_share_of_equal_shingles() -> None:
    one = "the quick brown fox jumps over the lazy dog and runs along the river until it gets dark outside"
    for other in (one, one.replace("fox", "cat"), one[: len(one) // 2], "nothing of this is like the others at all"):
        a, b = shingles(normal(one)), shingles(normal(other))
        true = len(set(a.tolist()) & set(b.tolist())) / len(set(a.tolist()) | set(b.tolist()))
        assert abs(float((signature(a) == signature(b)).mean()) - true) < 0.12


def test_a_text_is_met_again_whatever_its_case_and_signs_and_with_a_word_changed() -> None:
    index = Index(0.8)
    text = "How do I find out which process listens on a port of this machine, and how do I stop it without a restart?"
    assert index.offer(text) == ""
    assert index.offer(text.upper().replace(",", " -")) == "exact"
    assert index.offer(text.replace("restart", "reboot")) == "near"
    assert index.offer("What is a port?") == ""
    assert index.offer("") == ""
    assert index.offer("?!") == "exact", "neither has a word"
    assert Index(1.0).offer("Ünïcode 漢字 😀") == ""


def test_the_index_finds_among_thousands_what_comes_again() -> None:
    index = Index(0.8)
    texts = [reply(ask(order(5), Slot(0, attempt), 9), 0, 0).text for attempt in range(2000)]
    assert Counter(map(index.offer, texts)) == {"": 2000}
    assert {index.offer(text[:-3] + "x.") for text in texts[::100]} == {"near"}


# What is kept


@pytest.mark.parametrize(
    "answer, why",
    [
        ("A port is a number by which a machine tells its services apart.", ""),
        ("   ", "empty"),
        ("?!", "empty"),
        ("As an AI language model, I have no own opinion of this.", "refusal"),
        ("I’m sorry, but I can’t help with that request.", "refusal"),
        ("I cannot provide medical advice.", "refusal"),
        ("I am sorry, we cannot find an order of that number; is it on the slip?", ""),
        ("You can not help a process that is a zombie: reap it.", ""),
        ("Write one question and its answer. About: software and the computers", "echo"),
        ("the same again and " * 20, "repetitive"),
        ("a" * 300, "repetitive"),
        ("Der Rechner ist nicht mit dem Netz verbunden, und die Daten werden auf der Platte gelesen.", "language"),
        ("Компьютер не подключён к сети.", "language"),
        ("for i in range(10): print(i)", ""),
    ],
)
def test_answers_that_are_not_fit_say_why(answer: str, why: str) -> None:
    assert unfit({"question": "What is a port of a machine?", "answer": answer}, PROMPT, "English") == why


def test_the_language_that_is_asked_is_kept_and_one_that_is_not_known_is_let_pass() -> None:
    german = {"question": "Was ist ein Port?", "answer": "Der Port ist die Nummer, mit der ein Dienst gefunden wird."}
    assert unfit(german, PROMPT, "German") == ""
    assert unfit(german, PROMPT, "French") == "language"
    assert unfit(german, PROMPT, "Klingon") == ""


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_rows_of_every_kind_fit_their_table_and_every_text_of_them_is_seen(kind: KindName) -> None:
    wanted = order(9, kind=kind)
    for row in rows(wanted):
        assert ["id", "topic", *row] == [c.name for c in schema_of(wanted).tables["records"].columns]
        assert len(texts_in(row)) >= (1 if kind == "chat" else 2)
        upper = changed(row, str.upper)
        assert texts_in(upper) == tuple(text.upper() for text in texts_in(row))
        assert set(json.dumps(upper)) & set("abcdefghij"), "names of roles and speakers are as they were"


def judged(collection: Collection, keep: bool) -> Batch:
    slots = collection.next()
    one = tuple(
        Judged(s, row={"question": f"{s} ok", "answer": "yes"}) if keep else Judged(s, dropped="refusal") for s in slots
    )
    return Batch(number=collection.batches, judged=one, sampling=Sampling(), tokens=1, seconds=0.1)


def test_topics_take_turns_and_no_more_is_asked_than_is_missing() -> None:
    collection = Collection(order(8, batch_size=5))
    assert collection.next() == (Slot(0, 0), Slot(1, 0), Slot(2, 0), Slot(0, 1), Slot(1, 1))
    collection.take(judged(collection, keep=True))
    assert collection.next() == (Slot(0, 2), Slot(1, 2), Slot(2, 1))
    collection.take(judged(collection, keep=True))
    assert collection.next() == ()


def test_a_topic_that_gives_nothing_new_runs_dry_and_says_so() -> None:
    collection = Collection(order(3))
    while collection.next():
        collection.take(judged(collection, keep=False))
    quality = collection.quality()
    assert quality.asked == 3 * PATIENCE
    assert {topic.why for topic in quality.topics} == {
        "ran dry: 0 of its last 60 prompts gave a new record (60 refusal)"
    }
    assert quality.dropped == {"refusal": 180}


# Formats


@pytest.mark.parametrize("form", LINE_FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_goes_into_every_format(kind: KindName, form: str) -> None:
    wanted = order(9, kind=kind)
    for row in rows(wanted):
        written = json.loads(line(form, wanted, row))
        texts = json.dumps(written)
        assert all(json.dumps(text)[1:-1] in texts for text in texts_in(row) if text != row.get("scene"))
        assert set(written) <= {"instruction", "input", "output", "history", "conversations", "messages"}


@pytest.mark.parametrize(
    "form, wrong, says",
    [
        ("alpaca", {"instruction": "", "input": "", "output": "x"}, "length >= 1"),
        ("alpaca", {"instruction": "x", "output": "x"}, "missing required field `input`"),
        ("alpaca", {"instruction": "x", "input": "", "output": "x", "id": 1}, "unknown field `id`"),
        ("sharegpt", {"conversations": [{"from": "human", "value": "x"}]}, "length >= 2"),
        ("sharegpt", {"conversations": [{"from": "user", "value": "x"}] * 2}, "Invalid enum value 'user'"),
        ("sharegpt", {"conversations": [{"from": "gpt", "value": "x"}] * 2}, "turn 1 is by gpt, not by human"),
        ("openai", {"messages": [{"role": "user", "content": "x"}] * 2}, "turn 2 is by user, not by assistant"),
        (
            "openai",
            {"messages": [{"role": r, "content": "x"} for r in ("user", "assistant", "user")]},
            "without an answer",
        ),
        ("openai", {"messages": "x"}, "Expected `array`"),
    ],
)
def test_a_line_that_is_not_of_its_format_is_refused(form: str, wrong: object, says: str) -> None:
    with pytest.raises(InputError, match=f"not {form}: .*{says}"):
        require(form, json.dumps(wrong).encode())


def test_orders_and_batches_go_to_disk_and_back() -> None:
    wanted = checked(order(9, kind="dialogue", sampling=Sampling(temperature=0.2)))
    assert msgspec.json.decode(wanted.to_json(), type=TextOrder) == wanted
    collection = Collection(order(9))
    batch = judged(collection, keep=True)
    assert msgspec.json.decode(msgspec.json.encode(batch), type=Batch) == batch
    assert model().commit == model().commit != model(name="other").commit
