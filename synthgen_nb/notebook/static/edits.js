// Tables edited by words or SQL: what would change, before it does. `ask` sends a message.

class Edits {
  constructor(ask) {
    this.ask = ask;
    this.text = h("textarea", {
      rows: 2,
      spellcheck: "false",
      placeholder: "make 10 % of the customers German …   or   UPDATE orders SET status = 'paid' WHERE …",
      onkeydown: (event) => this.shortcut(event),
    });
    this.preview = button("Preview", () => this.propose("refuse"), { title: "shows what would change; changes nothing" });
    this.stop = button("■ Stop", () => ask({ type: "stop" }), { hidden: true, "aria-label": "Stop the model" });
    this.undo = button("↶ Undo", () => ask({ type: "undo" }), { "aria-label": "Undo the last edit" });
    this.redo = button("↷ Redo", () => ask({ type: "redo" }), { "aria-label": "Redo the edit that was undone" });
    this.doing = h("span", { class: "sg-status" });
    this.legend = h("legend", {});
    this.sql = h("code", { class: "sg-line" });
    this.problems = h("div", {});
    this.tables = h("div", {});
    this.sure = h("input", { type: "checkbox" });
    this.sure.addEventListener("change", () => this.ready());
    this.whole = h("label", { class: "sg-whole", hidden: true }, this.sure, h("span", {}));
    this.apply = button("✓ Apply", () => ask({ type: "apply", confirmed: this.sure.checked }), {
      class: "sg-primary",
      "aria-label": "Apply",
    });
    this.cascade = button("Cascade", () => this.propose("cascade"), {
      title: "rows that point to what goes, go too or are emptied; they follow a key that changes",
    });
    this.mend = button("Mend", () => this.propose("mend"), { title: "values that break a rule are drawn again" });
    this.discard = button("Discard", () => ask({ type: "discard" }));
    this.proposal = h(
      "fieldset",
      { class: "sg-proposal", hidden: true },
      this.legend,
      this.sql,
      this.problems,
      this.tables,
      this.whole,
      h("div", { class: "sg-controls" }, this.apply, this.cascade, this.mend, this.discard),
    );
    this.node = h(
      "section",
      { class: "sg-section sg-edits", "aria-label": "Edit", hidden: true },
      field("Edit by words or SQL", this.text, { class: "sg-field sg-wide" }),
      h("div", { class: "sg-controls" }, this.preview, this.undo, this.redo, this.stop, this.doing),
      this.proposal,
    );
    this.shown = "";
  }

  // What a model is at; it can be stopped.
  busy(model = "") {
    this.stop.hidden = !model || !this.atWork;
    if (this.atWork) setText(this.doing, model || this.atWork);
  }

  show({ name = "", doing = "", undo = "", redo = false, proposal = null }) {
    this.node.hidden = !name;
    this.atWork = doing;
    this.preview.disabled = this.cascade.disabled = this.mend.disabled = this.discard.disabled = Boolean(doing);
    this.stop.hidden = true;
    setText(this.doing, doing);
    this.undo.disabled = !undo;
    this.undo.title = undo ? `undo: ${undo}` : "there is nothing to undo";
    this.redo.disabled = !redo;
    const told = JSON.stringify(proposal);
    if (told !== this.shown) {
      this.shown = told;
      this.draw(proposal);
    } else this.ready();
  }

  draw(proposal) {
    const had = this.proposal.contains(document.activeElement);
    this.proposal.hidden = !proposal;
    if (!proposal) {
      if (had) this.text.focus();
      return;
    }
    const { words, sql, whole, problems, tables } = proposal;
    setText(this.legend, words);
    setText(this.sql, sql);
    this.sure.checked = false;
    this.whole.hidden = !whole;
    setText(this.whole.lastChild, whole);
    this.problems.replaceChildren(...problems.map((each) => this.problem(each)));
    this.cascade.hidden = this.mend.hidden = !problems.length;
    this.tables.replaceChildren(...tables.map((each, at) => this.table(each, at === 0)));
    this.broken = problems.length > 0;
    this.ready();
  }

  ready() {
    this.apply.disabled = Boolean(this.atWork) || this.broken || (!this.whole.hidden && !this.sure.checked);
  }

  problem({ text, rows }) {
    const symbol = h("span", { class: "sg-badge-symbol", "aria-hidden": "true" }, SYMBOLS.broken);
    const line = h("div", { class: "sg-broken" }, symbol, " ", text);
    return h("div", {}, line, rows ? gridTable(rows, `rows that break ${text}`) : null);
  }

  // One row of the sample a line: its key, then what was (struck) and what is (marked), for each column that differs.
  table({ title, key, columns, rows, more }, open) {
    const heads = ["", ...key, ...columns].map((name) => h("th", { scope: "col" }, name));
    const lines = rows.map(({ kind, key: named, cells }) =>
      h(
        "tr",
        { class: `sg-row-${kind}` },
        h("td", { class: "sg-kind" }, kind),
        ...named.map((value) => h("th", { scope: "row" }, value ?? "NULL")),
        ...columns.map((name) => h("td", {}, ...(cells[name] ? this.cell(kind, cells[name]) : []))),
      ),
    );
    const table = h("table", { "aria-label": title }, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...lines));
    const scroll = h("div", { class: "sg-scroll", tabindex: "0", role: "group", "aria-label": `${title}, scrolls` }, table);
    const rest = more ? h("div", { class: "sg-faint" }, `… ${more}`) : null;
    return h("details", { class: "sg-fold", open }, h("summary", {}, title), scroll, rest);
  }

  cell(kind, [old, fresh]) {
    const value = (text) => (text === null ? h("span", { class: "sg-null" }, "NULL") : text);
    const found = [];
    if (kind !== "added") found.push(h("del", {}, value(old)));
    if (kind === "changed") found.push(" ");
    if (kind !== "removed") found.push(h("ins", {}, value(fresh)));
    return found;
  }

  propose(breaking) {
    if (this.text.value.trim()) this.ask({ type: "propose", text: this.text.value, breaking });
    else this.text.focus();
  }

  shortcut(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!this.preview.disabled) this.propose("refuse");
  }
}
