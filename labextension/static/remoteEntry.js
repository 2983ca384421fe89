// SQL colours in cells that begin with %%synthgen, for JupyterLab 4 and Notebook 7. A prebuilt extension written by hand:
// CodeMirror and the SQL grammar are JupyterLab's own, out of its shared scope. Those names may change one day: then a cell
// has no colours, and everything else is as it was.
(() => {
  const NAME = "synthgen-nb";
  const MAGIC = /^\s*%%synthgen(?!\w)/;
  const START = 200; // characters in which the magic is looked for
  let scope = {};

  const shared = async (name) => {
    const [any] = Object.values(scope[name]);
    return (await any.get())();
  };

  const quietly = (error) => console.info(`${NAME}: no SQL colours here:`, error);

  async function colours(registry, languages) {
    const { EditorExtensionRegistry } = await shared("@jupyterlab/codemirror");
    const { Compartment, EditorState, Prec } = await shared("@codemirror/state");
    const sql = Prec.highest((await languages.getLanguage("sql")).support);
    const isOurs = (text) => MAGIC.test(text);
    registry.addExtension({
      name: `${NAME}:sql`,
      default: true,
      factory: ({ model }) => {
        const place = new Compartment();
        let coloured = isOurs(model.sharedModel.getSource().slice(0, START));
        // only where the first line becomes ours, or is ours no longer: a reconfiguration parses the cell anew
        const watch = EditorState.transactionExtender.of((transaction) => {
          if (!transaction.docChanged) return null;
          const now = isOurs(transaction.newDoc.sliceString(0, START));
          if (now === coloured) return null;
          coloured = now;
          return { effects: place.reconfigure(now ? sql : []) };
        });
        const extension = [place.of(coloured ? sql : []), watch];
        return EditorExtensionRegistry.createConfigurableExtension(() => extension);
      },
    });
  }

  async function plugin() {
    const { IEditorExtensionRegistry, IEditorLanguageRegistry } = await shared("@jupyterlab/codemirror");
    return {
      id: `${NAME}:sql`,
      description: "SQL colours in cells that begin with %%synthgen",
      autoStart: true,
      optional: [IEditorExtensionRegistry, IEditorLanguageRegistry],
      activate: (app, registry, languages) => colours(registry, languages).catch(quietly),
    };
  }

  const container = {
    init: (given) => {
      scope = given;
    },
    get: async () => {
      const made = await plugin().catch((error) => {
        quietly(error);
        return [];
      });
      return () => ({ __esModule: true, default: made });
    },
  };
  (window._JUPYTERLAB = window._JUPYTERLAB || {})[NAME] = container;
})();
