// Elements and words that the parts of the panel share. Text becomes text nodes, never markup: names, values and
// comments come from whoever wrote the DDL.

const SYMBOLS = { ok: "✓", broken: "✗", unverified: "?", note: "·", error: "✗" };
const MANY = 8; // tables that are shown side by side; more are folded or listed

function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

let lastId = 0;
function freshId(word) {
  lastId += 1;
  return `synthgen-${word}-${lastId}`;
}

function button(label, onclick, props) {
  return h("button", { type: "button", onclick, ...props }, label);
}

// A control under its label, with room for what is wrong with it.
function field(label, control, props) {
  control.id = freshId("field");
  const wrong = h("span", { class: "sg-wrong", id: freshId("wrong") });
  control.setAttribute("aria-describedby", wrong.id);
  const node = h("div", { class: "sg-field", ...props }, h("label", { for: control.id }, label), control, wrong);
  node.complain = (text) => {
    wrong.textContent = text ? `✗ ${text}` : "";
    control.setAttribute("aria-invalid", text ? "true" : "false");
  };
  return node;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function number(value) {
  return Math.round(value).toLocaleString("en-US");
}

function plural(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function duration(seconds) {
  if (seconds < 100) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function rough(value) {
  if (value < 10_000) return number(value);
  return value < 1e6 ? `${Math.round(value / 1000)}k` : `${(value / 1e6).toFixed(1)}M`;
}

// "2,050 of 5,000 · 310/s · 9 s left"; the pace only while there is one.
function pace(made, total, rate, eta) {
  const words = [`${number(made)} of ${number(total)}`];
  if (rate > 0 && made < total) words.push(`${rough(rate)}/s`, `${duration(eta)} left`);
  return words.join(" · ");
}

function percent(made, total) {
  return total ? Math.floor((100 * made) / total) : 100;
}

// The rows that a kernel has put into words: NULL is a word of its own, apart from any text.
function gridTable(grid, label) {
  const right = new Set(grid.right);
  const side = (at) => (right.has(at) ? "sg-right" : null);
  const heads = grid.columns.map((name, at) =>
    h("th", { scope: "col", class: side(at) }, name, grid.types.length ? h("small", {}, grid.types[at]) : null),
  );
  const rows = grid.rows.map((row) =>
    h(
      "tr",
      {},
      ...row.map((value, at) =>
        h("td", { class: side(at) }, value === null ? h("span", { class: "sg-null" }, "NULL") : value),
      ),
    ),
  );
  const table = h("table", { "aria-label": label }, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows));
  const scroll = h("div", { class: "sg-scroll", tabindex: "0", role: "group", "aria-label": `${label}, scrolls` }, table);
  return h("div", {}, scroll, grid.more ? h("div", { class: "sg-faint" }, `… ${grid.more}`) : null);
}

// A filter over items with a `name`; shown only where there are many.
function searchBox(label, onfilter) {
  const input = h("input", { type: "search", placeholder: "find a table", "aria-label": label, class: "sg-search" });
  input.addEventListener("input", () => onfilter(input.value.trim().toLowerCase()));
  return input;
}
