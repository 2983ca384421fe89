// What came of a job: checks as badges, tables as tabs with their first rows, downloads. `ask` sends a message.

class Results {
  constructor(ask, model) {
    this.ask = ask;
    this.model = model;
    this.told = new Set(); // who listens to the grid's messages
    this.title = h("strong", { class: "sg-title" });
    this.facts = h("span", { class: "sg-faint" });
    this.notes = h("div", { class: "sg-faint" });
    this.badges = h("div", { class: "sg-badges", role: "list", "aria-label": "Checks" });
    this.panel = h("div", { class: "sg-tabpanel", role: "tabpanel", tabindex: "0", id: freshId("rows") });
    this.tabs = h("div", { class: "sg-tabs", role: "tablist", "aria-label": "Tables" });
    this.tabs.addEventListener("keydown", (event) => this.key(event));
    this.search = searchBox("Find a table", (text) => this.filter(text));
    this.beside = h("div", { class: "sg-beside" }, this.search, this.tabs);
    this.csv = button("CSV", () => this.download("csv", this.current()));
    this.parquet = button("Parquet", () => this.download("parquet", this.current()));
    this.zip = button("ZIP of all tables", () => this.download("csv", null));
    this.downloads = h(
      "div",
      { class: "sg-controls", role: "group", "aria-label": "Download" },
      h("span", { class: "sg-faint" }, "Download"),
      this.csv,
      this.parquet,
      this.zip,
    );
    this.edit = button("Edit cells", () => this.ask({ type: "edit", table: this.name }));
    this.editor = h("div", { class: "sg-tables", hidden: true });
    this.tables = h("div", { class: "sg-tables" }, this.beside, this.panel);
    this.node = h(
      "section",
      { class: "sg-section", "aria-label": "Result", hidden: true },
      h("div", {}, this.title, " ", this.facts),
      this.badges,
      this.notes,
      this.tables,
      this.editor,
      this.edit,
      this.downloads,
    );
    this.known = new Map(); // rows by table, of the dataset that is shown
    this.name = null;
    this.of = "";
  }

  show(result) {
    this.node.hidden = !result.name;
    if (!result.name) return;
    setText(this.title, result.title + (result.partial ? " · partial" : ""));
    setText(this.facts, result.facts.join(" · "));
    this.notes.replaceChildren(...result.notes.map((note) => h("div", {}, note)));
    const of = JSON.stringify([result.name, result.version, result.tables]);
    this.badges.replaceChildren(...result.checks.map((check) => this.badge(check)));
    if (of === this.of) return;
    this.of = of;
    this.result = result;
    this.known.clear();
    const many = result.tables.length > MANY;
    this.tables.classList.toggle("sg-many", many);
    this.search.hidden = !many;
    this.search.value = "";
    this.tabs.setAttribute("aria-orientation", many ? "vertical" : "horizontal");
    this.buttons = result.tables.map(([name, rows]) => {
      const tab = button("", () => this.pick(name, false), {
        role: "tab",
        class: "sg-tab",
        "aria-controls": this.panel.id,
        "aria-label": `${name}, ${plural(rows, "row")}`,
        id: freshId("tab"),
        title: name,
      });
      tab.append(h("span", { class: "sg-name" }, name), h("span", { class: "sg-count" }, number(rows)));
      return tab;
    });
    this.tabs.replaceChildren(...this.buttons);
    const again = result.tables.some(([name]) => name === this.name);
    if (result.tables.length) this.pick(again ? this.name : result.tables[0][0], false);
  }

  // The grid, where the kernel has one ready; it speaks through this panel's messages.
  showGrid() {
    const ready = Boolean(this.model.get("sheets").name);
    this.tables.hidden = this.edit.hidden = ready;
    if (ready) for (const each of [this.csv, this.parquet]) each.removeAttribute("aria-label");
    this.editor.hidden = !ready;
    if (ready && !this.grid) {
      const listen = (event, act) => (event === "msg:custom" ? this.told.add(act) : this.model.on("change:sheets", act));
      const ignore = (event, act) => (event === "msg:custom" ? this.told.delete(act) : this.model.off("change:sheets", act));
      this.grid = new Grid(
        {
          get: () => this.model.get("sheets"),
          on: listen,
          off: ignore,
          send: (message) => this.ask({ type: "grid", message }),
        },
        this.editor,
      );
    } else if (!ready) this.close();
  }

  close() {
    this.grid?.close();
    this.grid = null;
    this.editor.replaceChildren();
  }

  badge(check) {
    const words = [
      h("span", { class: "sg-badge-symbol", "aria-hidden": "true" }, SYMBOLS[check.kind]),
      h("span", { class: "sg-word" }, check.kind),
      check.text,
    ];
    if (!check.rows && !check.sql) {
      return h("div", { role: "listitem", class: `sg-badge sg-${check.kind}` }, ...words);
    }
    const behind = [
      check.rows ? gridTable(check.rows, `rows that break ${check.text}`) : null,
      check.sql ? h("code", {}, check.sql) : null,
    ];
    const summary = h("summary", { class: `sg-badge sg-${check.kind}` }, ...words);
    return h("div", { role: "listitem", class: "sg-behind" }, h("details", {}, summary, ...behind));
  }

  pick(name, focus) {
    this.name = name;
    const at = this.result.tables.findIndex(([table]) => table === name);
    this.buttons.forEach((tab, each) => {
      tab.setAttribute("aria-selected", each === at ? "true" : "false");
      tab.tabIndex = each === at ? 0 : -1;
    });
    this.panel.setAttribute("aria-labelledby", this.buttons[at].id);
    if (focus) this.buttons[at].focus();
    this.csv.setAttribute("aria-label", `CSV of ${name}`);
    this.parquet.setAttribute("aria-label", `Parquet of ${name}`);
    const grid = this.known.get(name);
    if (grid) this.panel.replaceChildren(gridTable(grid, name));
    else {
      this.panel.replaceChildren(h("div", { class: "sg-faint" }, "reading the first rows …"));
      this.ask({ type: "rows", table: name });
    }
  }

  arrived(message) {
    const [name, version, table] = message.of;
    if (name !== this.result?.name || version !== this.result.version) return;
    this.known.set(table, message.grid);
    if (table === this.name) this.panel.replaceChildren(gridTable(message.grid, table));
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const seen = this.buttons.filter((tab) => !tab.hidden);
    const now = seen.indexOf(document.activeElement);
    if (now < 0) return;
    let next = null;
    if (step) next = seen[(now + step + seen.length) % seen.length];
    if (event.key === "Home") next = seen[0];
    if (event.key === "End") next = seen[seen.length - 1];
    if (!next) return;
    event.preventDefault();
    this.pick(this.result.tables[this.buttons.indexOf(next)][0], true);
  }

  filter(text) {
    this.buttons.forEach((tab, at) => {
      tab.hidden = !this.result.tables[at][0].toLowerCase().includes(text);
    });
  }

  // The table one looks at.
  current() {
    return this.grid?.sheet?.table ?? this.name;
  }

  download(to, table) {
    this.ask({ type: "download", to, table });
  }
}

function saveFile(name, buffer) {
  const address = URL.createObjectURL(new Blob([buffer]));
  const link = h("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
