// The model's part of the form: its fields, what it is at, and what it read out of the instructions, to be unticked
// one by one.

class Advice {
  constructor(fields, keep, typed, ask) {
    this.ask = ask;
    this.state = h("span", { class: "sg-faint" });
    const instructions = h("textarea", {
      rows: 2,
      oninput: typed,
      placeholder: "mostly German customers, orders peaking in December …",
    });
    keep(instructions);
    this.load = button("Load", () => ask("load"), { title: "what is on this machine already; nothing is downloaded" });
    this.unload = button("Unload", () => ask("unload"), { title: "gives its memory back", hidden: true });
    this.read = button("Read instructions", () => ask("read"), { title: "shows what it would change; makes nothing" });
    this.stop = button("■ Stop", () => ask("stop"), { hidden: true, "aria-label": "Stop the model" });
    this.doing = h("span", { class: "sg-status" });
    this.legend = h("legend", {});
    this.changes = h("ul", { class: "sg-changes" });
    this.left = h("ul", { class: "sg-notes" });
    this.proposal = h("fieldset", { class: "sg-proposal", hidden: true }, this.legend, this.changes, this.left);
    const [model, ...numbers] = fields;
    const weights = h("div", { class: "sg-controls" }, this.load, this.unload);
    this.node = h(
      "details",
      { class: "sg-fold sg-advice" },
      h("summary", {}, "Model and instructions ", this.state),
      h("div", { class: "sg-controls" }, model, h("div", { class: "sg-field" }, h("span", { class: "sg-label" }, "Weights"), weights), ...numbers),
      field("Instructions", instructions, { class: "sg-field sg-wide" }),
      h("div", { class: "sg-controls" }, this.read, this.stop, this.doing),
      this.proposal,
    );
    this.shown = "";
  }

  show({ model = "", facts = "", doing = "", changes = [], not_done: left = [], read = "" }) {
    setText(this.state, `· ${facts}`);
    this.load.disabled = this.read.disabled = Boolean(doing);
    this.unload.hidden = !model;
    this.unload.disabled = Boolean(doing);
    // a model that loads can't be stopped; one that writes can
    this.stop.hidden = !doing || doing.startsWith("loading");
    setText(this.doing, doing);
    const told = JSON.stringify([changes.map(({ number, text }) => [number, text]), left, read]);
    if (told !== this.shown) {
      // not for a tick alone: the box that was ticked keeps the focus
      this.shown = told;
      this.draw(changes, left, read);
    }
    for (const { number, on } of changes) this.boxes.get(number).checked = on;
  }

  draw(changes, left, read) {
    this.proposal.hidden = !read;
    setText(this.legend, `${read}: untick what you do not want`);
    this.boxes = new Map();
    this.changes.replaceChildren(
      ...changes.map(({ number, text }) => {
        const box = h("input", { type: "checkbox" });
        box.addEventListener("change", () => this.ask("drop", { number, out: !box.checked }));
        this.boxes.set(number, box);
        return h("li", {}, h("label", {}, box, h("span", {}, `${number}  ${text}`)));
      }),
    );
    this.left.replaceChildren(...left.map((text) => h("li", {}, `not done: ${text}`)));
  }
}
