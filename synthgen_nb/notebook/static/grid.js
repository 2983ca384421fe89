// The grid: tables as tabs, rows a page at a time, cells that are edited in place. `model` has get("state"), on and send;
// what it sends and is told stands in sheets.py. What is typed and read is text: it becomes text nodes, never markup.

const ROW = 28; // pixels
const PAGE = 100; // rows
const TALLEST = 15_000_000; // pixels that browsers give an element; a taller table is scrolled in scale
const WAIT = 80; // milliseconds of rest before a page is asked for
const LETTER = 7.4; // pixels, on average

class Grid {
  constructor(model, el) {
    this.model = model;
    this.at = [0, 0]; // the current cell: row, column; row -1 is the head
    this.top = 0; // pixels above the first visible row, as if no browser had a limit
    this.pages = new Map();
    this.stale = new Map(); // of the version before: shown until the new ones come
    this.asked = new Set();
    this.view = {};
    this.said = null;
    this.lines = [];
    this.changes = 0; // of anything but the place: rows are drawn anew
    this.build();
    el.append(this.node);
    this.onState = () => this.show(model.get("state"));
    this.onMessage = (message) => this.told(message);
    model.on("change:state", this.onState);
    model.on("msg:custom", this.onMessage);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.box);
    this.show(model.get("state"));
  }

  close() {
    this.model.off?.("change:state", this.onState);
    this.model.off?.("msg:custom", this.onMessage);
    this.sizes.disconnect();
  }

  build() {
    this.title = h("strong", { class: "sg-title" });
    this.undo = button("↶ Undo", () => this.model.send({ type: "undo" }), { "aria-keyshortcuts": "Control+Z" });
    this.redo = button("↷ Redo", () => this.model.send({ type: "redo" }), { "aria-keyshortcuts": "Control+Y" });
    this.filterBy = h("select", { "aria-label": "Column to filter by" });
    this.filterText = h("input", { type: "search", placeholder: "filter rows", "aria-label": "Filter rows" });
    this.filterBy.addEventListener("change", () => this.filter());
    this.filterText.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.filter(), 350);
    });
    this.count = h("span", { class: "sg-faint" });
    this.tabs = h("div", { class: "sg-tabs", role: "tablist", "aria-label": "Tables" });
    this.tabs.addEventListener("keydown", (event) => this.tabKey(event));
    this.pick = h("select", { "aria-label": "Table", class: "sg-pick" });
    this.pick.addEventListener("change", () => this.open(this.pick.value));
    this.head = h("div", { class: "sg-head", role: "row", "aria-rowindex": 1 });
    this.pad = h("div", { class: "sg-pad", role: "rowgroup" });
    // not on the cell, which the first of the two clicks has drawn anew
    this.pad.addEventListener("dblclick", (event) => event.target.closest(".sg-editor, .sg-bubble") || this.begin());
    this.box = h("div", { class: "sg-box", role: "grid", tabindex: "0", id: freshId("grid") }, this.head, this.pad);
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("scroll", () => this.scrolled());
    this.box.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.box.addEventListener("copy", (event) => this.copy(event));
    this.live = h("div", { class: "sg-live", role: "status", "aria-live": "polite" });
    const keys = "arrows move · Enter edits · Delete sets NULL · Ctrl+Z undoes";
    this.node = h(
      "div",
      { class: "synthgen-grid", role: "region", "aria-label": "Table editor" },
      h("div", { class: "sg-top" }, this.title, this.undo, this.redo, h("span", { class: "sg-space" }), this.filterBy, this.filterText),
      h("div", { class: "sg-choose" }, this.tabs, this.pick),
      this.box,
      h("div", { class: "sg-foot" }, this.count, h("span", { class: "sg-faint sg-keys" }, keys)),
      this.live,
    );
    // the notebook's own shortcuts (d d deletes a cell) must not hear what is typed here; saving still works
    this.node.addEventListener("keydown", (event) => {
      if (!((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s")) event.stopPropagation();
    });
  }

  // ---- what the kernel tells

  show(state) {
    const other = !this.state || state.name !== this.state.name;
    const moved = other || state.version !== this.state.version;
    this.state = state;
    setText(this.title, `v${state.version} of ${state.name}`);
    this.undo.disabled = !state.undo;
    this.undo.title = state.undo ? `undo: ${state.undo}` : "there is nothing to undo";
    this.redo.disabled = !state.redo;
    if (moved) {
      this.stale = this.pages;
      this.pages = new Map();
      this.asked.clear();
    }
    if (other) {
      this.stale = new Map();
      this.tabsOf(state.tables);
    }
    if (other || state.sheet.table !== this.sheet?.table) this.lay(state.sheet);
    else this.first(state.sheet);
    if (state.said.number && state.said.number !== this.said) this.say(state.said.kind, state.said.text);
    this.said = state.said.number;
    this.changed();
  }

  told(message) {
    if (message.type === "sheet") this.lay(message.sheet);
    if (message.type === "page") this.paged(message);
    if (message.type === "refused") this.refuse(message);
    if (message.type === "failed" && this.pending) this.pending = null;
    if (message.type === "whole" && this.awaited && message.to.row === this.awaited.row) this.edit(message.text);
    this.changed();
  }

  changed() {
    this.changes += 1;
    this.draw();
  }

  paged(message) {
    const same = message.version === this.state.version && message.table === this.sheet.table;
    if (!same || JSON.stringify(message.view ?? {}) !== JSON.stringify(this.view)) return;
    const number = message.start / PAGE;
    this.pages.set(number, { rows: message.page, numbers: message.numbers });
    this.asked.delete(number);
    if (message.count !== this.rows) this.resize(message.count);
  }

  lay(sheet) {
    this.sheet = sheet;
    this.view = {};
    this.pages = new Map();
    this.stale = new Map();
    this.asked.clear();
    this.closeEditor();
    this.unsay();
    this.at = [0, 0];
    this.top = 0;
    this.filterText.value = "";
    const ordered = sheet.columns.filter((column) => column.ordered);
    this.filterBy.replaceChildren(...ordered.map((column) => h("option", { value: column.name }, column.name)));
    this.filterText.disabled = this.filterBy.disabled = !ordered.length;
    this.widths = sheet.columns.map((column, at) => this.width(column, at, sheet));
    this.numbersWidth = Math.max(44, number(sheet.rows).length * LETTER + 20);
    this.lefts = [];
    let left = this.numbersWidth;
    for (const width of this.widths) {
      this.lefts.push(left);
      left += width;
    }
    this.wide = left;
    this.box.setAttribute("aria-label", `${sheet.table}, ${plural(sheet.rows, "row")}`);
    this.box.setAttribute("aria-colcount", sheet.columns.length + 1);
    this.heads();
    this.resize(sheet.rows);
    this.first(sheet);
    for (const tab of this.tabs.children) {
      const chosen = tab.dataset.table === sheet.table;
      tab.setAttribute("aria-selected", chosen ? "true" : "false");
      tab.tabIndex = chosen ? 0 : -1;
    }
    this.pick.value = sheet.table;
    this.box.scrollTop = this.box.scrollLeft = 0;
  }

  first(sheet) {
    if (!Object.keys(this.view).length) this.pages.set(0, { rows: sheet.page });
  }

  // A column is as wide as its name, its type and the first rows ask for, within bounds.
  width(column, at, sheet) {
    let letters = Math.max(column.name.length + 3, column.type.length * 0.85 + (column.computed ? 10 : 0));
    if (column.right) letters = Math.max(letters, String(sheet.rows).length); // numbers that count on
    for (const row of sheet.page) {
      const cell = row[at];
      letters = Math.max(letters, cell === null ? 4 : cell.length ? String(cell).length : 0);
    }
    return Math.round(Math.min(340, Math.max(64, letters * LETTER + 22)));
  }

  resize(rows) {
    this.rows = rows;
    this.tall = Math.min(rows * ROW, TALLEST);
    this.pad.style.height = `${this.tall}px`;
    this.pad.style.width = this.head.style.width = `${this.wide}px`;
    this.box.setAttribute("aria-rowcount", rows + 1);
    const filtered = rows !== this.sheet.rows;
    setText(this.count, filtered ? `${number(rows)} of ${plural(this.sheet.rows, "row")}` : plural(rows, "row"));
    this.at[0] = Math.min(this.at[0], Math.max(rows - 1, -1));
  }

  heads() {
    const columns = this.sheet.columns.map((column, at) => {
      const sorted = this.view.sort === column.name ? (this.view.down ? "descending" : "ascending") : "none";
      const arrow = { ascending: " ↑", descending: " ↓", none: "" }[sorted];
      const kind = column.type + (column.computed ? " · computed" : "");
      return h(
        "div",
        {
          class: `sg-cell sg-name${column.right ? " sg-right" : ""}${column.ordered ? "" : " sg-still"}`,
          role: "columnheader",
          id: `${this.box.id}-h-${at}`,
          "aria-colindex": at + 2,
          "aria-sort": sorted,
          style: `width:${this.widths[at]}px`,
          title: column.ordered ? `${column.name} ${kind}: click sorts` : `${column.name} ${kind}`,
          onclick: () => this.sort(at),
        },
        h("b", {}, column.name + arrow),
        h("small", {}, kind),
      );
    });
    const corner = h(
      "div",
      { class: "sg-cell sg-number", role: "columnheader", "aria-colindex": 1, style: `width:${this.numbersWidth}px` },
      "#",
    );
    this.head.replaceChildren(corner, ...columns);
  }

  // ---- drawing

  get visible() {
    return Math.max(ROW, this.box.clientHeight - this.head.offsetHeight);
  }

  get most() {
    return Math.max(0, this.rows * ROW - this.visible);
  }

  get scaled() {
    return this.rows * ROW > TALLEST;
  }

  draw() {
    if (!this.sheet) return;
    const first = Math.floor(this.top / ROW);
    const end = Math.min(this.rows, Math.ceil((this.top + this.visible) / ROW) + 1);
    const key = [first, end, this.changes].join(" ");
    const over = [this.editor, this.bubble].filter(Boolean);
    if (key !== this.drawn) {
      const rows = [];
      for (let row = first; row < end; row++) rows.push(this.row(row));
      if (!this.rows) rows.push(h("div", { class: "sg-empty" }, "no rows"));
      for (const node of [...this.pad.children]) if (!over.includes(node)) node.remove();
      this.pad.prepend(...rows);
      this.lines = rows;
      this.drawn = key;
    }
    this.lines.forEach((node, at) => {
      node.style.top = `${this.y(first + at)}px`;
    });
    if (this.editor) this.editor.style.top = `${this.y(this.editor.row)}px`;
    if (this.bubble) {
      const { row, offsetHeight } = this.bubble; // under its cell, or over it where there is no room
      const under = row * ROW - this.top + ROW + offsetHeight <= this.visible || row * ROW - this.top < offsetHeight;
      this.bubble.style.top = `${this.y(row) + (under ? ROW + 2 : -offsetHeight - 2)}px`;
    }
    this.mark(first);
    this.want(first, end);
  }

  // The current cell, without drawing anew: a node that goes away under a mouse button is never double-clicked.
  mark(first) {
    const [row, column] = this.at;
    const line = row === -1 ? this.head : this.lines[row - first];
    const node = line?.children[column + 1];
    if (this.marked && this.marked !== node) {
      this.marked.classList.remove("sg-now");
      this.marked.removeAttribute("aria-selected");
    }
    this.marked = node;
    node?.classList.add("sg-now");
    node?.setAttribute("aria-selected", "true");
    const there = row === -1 ? `${this.box.id}-h-${column}` : `${this.box.id}-${row}-${column}`;
    setAttribute(this.box, "aria-activedescendant", there);
  }

  y(row) {
    return this.box.scrollTop + row * ROW - this.top;
  }

  cell(row, column) {
    const page = Math.floor(row / PAGE);
    const from = this.pages.get(page) ?? this.stale.get(page);
    return from?.rows[row % PAGE]?.[column];
  }

  // The row's number in the table, which is another than its place where rows are sorted or filtered.
  numberOf(row) {
    if (!Object.keys(this.view).length) return row;
    return this.pages.get(Math.floor(row / PAGE))?.numbers[row % PAGE];
  }

  row(row) {
    const mine = this.numberOf(row);
    const head = h(
      "div",
      { class: "sg-cell sg-number", role: "rowheader", "aria-colindex": 1, style: `width:${this.numbersWidth}px` },
      mine === undefined ? "" : number(mine + 1),
    );
    const cells = this.sheet.columns.map((column, at) => this.shown(row, at, column));
    const node = h("div", { class: `sg-row${row % 2 ? " sg-odd" : ""}`, role: "row", "aria-rowindex": row + 2 }, head, ...cells);
    node.style.width = `${this.wide}px`;
    return node;
  }

  shown(row, at, column) {
    let value = this.cell(row, at);
    const waits = this.pending && this.pending.row === row && this.pending.at === at;
    if (waits) value = this.pending.value;
    const name = ["sg-cell", column.right && "sg-right", column.fixed && "sg-fixed", waits && "sg-pending"];
    let text = value === undefined ? "…" : value;
    if (Array.isArray(value)) text = `${value[0]}…`;
    const node = h("div", {
      class: name.filter(Boolean).join(" "),
      role: "gridcell",
      id: `${this.box.id}-${row}-${at}`,
      "aria-colindex": at + 2,
      "aria-readonly": column.fixed ? "true" : "false",
      style: `width:${this.widths[at]}px`,
      onmousedown: () => this.go(row, at),
    });
    if (value === null) node.append(h("span", { class: "sg-null" }, "NULL"));
    else node.append(text);
    return node;
  }

  want(first, end) {
    clearTimeout(this.asking);
    const missing = [];
    for (let page = Math.floor(first / PAGE); page <= Math.floor((end - 1) / PAGE); page++) {
      if (!this.pages.has(page) && !this.asked.has(page)) missing.push(page);
    }
    if (!missing.length || end <= first) return;
    const ask = () => {
      for (const page of missing) {
        this.asked.add(page);
        const view = Object.keys(this.view).length ? this.view : null;
        this.model.send({ type: "page", table: this.sheet.table, start: page * PAGE, view });
      }
    };
    this.asking = setTimeout(ask, WAIT); // a dragged scroll bar passes many pages that nobody reads
  }

  // ---- moving

  scrolled() {
    const most = this.tall - this.visible;
    if (this.expected === Math.round(this.box.scrollTop)) this.expected = null;
    else this.top = this.scaled ? (most > 0 ? (this.box.scrollTop / most) * this.most : 0) : this.box.scrollTop;
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = null;
        this.draw();
      });
    }
  }

  // In scale one pixel of the scroll bar is many: the wheel moves as it does elsewhere.
  wheel(event) {
    if (!this.scaled || !event.deltaY || event.ctrlKey) return;
    event.preventDefault();
    this.scrollTo(this.top + (event.deltaMode === 1 ? event.deltaY * ROW : event.deltaY));
    this.draw();
  }

  scrollTo(top) {
    this.top = Math.max(0, Math.min(this.most, top));
    const to = this.scaled ? (this.top / (this.most || 1)) * (this.tall - this.visible) : this.top;
    if (Math.round(this.box.scrollTop) === Math.round(to)) return;
    this.expected = Math.round(to);
    this.box.scrollTop = this.expected;
  }

  go(row, column) {
    const moved = row !== this.at[0] || column !== this.at[1];
    this.at = [Math.max(-1, Math.min(this.rows - 1, row)), Math.max(0, Math.min(this.sheet.columns.length - 1, column))];
    if (moved) this.unsay();
    const y = this.at[0] * ROW;
    if (this.at[0] >= 0 && y < this.top) this.scrollTo(y);
    if (this.at[0] >= 0 && y + ROW > this.top + this.visible) this.scrollTo(y + ROW - this.visible);
    const left = this.lefts[this.at[1]] - this.numbersWidth;
    const right = this.lefts[this.at[1]] + this.widths[this.at[1]];
    if (left < this.box.scrollLeft) this.box.scrollLeft = left;
    if (right > this.box.scrollLeft + this.box.clientWidth) this.box.scrollLeft = right - this.box.clientWidth;
    this.draw();
  }

  key(event) {
    if (event.target !== this.box) return; // the editor has keys of its own
    const [row, column] = this.at;
    const page = Math.max(1, Math.floor(this.visible / ROW) - 1);
    const control = event.ctrlKey || event.metaKey;
    const last = this.sheet.columns.length - 1;
    const moves = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      PageDown: [row + page, column],
      PageUp: [Math.max(0, row - page), column],
      Home: control ? [0, 0] : [row, 0],
      End: control ? [this.rows - 1, last] : [row, last],
    };
    if (moves[event.key]) this.go(...moves[event.key]);
    else if (event.key === "Enter" || event.key === "F2") this.begin();
    else if (event.key === "Delete") this.commit(null);
    else if (event.key === "Escape") this.unsay();
    else if (control && event.key.toLowerCase() === "z") this.model.send({ type: event.shiftKey ? "redo" : "undo" });
    else if (control && event.key.toLowerCase() === "y") this.model.send({ type: "redo" });
    else return;
    event.preventDefault();
  }

  copy(event) {
    const value = this.cell(...this.at);
    if (event.target.closest?.(".sg-editor") || value === undefined) return;
    event.clipboardData.setData("text/plain", value === null ? "" : Array.isArray(value) ? value[0] : value);
    event.preventDefault();
  }

  // ---- editing

  begin() {
    const [row, at] = this.at;
    if (row === -1) {
      this.sort(at);
      return;
    }
    const column = this.sheet.columns[at];
    const value = this.cell(row, at);
    if (value === undefined || this.pending) return;
    if (column.fixed && !(column.nullable && !column.computed)) {
      this.complain(`${column.name}: ${column.fixed}`);
      return;
    }
    if (Array.isArray(value)) {
      this.awaited = { row: this.numberOf(row) };
      const to = { table: this.sheet.table, row: this.numberOf(row), column: column.name };
      this.model.send({ type: "whole", ...to });
    } else this.edit(value);
  }

  edit(value) {
    this.awaited = null;
    const [row, at] = this.at;
    const column = this.sheet.columns[at];
    const again = this.tried && this.tried.row === row && this.tried.at === at ? this.tried.text : null;
    this.closeEditor();
    this.unsay();
    const label = `Edit ${column.name} of row ${number(this.numberOf(row) + 1)}`;
    let control;
    let list = null;
    if (column.options.length) {
      list = h("datalist", { id: freshId("options") }, ...column.options.map((option) => h("option", { value: option })));
      control = h("input", { type: "text", list: list.id, "aria-label": label, placeholder: value === null ? "NULL" : "" });
    } else {
      const lines = Math.min(8, String(value ?? "").split("\n").length);
      control = h("textarea", { rows: lines, "aria-label": label, placeholder: value === null ? "NULL" : "", spellcheck: "false" });
    }
    control.value = again ?? value ?? "";
    const shownAs = again === null ? control.value : null; // a text area writes line ends its own way
    const close = (text) => {
      this.closeEditor();
      this.box.focus({ preventScroll: true });
      if (text !== undefined && !(shownAs !== null && text === shownAs)) this.commit(text, value);
      else this.draw();
    };
    control.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") {
        this.tried = null;
        close();
      } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) close(control.value);
      else if (event.key === "Tab") {
        close(control.value);
        this.go(row, at + (event.shiftKey ? -1 : 1));
      } else return;
      event.preventDefault();
    });
    const null_ = column.nullable ? button("NULL", () => close(null), { title: "set the cell to NULL" }) : null;
    this.editor = h("div", { class: "sg-editor" }, control, list, null_);
    this.editor.row = row;
    this.editor.style.left = `${this.lefts[at]}px`;
    this.editor.style.minWidth = `${Math.max(this.widths[at], 120)}px`;
    this.editor.addEventListener("focusout", (event) => {
      if (!this.editor || this.editor.contains(event.relatedTarget)) return;
      const text = control.value;
      this.closeEditor();
      if (shownAs === null || text !== shownAs) this.commit(text, value, row, at);
    });
    this.pad.append(this.editor);
    this.draw();
    control.focus({ preventScroll: true });
    control.select();
  }

  closeEditor() {
    const editor = this.editor;
    this.editor = null;
    editor?.remove();
  }

  commit(text, old, row = this.at[0], at = this.at[1]) {
    const column = this.sheet.columns[at];
    const held = old === undefined ? this.cell(row, at) : old;
    if (row < 0 || held === undefined || held === text || this.pending) return;
    if (text === null && Array.isArray(held)) {
      this.begin(); // the whole text must be known before it is written over
      return;
    }
    this.pending = { row, at, value: text };
    const to = { table: this.sheet.table, row: this.numberOf(row), column: column.name };
    this.model.send({ type: "edit", ...to, old: held, new: text });
    this.changed();
  }

  // The old value is back, and why stands under it; Enter goes on with what was typed.
  refuse(message) {
    const pending = this.pending;
    this.pending = null;
    if (!pending) return;
    this.at = [pending.row, pending.at];
    this.complain(message.text, message.rows);
    this.tried = { row: pending.row, at: pending.at, text: pending.value ?? "" };
  }

  complain(text, rows = []) {
    this.unsay();
    const [row, at] = this.at;
    const listed = rows.map((found) =>
      h("div", { class: "sg-sample" }, Object.entries(found).slice(0, 6).map(([name, value]) => `${name} ${value ?? "NULL"}`).join(" · ")),
    );
    this.bubble = h("div", { class: "sg-bubble", role: "alert" }, h("span", { class: "sg-symbol" }, "✗ "), text, ...listed);
    this.bubble.append(h("div", { class: "sg-faint" }, "Enter: try again · Esc: leave it"));
    this.bubble.row = row;
    this.bubble.style.left = `${Math.max(this.box.scrollLeft + 8, Math.min(this.lefts[at], this.box.scrollLeft + this.box.clientWidth - 380))}px`;
    this.pad.append(this.bubble);
    this.draw();
  }

  unsay() {
    this.bubble?.remove();
    this.bubble = null;
    this.tried = null;
  }

  say(kind, text) {
    this.pending = null;
    this.live.className = `sg-live sg-${kind}`;
    setText(this.live, `${SYMBOLS[kind] ?? "·"} ${text}`);
  }

  // ---- sorting, filtering, choosing

  sort(at) {
    const column = this.sheet.columns[at];
    if (!column.ordered) return;
    const next = { ...this.view };
    if (next.sort !== column.name) Object.assign(next, { sort: column.name, down: false });
    else if (!next.down) next.down = true;
    else {
      delete next.sort;
      delete next.down;
    }
    this.arrange(next);
  }

  filter() {
    const next = { ...this.view };
    delete next.filter;
    delete next.text;
    if (this.filterText.value) Object.assign(next, { filter: this.filterBy.value, text: this.filterText.value });
    this.arrange(next);
  }

  arrange(view) {
    this.view = view;
    this.stale = new Map();
    this.pages = new Map();
    this.asked.clear();
    this.closeEditor();
    this.unsay();
    this.top = 0;
    this.box.scrollTop = 0;
    this.heads();
    if (!Object.keys(view).length) this.resize(this.sheet.rows);
    this.changed();
  }

  tabsOf(tables) {
    const many = tables.length > MANY;
    this.tabs.hidden = many;
    this.pick.hidden = !many;
    if (many) {
      this.pick.replaceChildren(...tables.map(([name, rows]) => h("option", { value: name }, `${name} · ${plural(rows, "row")}`)));
      return;
    }
    this.tabs.replaceChildren(
      ...tables.map(([name, rows]) => {
        const props = { role: "tab", class: "sg-tab", "data-table": name, "aria-label": `${name}, ${plural(rows, "row")}` };
        const tab = button(name, () => this.open(name), { ...props, "aria-controls": this.box.id });
        tab.append(h("span", { class: "sg-count" }, number(rows)));
        return tab;
      }),
    );
  }

  open(name) {
    if (name !== this.sheet.table) this.model.send({ type: "sheet", table: name });
  }

  tabKey(event) {
    const tabs = [...this.tabs.children];
    const now = tabs.indexOf(document.activeElement);
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (now < 0 || next === undefined) return;
    event.preventDefault();
    const tab = tabs[(next + tabs.length) % tabs.length];
    tab.focus();
    tab.click();
  }
}
