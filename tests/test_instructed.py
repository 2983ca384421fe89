"""What a model was asked stays with the job and the dataset, and is shown with both."""

from __future__ import annotations

from pathlib import Path

import synthgen_nb as sg
from synthgen_nb.instructed import Change, Instructed
from synthgen_nb.jobs import Jobs
from synthgen_nb.pages import dataset_page
from synthgen_nb.pages.documents import dataset_document
from synthgen_nb.pages.jobs import job_page
from synthgen_nb.pages.screen import PLAIN, text
from synthgen_nb.summaries import summary

TOLD = Instructed(
    instructions="mostly new orders, and a bike shop",
    model="scripted",
    commit="abc",
    temperature=0.7,
    top_p=0.95,
    top_k=50,
    plan_temperature=0.0,
    changes=(Change("orders.status: new 80 %"), Change("orders: 9 rows", "dropped")),
    not_done=("a bike shop: no column for it",),
    errors=("the bank of names ran dry",),
    tokens=40,
    seconds=12.3,
)


def job_of(store: Path) -> tuple[sg.Job, sg.Dataset]:
    schema = sg.parse_ddl("CREATE TABLE orders (id integer PRIMARY KEY, status text)", dialect="sqlite")
    job = Jobs(sg.Store(store)).start(sg.draft_plan(schema, {"*": 5}), "shop", instructed=TOLD)
    return job, job.result()


def test_job_and_dataset_keep_what_a_model_was_asked(tmp_path: Path) -> None:
    job, dataset = job_of(tmp_path)
    assert dataset.instructed == TOLD
    assert sg.Store(tmp_path).open("shop").instructed == TOLD
    known = summary(job.record)
    assert (known["model"], known["temperature"], known["model_errors"]) == ("scripted", 0.7, list(TOLD.errors))
    assert known["instructed"]["changes"][1] == {"text": "orders: 9 rows", "state": "dropped"}
    assert dataset_document(dataset)["instructed"]["commit"] == "abc"


def test_an_edit_of_the_dataset_keeps_it_too(tmp_path: Path) -> None:
    _, dataset = job_of(tmp_path)
    change = sg.Change(table="orders", row=0, column="status", old=dataset["orders"]["status"][0], new="x")
    edited = sg.set_cells(sg.Store(tmp_path), dataset, [change])
    assert edited.instructed == TOLD


def test_pages_say_what_was_done_dropped_and_left_and_the_models_own_time(tmp_path: Path) -> None:
    job, dataset = job_of(tmp_path)
    said = text(dataset_page(dataset), PLAIN)
    for part in (
        "model 12 s",
        "dropped",
        "not done",
        "model error",
        *(change.text for change in TOLD.changes),
        *TOLD.not_done,
    ):
        assert part in said
    assert "model 12 s" in text(job_page(job.record, resume="synthgen resume"), PLAIN)
