"""Kinds of columns (Spec) and of what they are read at (Source). One subject a file; nothing here knows a schema."""

from .accounts import Article, Iban
from .base import Source, Spec
from .binary import BitText, Bytes, Point, Uuid
from .branches import Branched
from .combinations import Among, Latin, Listed, Pair, Ranked
from .derived import After, Expression, Key, Null
from .lives import FATES, LIFE, SO_FAR, Late, Life, Parent, Progress, Stage
from .moments import Ahead, Anywhere, Begin, Born, Elapsed, Floor, Gone, Part, Since, Span, Touched
from .nested import AnySpec, Edged, Either, Entries, Fields, Format, Joined, ListOf, Parted, Subset
from .numbers import Choice, Range, Shaped
from .people import Person
from .periods import Slice, Stretch
from .phrases import Phrase
from .places import Inside, Nations, Place, Town
from .products import Product
from .rhythms import Rhythmic
from .slots import Paced, Slots
from .slugs import Slug
from .sources import AnySource, Digit, Drawn, Latest, Layout, Ordinal, Path, Permuted, Pick, Skip, Tree, Turn
from .stamps import Stamp
from .states import Flag, Standing, Step
from .tallies import Amount, Portion, Priced, Tally, Term
from .texts import Bank, Given, Pattern, Prose
from .within import Above, Grove, Within

__all__ = [
    "FATES", "LIFE", "SO_FAR", "Above", "After", "Ahead", "Among", "Amount", "AnySource", "AnySpec", "Anywhere",
    "Article", "Bank", "Begin", "BitText", "Born", "Branched", "Bytes", "Choice", "Digit", "Drawn", "Edged", "Either",
    "Elapsed", "Entries", "Expression", "Fields", "Flag", "Floor", "Format", "Given", "Gone", "Grove", "Iban", "Inside",
    "Joined", "Key", "Late", "Latest", "Latin", "Layout", "Life", "ListOf", "Listed", "Nations", "Null", "Ordinal",
    "Paced", "Pair", "Parent", "Part", "Parted", "Path", "Pattern", "Permuted", "Person", "Phrase", "Pick", "Place",
    "Point", "Portion", "Priced", "Product", "Progress", "Prose", "Range", "Ranked", "Rhythmic", "Shaped", "Since",
    "Skip", "Slice", "Slots", "Slug", "Source", "Span", "Spec", "Stage", "Stamp", "Standing", "Step", "Stretch",
    "Subset", "Tally", "Term", "Touched", "Town", "Tree", "Turn", "Uuid", "Within",
]  # fmt: skip
