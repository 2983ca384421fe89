"""The one model of a session: cells and panels ask the same, and its memory is given back at a word. Knows nothing of
what is asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..llm.trial import Loading, tried
from ..modeloptions import ModelOptions, load, no_model

if TYPE_CHECKING:
    from ..llm import Model


class Models:
    """`held` is None until a model is loaded. Only this and whoever is asking it right now refer to the model."""

    def __init__(self) -> None:
        self.held: Model | None = None
        self.loading: Loading | None = None  # what loading it took, where that was measured
        self._loaded_as: tuple[str, bool] | None = None

    def at_hand(self, options: ModelOptions) -> bool:
        """Whether `wanted` would give a model."""
        return self.held is not None or bool(options.name)

    def wanted(self, options: ModelOptions) -> Model:
        """The model that is held; where the options name another one, that one instead of it. Raises ModelError where
        there is none."""
        same = self._loaded_as is None or not options.name or self._loaded_as == (options.name, options.quantise)
        if self.held is not None and same:
            return self.held
        if not options.name:
            raise no_model("%synthgen model load NAME")
        return self.load(options)

    def load(self, options: ModelOptions) -> Model:
        """In the place of the one that is held: two may not fit."""
        self.unload()
        self.held = load(options)
        self._loaded_as = (options.name, options.quantise)
        return self.held

    def measured(self, options: ModelOptions) -> Loading:
        """Loads it and lets it write a few words, to tell what that takes."""
        self.unload()  # before what is free is measured
        _, self.loading = tried(lambda: self.load(options))
        return self.loading

    def pace(self) -> Loading | None:
        """How fast the model that is held writes; measured once, in a few seconds."""
        if (model := self.held) is not None and self.loading is None:
            _, self.loading = tried(lambda: model)
        return self.loading

    def hold(self, model: Model) -> None:
        """A model that somebody else has loaded."""
        self.unload()
        self.held = model

    def unload(self) -> str:
        """The name of what was held; empty if nothing was."""
        model, self.held, self.loading, self._loaded_as = self.held, None, None, None
        if model is None:
            return ""
        model.unload()
        return model.name
