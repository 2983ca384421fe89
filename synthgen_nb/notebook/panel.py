"""The panel: a form, a job's bars and buttons, and what came of it, as one widget. What it shows lives in its traits,
so that a page that is loaded again shows the same; rows and files travel as messages. Jobs run in threads of their own,
and what they do is sent by the kernel's main thread alone (`beat`).
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from traitlets import Dict, List, Unicode, observe

from ..ddl.dialects import DIALECTS
from ..errors import InputError, SynthgenError
from ..notebook import panelstate
from ..pages import Page, dataset_page, size
from ..pages.models import loading_words
from ..readymade import template, templates
from ..request import Request, as_text, read_schema
from .advice import Advice
from .assets import assets
from .editbox import EditBox
from .errands import Act, Attentive
from .form import (
    LONGEST,
    Form,
    asked,
    asked_of_model,
    dataset_named,
    form_of,
    line_of,
    problems,
    refused,
    understood,
    variable_of,
)
from .making import made_before
from .outcome import Outcome

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..instructed import Instructed
    from ..jobs import Job
    from ..modeloptions import ModelOptions
    from ..plan import Plan
    from ..schema import Schema
    from .place import Place

_AT_WORK = ("queued", "running")


class Panel(Attentive):
    """`folder` takes files that are too big for a browser's socket. Whoever shows the panel sets `finished` too, which
    is called in the main thread with the page of each dataset that a job of this panel makes. Its JavaScript says
    "hello" when it is drawn."""

    _esm = assets("elements.js", "grid.js", "bars.js", "results.js", "advice.js", "edits.js", "panel.js")
    _css = assets("theme.css", "panel.css", "edits.css", "grid.css")

    twin = Unicode().tag(sync=True)  # a name for the result that is shown where this panel is not
    ddl = Unicode().tag(sync=True)
    form = Dict().tag(sync=True)
    choices = Dict().tag(sync=True)  # what can be picked, and the limits: never changes
    read = Dict().tag(sync=True)  # what was understood of the DDL
    wrong = Dict().tag(sync=True)  # what is wrong with fields of the form, by field
    line = Unicode().tag(sync=True)
    job = Dict().tag(sync=True)
    tables: List[Any] = List().tag(sync=True)  # of the job: [name, rows]
    bars: List[Any] = List().tag(sync=True)
    result = Dict().tag(sync=True)
    advice = Dict().tag(sync=True)  # the model, and what it read out of the instructions
    sheets = Dict().tag(sync=True)  # the grid, once it is asked for
    edits = Dict().tag(sync=True)  # the box for edits of what is shown, and what one would change
    library = Dict().tag(sync=True)  # the store's datasets and unfinished jobs

    def __init__(
        self,
        place: Place,
        *,
        folder: Path,
        today: Callable[[], datetime.date] = datetime.date.today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.finished: Callable[[Page], None] = lambda page: None
        self._place, given = place, place.given
        self._store, self._jobs = place.store, place.session.jobs(place.store)
        self._today, self._clock = today, clock
        self._schema: Schema | None = None
        self._schema_of: tuple[str, str] | None = None
        self._advice = Advice(place.session.models, self._store)
        self._job: Job | None = None
        self._since = (0.0, 0)
        self._outcome = Outcome(self, place, folder)
        self._edits = EditBox(self, self._outcome, place, self._advice, self._asked_of_model)
        self._outcome.on_show = self._edits.follow
        place.session.followers.append(self._outcome.follow)
        super().__init__(
            form={"rows": given.rows, "seed": str(given.seed), "dialect": given.dialect},
            choices={
                "templates": list(templates(self._store.path)),
                "dialects": list(DIALECTS),
                "longest": LONGEST,
                "store": self._store.place,
            },
            read={"state": "empty", "text": "", "notes": [], "tables": []},
        )
        self.twin = str(self.model_id)
        self._understand()

    # ---- what the person at the browser does

    @observe("ddl", "form")
    def _typed(self, change: Mapping[str, Any]) -> None:
        with self._lock:
            self._understand()

    def acts(self) -> dict[str, Act]:
        return {
            "hello": self._hello,
            "generate": self._generate,
            "pause": self._pause,
            "resume": self._resume,
            "cancel": self._cancel,
            "take": self._take,
            **self._outcome.acts(),
            **self._edits.acts(),
            "template": self._template,
            "upload": self._upload,
            "library": self._library,
            "load": self._load,
            "unload": self._unload,
            "read": self._read,
            "drop": self._drop,
            "stop": self._stop,
        }

    def _generate(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        if self._job is not None and self._job.status in _AT_WORK:
            raise InputError(f"job {self._job.number} is at work", hint="wait for it, or cancel it")
        form, request, options, schema = self._asked(message)
        name = dataset_named(form, schema)
        self._advice.need(options)

        def errand() -> Callable[[], None]:
            plan, instructed = self._advice.plan(schema, request, options)
            kept = made_before(self._store, name, plan)
            if kept:
                return lambda: self._again(kept)
            return lambda: self._begin(plan, instructed, name, form, request.strict)

        self.send_out(errand)
        self.job = panelstate.starting(name)
        self.say("status", f"{name}: drafting the plan")

    def _asked(self, message: Mapping[str, Any]) -> tuple[Form, Request, ModelOptions, Schema]:
        """What was typed, with the click: a change of a trait may still be held back by the browser."""
        self.set_trait("ddl", str(message.get("ddl", self.ddl))[:LONGEST])
        self.set_trait("form", dict(message.get("form") or self.form))
        form = form_of(self.form)
        request, options = asked(form, self._place.given, self._today()), asked_of_model(form, self._place.given)
        if options.warnings:
            self.say("note", "; ".join(options.warnings))
        return form, request, options, self._schema_now(form, request)

    def _asked_of_model(self) -> ModelOptions:
        return asked_of_model(form_of(self.form), self._place.given)

    def _begin(self, plan: Plan, instructed: Instructed | None, name: str, form: Form, strict: bool) -> None:
        """As the cell of `line` would: the dataset and its frames will be bound."""
        wanted = replace(self._place.wanted(), variable=variable_of(form, plan.schema), again=self.line)
        job = self._place.session.start(
            self._store, plan, name, wanted, map=self._place.map, instructed=instructed, strict=strict
        )
        self._follow(job)

    def _again(self, dataset: Dataset) -> None:
        self._job, self.job = None, {}
        self._outcome.show(dataset, dataset_page(dataset, first_rows=0))
        self.say("note", f"nothing new: this plan is v{dataset.version} of {dataset.name} already")

    def _pause(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        self._own().pause()

    def _resume(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        job = self._own()
        job.resume()
        self._follow(job)

    def _cancel(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        job, keep = self._own(), message.get("keep") is True
        if job.status in _AT_WORK:
            job.cancel(keep=keep)
            return

        def rest() -> Callable[[], None]:
            job.cancel(keep=keep)
            return self._ended

        self.send_out(rest)

    def _take(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        """An unfinished job of the store, to be resumed or cancelled here."""
        if self._job is not None and self._job.status in _AT_WORK:
            raise InputError(f"job {self._job.number} is at work", hint="wait for it, or pause it")
        self._follow(self._jobs.job(int(message.get("job", 0))))

    def _template(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        name = str(message.get("name"))
        found = template(self._store.path, name)
        self.ddl = found.ddl
        self.form = {**self.form, "name": name, "dialect": found.dialect, "tables": {}}

    def _upload(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        data, file = bytes(buffers[0]) if buffers else b"", str(message.get("name", "the file"))
        if len(data) > LONGEST:
            raise InputError(
                f"{file} has {size(len(data))}, {size(LONGEST)} at most can be uploaded",
                hint="put it beside the notebook: %synthgen -f FILE",
            )
        text = as_text(data, file)
        self.ddl = text
        stem = file.rpartition("/")[2].removesuffix(".gz").rpartition(".")[0]
        self.form = {**self.form, "name": stem, "tables": {}}
        self.say("note", f"{file} was read: {size(len(data))}")

    def _library(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        self.library = {
            "datasets": panelstate.datasets(self._store),
            "unfinished": panelstate.unfinished(self._jobs.records()),
        }

    def _hello(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        self._library(message, buffers)
        self.look()

    def _load(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        """Loads what is here already; a download is for `%synthgen model load NAME --download`."""
        self.set_trait("form", dict(message.get("form") or self.form))
        options = asked_of_model(form_of(self.form), self._place.given)

        def errand() -> Callable[[], None]:
            loaded = self._advice.load(options)
            return lambda: self.say("note", loading_words(loaded))

        self.send_out(errand)

    def _unload(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        name = self._advice.unload()
        self.say("note", f"{name} was unloaded; its memory is free" if name else "no model was loaded")
        self.look()

    def _read(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        """The instructions, by the model: what it would change is shown and nothing is made."""
        _, request, options, schema = self._asked(message)
        if not self._advice.need(options):
            raise InputError("there are no instructions to read")

        def errand() -> Callable[[], None]:
            self._advice.read(schema, request, options)
            return self._understand

        self.send_out(errand)

    def _drop(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        self._advice.drop(int(message.get("number", 0)), message.get("out") is True)
        self._understand()
        self.look()

    def _stop(self, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        self._advice.stop()

    # ---- what the kernel's main thread does, ten times a second while there is something to tell

    def beat(self) -> bool:
        """Sends what has changed, in one message. True while more may come."""
        with self._lock:
            if self._came_back():
                self._advice.rest()
                self._edits.rest()
                if self.job.get("status") == "starting":
                    self.job = panelstate.job_state(self._job) if self._job else {}
            self.look()
            job = self._job
            if job is not None and self.job.get("status") in (*_AT_WORK, None):
                self._send_progress(job)
                if job.status not in _AT_WORK:
                    self._ended()
            return self._errand is not None or (job is not None and job.status in _AT_WORK)

    def look(self) -> None:
        """The model may have been loaded, or asked, here or by a cell."""
        state = self._advice.state()
        if state == self.advice:
            return
        self.advice = state
        if state["doing"] and self.job.get("status") == "starting":
            self.job = {**self.job, "doing": state["doing"]}

    def _send_progress(self, job: Job) -> None:
        progress = job.progress
        state = panelstate.job_state(job)
        now, made = self._clock(), state["done"]
        if not self._since[0] or made < self._since[1]:
            self._since = (now, made)
        spent = now - self._since[0]
        rate = (made - self._since[1]) / spent if spent > 0 and state["status"] == "running" else 0.0
        left = (state["total"] - made) / rate if rate else 0.0
        with self.hold_sync():
            self.tables = [[table, rows] for table, rows in progress.tables.items()]
            self.bars = panelstate.bars(progress)
            self.job = {**state, "rate": round(rate, 1), "eta": round(left, 1)}

    def _ended(self) -> None:
        """The job rests: its result, whole or partial, is shown, and stays in the notebook."""
        job = self._own()
        self._send_progress(job)
        if job.status == "done":
            made, page = self._place.session.result(job, self._place.wanted())
            self._outcome.show(made, page)
            self.finished(page)
        elif job.status == "cancelled" and (kept := job.record.saved()) is not None:
            page = dataset_page(kept)
            self._outcome.show(kept, page)
            self.finished(page)
        self.say("error" if job.status == "failed" else "status", self._rest_words(job))
        self._library({}, [])

    def _rest_words(self, job: Job) -> str:
        state = self.job
        if job.status == "failed":
            return f"job {job.number} failed: {state['error']}"
        return f"{job.name}: {state['doing']}"

    # ---- shared by both

    def _understand(self) -> None:
        """The summary of the DDL, the fields that are wrong, and the line."""
        form = form_of(self.form)
        self.wrong = problems(form)
        try:
            request = asked(Form(dialect=form.dialect), self._place.given, self._today())
            schema = self._schema_now(form, request) if self.ddl.strip() else None
        except SynthgenError as error:
            schema, self.read = None, refused(error)
        else:
            empty = {"state": "empty", "text": "", "notes": [], "tables": []}
            self.read = understood(schema) if schema else empty
        self.line = line_of(form, schema, self._place.given, self._advice.dropped)

    def _schema_now(self, form: Form, request: Request) -> Schema:
        """Parsed once for each text and dialect."""
        if not self.ddl.strip():
            raise InputError("there is no DDL yet", hint="paste CREATE TABLE statements, or pick a template")
        text = (self.ddl, form.dialect)
        if self._schema is None or self._schema_of != text:
            self._schema, self._schema_of = None, None
            self._schema, self._schema_of = read_schema(self.ddl, request), text
        return self._schema

    def _follow(self, job: Job) -> None:
        self._job, self._since = job, (0.0, 0)
        self.job = {}
        self._send_progress(job)

    def _own(self) -> Job:
        if self._job is None:
            raise InputError("there is no job in this panel")
        return self._job
