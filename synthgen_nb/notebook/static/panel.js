// The panel: a form, the job's controls and bars, its result. All that must outlive a reload is in the model's traits.

const TYPING = 350; // milliseconds of rest before what was typed is sent
const BUSY = 1000; // milliseconds without an answer after which the kernel is said to be busy
const SPOKEN = 5000; // milliseconds between two words on progress in the live region

const FIELDS = [
  ["name", "Dataset", { placeholder: "the first table's name", size: 18 }],
  ["rows", "Rows per table", { placeholder: "1000, 5k, 1.5M", size: 10, inputmode: "text" }],
  ["seed", "Seed", { placeholder: "0", size: 8, inputmode: "numeric" }],
];
const MODEL_FIELDS = [
  ["model", "Model", { placeholder: "name, folder or FILE.gguf", size: 24 }],
  ["temperature", "Temperature", { type: "number", min: 0, max: 2, step: 0.1, placeholder: "0.8" }],
  ["top_p", "Top-p", { type: "number", min: 0, max: 1, step: 0.05, placeholder: "0.95" }],
  ["top_k", "Top-k", { type: "number", min: 0, max: 1000, step: 1, placeholder: "50" }],
];

class Panel {
  constructor(model, el) {
    this.model = model;
    this.waiting = new Map(); // timers of messages that the kernel has not answered yet
    this.sent = 0;
    this.controls = {};
    this.fresh = new Set(); // fields with something typed that the kernel has not got yet
    this.results = new Results((message) => this.ask(message), model);
    this.bars = new Bars();
    this.edits = new Edits((message) => this.askForm(message));
    this.live = h("div", { class: "sg-live", role: "status", "aria-live": "polite" });
    // the static twin of the result is for readers without this panel
    const twin = `.synthgen-twin-${model.get("twin")}`;
    const hidden = h("style", {}, `.jp-OutputArea-child:has(${twin}),${twin}{display:none}`);
    this.node = h(
      "div",
      { class: "synthgen-panel", role: "region", "aria-label": "Synthetic data" },
      this.schemaSection(),
      this.settingsSection(),
      this.jobSection(),
      this.results.node,
      this.edits.node,
      this.lineSection(),
      this.librarySection(),
      this.live,
      hidden,
    );
    // a notebook's own keys (a, b, dd ...) must not act on what is typed here; those with Ctrl or Command still do
    this.node.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    });
    el.append(this.node);
    this.listen();
  }

  // ---- parts of the page

  schemaSection() {
    const { templates, dialects } = this.model.get("choices");
    this.ddl = h("textarea", {
      class: "sg-ddl",
      rows: 9,
      spellcheck: "false",
      autocapitalize: "off",
      wrap: "off",
      "aria-label": "DDL",
      placeholder: "CREATE TABLE … \n\nPaste your statements, drop a .sql file here, or pick a template.",
      oninput: () => this.typed("ddl"),
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => this.dropped(event),
      onkeydown: (event) => this.shortcut(event),
    });
    const file = h("input", { type: "file", accept: ".sql,.ddl,.txt,.gz,text/*", hidden: true, tabindex: "-1" });
    file.addEventListener("change", () => {
      if (file.files[0]) this.upload(file.files[0]);
      file.value = "";
    });
    const template = h(
      "select",
      { onchange: () => this.take(template.value) },
      h("option", { value: "" }, "choose …"),
      ...templates.map((name) => h("option", { value: name }, name)),
    );
    this.template = template;
    const dialect = h(
      "select",
      { onchange: () => this.typed("dialect") },
      h("option", { value: "" }, "found out from the text"),
      ...dialects.map((name) => h("option", { value: name }, name)),
    );
    this.controls.dialect = dialect;
    this.limit = `up to ${number(this.model.get("choices").longest / 1e6)} MB of text`;
    this.read = h("div", { class: "sg-read" });
    this.caret = h("pre", { class: "sg-caret", hidden: true });
    this.notes = h("ul", { class: "sg-notes" });
    this.fold = h("details", { class: "sg-fold", hidden: true }, h("summary", {}), this.notes);
    return h(
      "section",
      { class: "sg-section", "aria-label": "Schema" },
      h(
        "div",
        { class: "sg-controls" },
        field("Template", template),
        field("Dialect", dialect),
        h(
          "div",
          { class: "sg-field" },
          h("span", { class: "sg-label" }, "DDL file"),
          button("Upload …", () => file.click(), { title: `.sql, ${this.limit}` }),
        ),
        h("span", { class: "sg-faint sg-limit" }, this.limit),
        file,
      ),
      this.ddl,
      this.read,
      this.caret,
      this.fold,
    );
  }

  settingsSection() {
    const input = ([name, label, props]) => {
      const control = h("input", { type: "text", autocomplete: "off", ...props, oninput: () => this.typed(name) });
      this.controls[name] = control;
      return (this[`field_${name}`] = field(label, control));
    };
    this.tableRows = h("div", { class: "sg-per-table" });
    this.tableSearch = searchBox("Find a table among the rows", (text) => {
      for (const each of this.tableRows.children) each.hidden = !each.dataset.table.toLowerCase().includes(text);
    });
    this.perTable = h("details", { class: "sg-fold", hidden: true }, h("summary", {}), this.tableSearch, this.tableRows);
    this.perTable.addEventListener("toggle", () => this.showTableRows());
    this.advice = new Advice(
      MODEL_FIELDS.map(input),
      (control) => (this.controls.instructions = control),
      () => this.typed("instructions"),
      (type, more) => this.askModel(type, more),
    );
    return h(
      "section",
      { class: "sg-section", "aria-label": "Settings" },
      h("div", { class: "sg-controls" }, ...FIELDS.map(input)),
      this.perTable,
      this.advice.node,
    );
  }

  jobSection() {
    this.generate = button("▶ Generate", () => this.start(), { class: "sg-primary", "aria-label": "Generate" });
    this.toggle = button("", () => this.ask({ type: this.toggle.dataset.act }), { hidden: true });
    this.cancel = button("■ Cancel", () => this.asking(true), { hidden: true, "aria-label": "Cancel" });
    this.status = h("span", { class: "sg-status" });
    this.question = h("span", {});
    this.goOn = button("Go on", () => this.asking(false));
    this.askCancel = h(
      "div",
      { class: "sg-controls sg-ask", role: "group", hidden: true, "aria-label": "Cancel?" },
      this.question,
      button("Drop its rows", () => this.cancelled(false), { class: "sg-danger" }),
      button("Keep as partial", () => this.cancelled(true)),
      this.goOn,
    );
    this.askCancel.addEventListener("keydown", (event) => event.key === "Escape" && this.asking(false));
    this.buttons = h("div", { class: "sg-controls" }, this.generate, this.toggle, this.cancel, this.status);
    this.said = h("div", { class: "sg-said" });
    return h(
      "section",
      { class: "sg-section", "aria-label": "Job" },
      this.buttons,
      this.askCancel,
      this.said,
      this.bars.node,
    );
  }

  lineSection() {
    this.line = h("code", { class: "sg-line" });
    return h(
      "section",
      { class: "sg-section sg-same", "aria-label": "The same as a cell" },
      h("span", { class: "sg-faint" }, "The same as a cell"),
      this.line,
      button("Copy line", () => this.copy(this.line.textContent, "the line")),
      button("Copy cell", () => this.copy(`${this.line.textContent}\n${this.ddl.value}`, "the cell")),
    );
  }

  librarySection() {
    this.shelf = h("div", { class: "sg-shelf" });
    const title = h("summary", {});
    this.libraryFold = h("details", { class: "sg-fold" }, title, this.shelf);
    this.libraryFold.addEventListener("toggle", () => this.libraryFold.open && this.ask({ type: "library" }));
    return h("section", { class: "sg-section", "aria-label": "Store" }, this.libraryFold);
  }

  // ---- what the kernel tells

  listen() {
    const told = {
      ddl: () => this.showForm(),
      form: () => this.showForm(),
      read: () => this.showRead(),
      wrong: () => this.showWrong(),
      advice: () => this.showAdvice(),
      line: () => setText(this.line, this.model.get("line")),
      said: () => this.showSaid(),
      result: () => this.results.show(this.model.get("result")),
      sheets: () => this.results.showGrid(),
      edits: () => this.edits.show(this.model.get("edits")),
      library: () => this.showLibrary(),
      job: () => this.showJob(),
      tables: () => this.showJob(),
      bars: () => this.showJob(),
    };
    this.heard = [];
    const on = (event, act) => {
      this.model.on(event, act);
      this.heard.push([event, act]);
    };
    on("msg:custom", (message, buffers) => this.got(message, buffers));
    for (const [name, act] of Object.entries(told)) on(`change:${name}`, act);
    for (const name of ["form", "read", "wrong", "line", "advice", "job", "result", "sheets", "edits", "library"]) told[name]();
    const said = this.model.get("said");
    if (said.kind === "error") this.showSaid();
  }

  close() {
    for (const [event, act] of this.heard) this.model.off(event, act);
    this.results.close();
    for (const timer of [this.typing, this.speaking, ...this.waiting.values()]) clearTimeout(timer);
  }

  got(message, buffers) {
    if (message.type === "answer") this.answered(message.to);
    if (message.type === "rows") this.results.arrived(message);
    if (message.type === "grid") for (const act of this.results.told) act(message.message);
    if (message.type === "file") saveFile(message.file, buffers[0]);
  }

  showForm() {
    const form = this.model.get("form");
    const told = [["ddl", this.ddl, this.model.get("ddl")]];
    for (const [name, control] of Object.entries(this.controls)) told.push([name, control, form[name] ?? ""]);
    for (const [name, control, value] of told) {
      if (!this.fresh.has(name) && control.value !== value) control.value = value;
    }
    this.showTableRows();
  }

  showRead() {
    const read = this.model.get("read");
    const symbol = { ok: "✓", error: "✗" }[read.state];
    this.read.className = `sg-read sg-${read.state === "error" ? "broken" : read.state}`;
    this.read.replaceChildren(
      ...(symbol ? [h("span", { class: "sg-badge-symbol", "aria-hidden": "true" }, symbol), " "] : []),
      read.text || "No DDL yet.",
    );
    this.ddl.setAttribute("aria-invalid", read.state === "error" ? "true" : "false");
    this.caret.hidden = !read.caret;
    setText(this.caret, read.caret ?? "");
    this.fold.hidden = !read.notes.length;
    setText(this.fold.querySelector("summary"), plural(read.notes.length, "note"));
    this.notes.replaceChildren(...read.notes.map((note) => h("li", {}, note)));
    if (read.text) this.speak(read.text);
    this.names = read.tables;
    this.perTable.hidden = read.tables.length < 2;
    this.showTableRows();
  }

  showTableRows() {
    const asked = this.model.get("form").tables ?? {};
    const many = Object.keys(asked).length;
    setText(this.perTable.querySelector("summary"), `Rows of single tables${many ? ` · ${many} set` : ""}`);
    if (!this.perTable.open || this.tableRows.contains(document.activeElement)) return;
    this.tableSearch.hidden = this.names.length <= MANY;
    this.tableFields = new Map();
    const rows = this.names.map((table) => {
      const input = h("input", { type: "text", size: 8, placeholder: this.rowsNow() });
      input.value = asked[table] ?? "";
      input.addEventListener("input", () => this.typed("tables"));
      const node = field(table, input, { class: "sg-field sg-inline", "data-table": table });
      this.tableFields.set(table, { input, node });
      return node;
    });
    this.tableRows.replaceChildren(...rows);
    this.showWrong();
  }

  showWrong() {
    const wrong = this.model.get("wrong");
    for (const name of ["rows", "seed", "temperature", "top_p", "top_k"]) this[`field_${name}`].complain(wrong[name]);
    for (const [table, { node }] of this.tableFields ?? []) node.complain(wrong[`tables.${table}`]);
  }

  showSaid() {
    const { kind, text } = this.model.get("said");
    if (kind === "status") this.speak(text);
    else this.tell(kind, text);
  }

  tell(kind, text) {
    this.said.className = `sg-said sg-${kind}`;
    const symbol = kind === "error" ? [h("span", { class: "sg-badge-symbol", "aria-hidden": "true" }, "✗"), " "] : [];
    this.said.replaceChildren(...symbol, text ?? "");
    if (text) this.speak(text);
  }

  showJob() {
    const job = this.model.get("job");
    this.bars.show(job, this.model.get("tables"), this.model.get("bars"));
    const atWork = ["starting", "queued", "running"].includes(job.status);
    const rests = ["paused", "interrupted", "failed"].includes(job.status);
    this.generate.disabled = atWork;
    this.toggle.hidden = this.cancel.hidden = !(atWork || rests) || job.status === "starting";
    this.toggle.dataset.act = rests ? "resume" : "pause";
    setText(this.toggle, rests ? "▶ Resume" : "❚❚ Pause");
    this.toggle.setAttribute("aria-label", rests ? "Resume" : "Pause");
    if (!(atWork || rests)) this.asking(false);
    if (!job.status) return setText(this.status, "");
    const words = [`${job.name}: ${job.doing}`];
    if (job.estimate) words.push(job.estimate);
    setText(this.status, words.join(" · "));
    setAttribute(this.status, "data-status", job.status);
    if (atWork) {
      const share = percent(job.done, job.total);
      this.speak(`${job.doing}, ${share} %${job.eta ? `, ${duration(job.eta)} left` : ""}`, SPOKEN);
    }
  }

  showAdvice() {
    const advice = this.model.get("advice");
    this.advice.show(advice);
    this.edits.busy(advice.doing);
    if (advice.doing) this.speak(advice.doing, SPOKEN);
  }

  showLibrary() {
    const { datasets = [], unfinished = [] } = this.model.get("library");
    const title = `Datasets in ${this.model.get("choices").store}: ${number(datasets.length)}`;
    const rest = unfinished.length ? `, ${plural(unfinished.length, "unfinished job")}` : "";
    setText(this.libraryFold.querySelector("summary"), title + rest);
    const entry = (name, facts, act) =>
      h("div", { class: "sg-entry" }, h("span", { class: "sg-name" }, name), h("span", { class: "sg-faint" }, facts), act);
    this.shelf.replaceChildren(
      ...unfinished.map(({ number: job, name, facts }) =>
        entry(
          `job ${job} · ${name}`,
          facts,
          button("Take up", () => this.ask({ type: "take", job }), { "aria-label": `Take up job ${job} here` }),
        ),
      ),
      ...datasets.map(({ name, version, facts }) =>
        entry(
          version ? `${name} v${version}` : name,
          facts,
          version ? button("Open", () => this.ask({ type: "open", name }), { "aria-label": `Open ${name}` }) : "",
        ),
      ),
    );
    if (!datasets.length && !unfinished.length) this.shelf.append(h("div", { class: "sg-faint" }, "none yet"));
  }

  // ---- what the person does

  formNow() {
    const form = {};
    for (const [name, control] of Object.entries(this.controls)) form[name] = control.value;
    const tables = { ...(this.model.get("form").tables ?? {}) };
    for (const [table, { input }] of this.fresh.has("tables") ? this.tableFields : []) {
      if (input.value.trim()) tables[table] = input.value.trim();
      else delete tables[table];
    }
    for (const table of Object.keys(tables)) if (this.names.length && !this.names.includes(table)) delete tables[table];
    return { ...form, tables };
  }

  rowsNow() {
    return this.controls.rows.value || "1000";
  }

  typed(name) {
    this.fresh.add(name);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      this.model.set({ form: this.formNow(), ddl: this.ddl.value });
      this.sentAll();
      this.model.save_changes();
      this.showTableRows();
    }, TYPING);
    for (const { input } of this.tableFields?.values() ?? []) input.placeholder = this.rowsNow();
  }

  sentAll() {
    clearTimeout(this.typing);
    this.fresh.clear();
  }

  start() {
    this.sentAll();
    this.tell("note", "");
    this.ask({ type: "generate", ddl: this.ddl.value, form: this.formNow() });
  }

  askModel(type, more) {
    this.askForm({ type, ddl: this.ddl.value, ...more });
  }

  // With what the form says now: a change of it may still be held back.
  askForm(message) {
    this.sentAll();
    this.tell("note", "");
    this.ask({ ...message, form: this.formNow() });
  }

  shortcut(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!this.generate.disabled) this.start();
  }

  asking(open) {
    const had = this.askCancel.contains(document.activeElement);
    this.askCancel.hidden = !open;
    const { number: job, name } = this.model.get("job");
    setText(this.question, open ? `Cancel job ${job} (${name})?` : "");
    if (open) this.goOn.focus();
    else if (had) (this.cancel.hidden ? this.generate : this.cancel).focus();
  }

  cancelled(keep) {
    this.asking(false);
    this.ask({ type: "cancel", keep });
  }

  dropped(event) {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    this.upload(file);
  }

  async upload(file) {
    const longest = this.model.get("choices").longest;
    if (file.size > longest) {
      const size = `${(file.size / 1e6).toFixed(1)} MB`;
      this.tell("error", `${file.name} has ${size}; ${this.limit} can be uploaded (put it beside the notebook: %synthgen -f FILE)`);
      return;
    }
    const data = await file.arrayBuffer();
    this.fresh.delete("ddl");
    this.fresh.delete("name");
    this.ask({ type: "upload", name: file.name }, [data]);
  }

  take(template) {
    if (!template) return;
    for (const name of ["ddl", "name", "dialect", "tables"]) this.fresh.delete(name);
    this.ask({ type: "template", name: template });
  }

  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // no clipboard without https: an old way that works everywhere
      const area = h("textarea", { class: "sg-live" });
      area.value = text;
      this.node.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    this.tell("note", `copied ${what}`);
  }

  ask(message, buffers) {
    this.sent += 1;
    const id = `${this.model.get("twin")}-${this.sent}`;
    this.waiting.set(
      id,
      setTimeout(() => {
        this.busy = true;
        this.tell("note", "The kernel is busy, with a cell perhaps; this waits for it.");
      }, BUSY),
    );
    this.node.dataset.waiting = this.waiting.size;
    this.model.send({ ...message, id }, undefined, buffers);
  }

  answered(id) {
    clearTimeout(this.waiting.get(id));
    this.waiting.delete(id);
    this.node.dataset.waiting = this.waiting.size;
    if (this.busy && !this.waiting.size) {
      this.busy = false;
      this.tell("note", "");
    }
  }

  // One polite voice: a new text at once, progress every few seconds.
  speak(text, every = 0) {
    const now = Date.now();
    if (every && now - (this.spoke ?? 0) < every) return;
    this.spoke = now;
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => setText(this.live, text), 50);
  }
}

export default {
  initialize({ model }) {
    model.send({ type: "hello" });
  },
  render({ model, el }) {
    const panel = new Panel(model, el);
    return () => panel.close();
  },
};
