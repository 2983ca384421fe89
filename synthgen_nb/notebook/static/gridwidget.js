function render({ model, el }) {
  const grid = new Grid(model, el);
  model.send({ type: "hello" }); // else the kernel puts words in the place of a widget that nobody draws
  return () => grid.close();
}

export default { render };
