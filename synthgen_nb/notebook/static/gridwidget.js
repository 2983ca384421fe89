function render({ model, el }) {
  const grid = new Grid(model, el);
  return () => grid.close();
}

export default { render };
