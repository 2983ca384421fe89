"""Kinds of columns (Spec) and of what they are read at (Source). One subject a file; nothing here knows a schema."""

from .accounts import Iban
from .base import Source, Spec
from .binary import BitText, Bytes, Point, Uuid
from .branches import Branched
from .combinations import Among, Latin, Listed, Pair, Ranked
from .derived import After, Expression, Key, Null
from .moments import Elapsed, Floor, Part, Since
from .nested import AnySpec, Edged, Either, Entries, Fields, Format, Joined, ListOf, Parted, Subset
from .numbers import Choice, Range, Shaped
from .people import Person
from .periods import Slice, Stretch
from .phrases import Phrase
from .places import Inside, Nations, Place, Town
from .products import Product
from .rhythms import Rhythmic
from .slugs import Slug
from .sources import AnySource, Digit, Drawn, Layout, Ordinal, Path, Permuted, Pick, Skip, Tree, Turn
from .stamps import Stamp
from .states import Aging, Flag
from .tallies import Amount, Portion, Priced, Tally, Term
from .texts import Bank, Given, Pattern, Prose
from .within import Above, Grove, Within

__all__ = [
    "Above", "After", "Aging", "Among", "Amount", "AnySource", "AnySpec", "Bank", "BitText", "Branched", "Bytes",
    "Choice", "Digit", "Drawn", "Edged", "Either", "Elapsed", "Entries", "Expression", "Fields", "Flag", "Floor",
    "Format", "Given", "Grove", "Iban", "Inside", "Joined", "Key", "Latin", "Layout", "ListOf", "Listed",
    "Nations", "Null",
    "Ordinal", "Pair", "Part", "Parted", "Path", "Pattern", "Permuted", "Person", "Phrase", "Pick", "Place", "Point",
    "Portion", "Priced", "Product", "Prose", "Range", "Ranked", "Rhythmic", "Shaped", "Since", "Skip", "Slice", "Slug",
    "Source", "Spec", "Stamp", "Stretch", "Subset", "Tally", "Term", "Town", "Tree", "Turn", "Uuid", "Within",
]  # fmt: skip
