"""Products of a table: name, brand, category and prices that belong together, and to the category that the row points
to. Knows which columns; what products there are is specs/products.py's."""

from __future__ import annotations

from msgspec import structs

from ...schema import Kind, Schema
from ...specs import Bank, Permuted, Product
from ...specs.products import ProductField, different
from ..domains import units_of
from ..draft import Draft
from ..meaning import meaning_of
from ..meaning.names import words_of
from ..undecided import contested

SOURCE = "product"

_FIELDS: dict[str, ProductField] = {
    "product.name": "name", "product_name": "name", "brand": "brand", "category.product": "category",
    "money.price": "price", "money.cost": "cost",
}  # fmt: skip
_PRICE = frozenset({"price", "unit price", "list price", "retail price", "base price", "msrp", "price cents", "rrp"})


def place_products(draft: Draft) -> None:
    """The first column of each field reads one source, in tables that have a product's name; a price only behind that,
    so that a name which is added changes none."""
    found: dict[ProductField, str] = {}
    ordered = {name for order in draft.orders for name in (order.before, order.after)}
    for column in draft.table.columns:
        field = _FIELDS.get(draft.meanings[column.name].name)
        if field is None or field in found or column.name in ordered | contested(draft):
            continue
        if field in ("price", "cost") and "name" not in found:
            continue
        if field == "price" and " ".join(words_of(column.name)) not in _PRICE:
            continue
        if _spec(draft, column.name, field, 1) is not None:
            found[field] = column.name
    if "name" not in found:
        return
    copies = -(-draft.rows // different(1))
    specs = {name: _spec(draft, name, field, copies) for field, name in found.items()}
    category = (
        None if found["name"] in draft.placed else _category(draft)
    )  # those of one category are not all different
    for name, spec in specs.items():
        if spec is not None:
            draft.placed[name] = (structs.replace(spec, category=category), SOURCE)
            draft.sources[SOURCE] = Permuted(size=different(copies))


def _spec(draft: Draft, name: str, field: ProductField, copies: int) -> Product | None:
    """The field, where the column can hold all of its values and nothing else has decided on them."""
    column, domain = draft.table.column(name), draft.domains[name]
    if not draft.open(name) and not (field == "name" and _only_unique(draft, name)):
        return None
    if domain.values is not None or domain.parts or domain.hints or domain.forbidden or domain.form or domain.case:
        return None
    spec = Product(field=field, copies=copies)
    if field in ("price", "cost"):
        return _priced(draft, name, spec)
    fits = column.type.kind == Kind.TEXT and domain.shortest <= 3 and not domain.json and not domain.coded
    return spec if fits and (not domain.longest or spec.longest() <= domain.longest) else None


def _priced(draft: Draft, name: str, spec: Product) -> Product | None:
    column, domain = draft.table.column(name), draft.domains[name]
    if column.type.kind not in (Kind.DECIMAL, Kind.MONEY, Kind.FLOAT, Kind.INTEGER):
        return None
    units = units_of(column.type)
    whole = column.type.kind == Kind.INTEGER and "cents" in words_of(name)
    spec = structs.replace(spec, units=100 if whole else units, scale=units if column.type.kind == Kind.FLOAT else 0)
    low, high = spec.span or (0, 0)
    inside = (domain.low is None or domain.low <= min(low, 1)) and (domain.high is None or high <= domain.high)
    return spec if inside and domain.step == 1 else None


def _only_unique(draft: Draft, name: str) -> bool:
    """Whether the column is alone in a UNIQUE that its row number serves: products differ from row to row too."""
    spec, at = draft.placed.get(name, (None, ""))
    source = draft.sources.get(at)
    plain = at == "row" or (isinstance(source, Permuted) and source.of == "row" and source.present is None)
    return isinstance(spec, Bank) and plain and draft.table.column(name).generated is None


def _category(draft: Draft) -> tuple[str, str, str] | None:
    """The foreign key to a table of categories: its source, the table, and the column with their names."""
    schema = Schema(dialect="", tables=dict(draft.parents))
    for unit in draft.keys.units:
        if unit.key is None or unit.to_self:
            continue
        _, at = draft.placed.get(unit.key.columns[0], (None, ""))
        parent = draft.parents[unit.key.table]
        for column in parent.columns:
            meaning = meaning_of(schema, parent, column)
            if meaning.name == "category.product" and column.type.kind == Kind.TEXT and at in draft.sources:
                return at, parent.key, column.name
    return None
