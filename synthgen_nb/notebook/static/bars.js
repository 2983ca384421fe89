// The bars of a job: all rows, and each table. Many tables: those in work, the rest folded and searchable.

class Bar {
  constructor(name, className) {
    this.symbol = h("span", { class: "sg-symbol", "aria-hidden": "true" });
    this.filled = h("span", { class: "sg-filled" });
    this.track = h(
      "span",
      { class: "sg-track", role: "progressbar", "aria-label": name, "aria-valuemin": 0, "aria-valuemax": 100 },
      this.filled,
    );
    this.percent = h("span", { class: "sg-percent" });
    this.facts = h("span", { class: "sg-facts" });
    const label = h("span", { class: "sg-name", title: name }, this.symbol, name);
    this.node = h("div", { class: `sg-bar ${className}` }, label, this.track, this.percent, this.facts);
  }

  show(state, made, total, rate, eta) {
    const share = percent(made, total);
    const facts = pace(made, total, rate, eta);
    setText(this.symbol, { done: "✓", work: "▸", rest: "·" }[state]);
    setAttribute(this.node, "data-state", state);
    setAttribute(this.track, "aria-valuenow", share);
    setAttribute(this.track, "aria-valuetext", `${share} %, rows ${facts}`);
    setText(this.percent, `${share} %`);
    setText(this.facts, facts);
    const width = `${total ? (100 * made) / total : 100}%`;
    if (this.filled.style.width !== width) this.filled.style.width = width;
  }
}

class Bars {
  constructor() {
    this.total = new Bar("all rows", "sg-total");
    this.first = h("div", { class: "sg-bars" });
    this.rest = h("div", { class: "sg-bars sg-rest" });
    this.summary = h("summary", {});
    this.none = h("div", { class: "sg-faint", hidden: true }, "no table of that name");
    this.wanted = "";
    this.search = searchBox("Find a table among the folded ones", (text) => {
      this.wanted = text;
      this.filter();
    });
    this.fold = h("details", { class: "sg-fold", hidden: true }, this.summary, this.search, this.rest, this.none);
    this.node = h("div", { class: "sg-progress", hidden: true }, this.total.node, this.first, this.fold);
    this.names = "";
    this.bars = [];
  }

  show(job, tables, bars) {
    this.node.hidden = !job.total;
    if (!job.total) return;
    const atWork = job.status === "running";
    this.total.show(job.status === "done" ? "done" : atWork ? "work" : "rest", job.done, job.total, job.rate, job.eta);
    this.make(tables);
    const states = tables.map(([, total], at) => {
      const [made, rate, eta] = bars[at] ?? [0, 0, 0];
      const state = made >= total ? "done" : made > 0 && atWork ? "work" : "rest";
      this.bars[at].show(state, made, total, atWork ? rate : 0, eta);
      return state;
    });
    this.place(states, job.status === "done");
  }

  make(tables) {
    const names = JSON.stringify(tables);
    if (names === this.names) return;
    this.names = names;
    this.bars = tables.map(([name]) => new Bar(name, ""));
    this.shown = tables.map(([name]) => name.toLowerCase());
    this.first.replaceChildren();
    this.rest.replaceChildren();
    this.wanted = this.search.value = "";
  }

  // In work first, then what comes next, then what was done last; in the schema's order within the list.
  place(states, over) {
    const many = states.length > MANY;
    const most = over ? 0 : MANY; // what is done needs no look
    const order = { work: 0, rest: 1, done: 2 };
    const ranked = states.map((state, at) => [order[state], state === "done" ? -at : at, at]);
    ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const first = new Set(ranked.slice(0, most).map(([, , at]) => at));
    const lists = [this.first, this.rest].map((list) => ({ list, at: 0 }));
    this.bars.forEach((bar, at) => {
      const into = lists[!many || first.has(at) ? 0 : 1];
      const there = into.list.children[into.at] ?? null;
      if (there !== bar.node) into.list.insertBefore(bar.node, there);
      into.at += 1;
    });
    this.fold.hidden = !many;
    if (!many) return;
    const count = (state) => states.filter((each, at) => each === state && !first.has(at)).length;
    const words = [
      [count("done"), "done"],
      [count("work"), "in work"],
      [count("rest"), "waiting"],
    ];
    const said = words.filter(([n]) => n).map(([n, word]) => `${n} ${word}`);
    setText(this.summary, `${plural(states.length - most, over ? "table" : "more table")}: ${said.join(", ")}`);
    if (this.wanted) this.filter();
  }

  filter() {
    let found = 0;
    this.bars.forEach((bar, at) => {
      const folded = bar.node.parentNode === this.rest;
      bar.node.hidden = folded && !this.shown[at].includes(this.wanted);
      found += folded && !bar.node.hidden ? 1 : 0;
    });
    this.none.hidden = found > 0;
  }
}
