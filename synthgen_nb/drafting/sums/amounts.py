"""Amounts that follow from other columns of their row, found by name: the total of a line, the total of an order from
its subtotal, tax and shipping. Knows nothing of other tables."""

from __future__ import annotations

import re
from itertools import takewhile
from math import gcd

from msgspec import structs

from ...schema import Kind
from ...specs import Amount, Choice, Key, Portion, Priced, Term
from ..wished.freedom import NUMBERS
from .reach import amount_reach, leads_to, priced_reach, reach
from .whole import Whole, floats, scale

_THING = r"(?:(?:line|item|row|unit|extended|net|gross|order|detail|entry|sale) )?"
LINE_TOTAL = re.compile(rf"^{_THING}(total|sub ?total|amount|(total|extended) (price|amount|cost|value)|extension)$")
_QUANTITY = re.compile(
    r"^(order|ordered|item|invoiced|sold)? ?(quantity|units|number of units)( ordered| sold| invoiced)?$"
)
_PRICE = re.compile(
    r"^((unit|each|list|sale|sales|selling|item|sold|purchase|price) )?"
    r"(price|cost)( each| per unit| per item| unit| sold| at .*| when .*)?$|^unit amount$"
)
_LIST_PRICE = re.compile(r"^((unit|list|sale|sales|selling|retail|current|base) )?price$")
_DISCOUNT = re.compile(r"^(total |line |item )?discount( amount| value| total| percent| percentage| rate)?$")
_TAX = re.compile(r"^(total |line |sales |item )?(tax|vat|gst|sales tax|value added tax)( amount| total| value)?$")
_TAX_RATE = re.compile(r"^(sales )?(tax|vat|gst)( rate| percent| percentage)$")
_CHARGE = re.compile(
    r"^(total )?(shipping|freight|delivery|postage|handling|shipping and handling|service|tip|gratuity|surcharge)"
    r"( cost| fee| amount| charge| charges| price| total)?$"
)
SUBTOTAL = re.compile(
    r"^(sub ?total|net total|net amount|(items?|lines?|goods|merchandise) total)( amount| price)?$"
    r"|^(total|amount) (excluding|before|without|excl) (tax|vat)$"
)
TOTAL = re.compile(
    r"^((grand|invoice|order|final|gross) )?total( (amount|price|cost|value|due|sum))?$|^(amount|price|cost) total$"
    r"|^(total|amount) (including|incl|with|after) (tax|vat)$"
)
_SHARES, _WEIGHTS = (0, 5, 10, 15, 20, 25), (60, 14, 12, 6, 5, 3)  # percent off, and how often
_TAXED = 80  # per mille


def place_price(whole: Whole, table: str) -> None:
    """The price of a line is that of the product which the line points to."""
    _, price = line_parts(whole, table)
    if not price or whole.fixed(table, price):
        return
    found = []
    for parent in {key.table for key in whole.drafts[table].table.foreign_keys} & whole.tables.keys() - {table}:
        called = _first(whole.columns(parent, NUMBERS), _LIST_PRICE)
        if called:
            found += [(parent, called, unit, at) for unit, at in whole.units_to(table, parent)]
    if len(found) != 1:
        return
    parent, called, unit, at = found[0]
    optional = any(whole.tables[table].columns[name].nulls for name in unit.columns)
    optional = optional or (whole.column(parent, called).nullable and not whole.column(table, price).nullable)
    alike = whole.column(parent, called).type.kind == whole.column(table, price).type.kind
    alike = alike and whole.units(parent, called) == whole.units(table, price)
    circular = leads_to(whole.tables, (parent, called), (table, price))
    if optional or not alike or circular or whole.unfit(table, price, whole.reach(parent, called)):
        return
    whole.filled(parent, [called])
    whole.put(table, price, Key(table=parent, column=called), f"the {called} of its {parent}", at=at)


def place_line_total(whole: Whole, table: str) -> None:
    """quantity * price, less a discount, plus a tax: where a table has all of them, or of the last two none. A discount
    or a tax behind the total is a share of it: what is added to a table changes no total."""
    columns = whole.columns(table, NUMBERS)
    target = _first(columns, LINE_TOTAL)
    quantity = _first(columns, _QUANTITY)
    price = _first({n: words for n, words in columns.items() if n not in (target, quantity)}, _PRICE)
    if target and quantity and not price:
        _place_priced(whole, table, target, quantity)
    if not (target and quantity and price):
        return
    if why := whole.fixed(table, target):
        whole.told(table, target, f"not {quantity} * {price}: {why}")
        return
    over = whole.units(table, quantity) * whole.units(table, price)
    gross = _amount(whole, table, target, [_scaled((quantity, price), over, whole.units(table, target))])
    terms = [*gross.terms]
    parts = _before(columns, target)
    discount = _first(parts, _DISCOUNT)
    if discount and (all_ := _all_of(whole, table, discount)):
        terms[0] = structs.replace(terms[0], off=discount, whole=all_)
    elif discount:
        terms += _share(whole, table, discount, gross, target, target, off=True)
    if tax := _first(parts, _TAX):
        _at_rate(whole, table, tax, _first(columns, _TAX_RATE), gross, target)
        terms += _share(whole, table, tax, gross, target, target, off=False)
    made = _amount(whole, table, target, terms)
    if discount and discount not in made.needs:
        whole.told(table, target, f"not {told(made)}: {discount} could exceed it")
        return
    span, high = amount_reach(whole.tables, table, made), whole.room(table, target)[1]
    for factor in (price, quantity):
        far = reach(whole.tables, table, factor)
        if (
            span is not None
            and far is not None
            and span[1] > high
            and whole.lower(table, factor, far[1] * high // span[1])
        ):
            span = amount_reach(whole.tables, table, made)
    if why := whole.unfit(table, target, span):
        whole.told(table, target, f"not {quantity} * {price}: {why}")
        return
    whole.filled(table, made.needs)
    whole.put(table, target, made, f"computed: {told(made)}")
    _shares_behind(whole, table, target, columns)


def _shares_behind(whole: Whole, table: str, target: str, columns: dict[str, str]) -> None:
    """What is called a discount or a tax and stands behind the total."""
    parts, of = _before(columns, target), _amount(whole, table, target, [Term(columns=(target,))])
    for pattern in (_DISCOUNT, _TAX):
        name = _first({n: words for n, words in columns.items() if n not in parts}, pattern)
        if name and not (pattern is _DISCOUNT and _all_of(whole, table, name)):
            _share(whole, table, name, of, target, target, off=pattern is _DISCOUNT)


def _place_priced(whole: Whole, table: str, target: str, quantity: str) -> None:
    """quantity * the price of what the line points to, where the line has none of its own."""
    found = []
    for parent in {key.table for key in whole.drafts[table].table.foreign_keys} & whole.tables.keys() - {table}:
        called = _first(whole.columns(parent, NUMBERS), _LIST_PRICE)
        if called:
            found += [(parent, called, *way) for way in whole.row_of(table, parent)]
    if len(found) != 1:
        return
    parent, called, columns, at, source = found[0]
    over, rest = divmod(whole.units(table, quantity) * whole.units(parent, called), whole.units(table, target))
    nullable = any(whole.column(table, name).nullable for name in (*columns, quantity))
    nullable = nullable or whole.column(parent, called).nullable
    kinds = {whole.column(t, n).type.kind for t, n in ((parent, called), (table, quantity), (table, target))}
    circular = leads_to(whole.tables, (parent, called), (table, target))
    if rest or nullable or circular or Kind.FLOAT in kinds or whole.fixed(table, target):
        return
    made = Priced(column=quantity, table=parent, price=called, by=at, over=over)
    if why := whole.unfit(table, target, priced_reach(whole.tables, table, made)):
        whole.told(table, target, f"not {quantity} * {called} of its {parent}: {why}")
        return
    if source is not None:
        whole.set_source(table, at, source)
    whole.put(table, target, made, f"computed: {quantity} * the {called} of its {parent}")


def line_amount(whole: Whole, table: str, quantity: str, price: str, *, units: int) -> tuple[Amount, int]:
    """quantity * price, less a discount that is a share, exactly: and by what to divide it for such units."""
    term = Term(columns=(quantity, price))
    discount = _first(whole.columns(table, NUMBERS), _DISCOUNT)
    over = whole.units(table, quantity) * whole.units(table, price)
    if discount and (all_ := _all_of(whole, table, discount)):
        term = structs.replace(term, times=all_, off=discount, whole=all_)
        over *= all_
    common = gcd(over, units)
    term = structs.replace(term, times=term.times * (units // common))
    return Amount(terms=(term,), units=floats(whole, table, term.reads)), over // common


def line_parts(whole: Whole, table: str) -> tuple[str, str]:
    """The quantity and the price of a line; ("", "") where it has not both."""
    columns = whole.columns(table, NUMBERS)
    quantity = _first(columns, _QUANTITY)
    price = _first({n: words for n, words in columns.items() if n != quantity}, _PRICE)
    return (quantity, price) if quantity and price else ("", "")


def comes_on_top(columns: dict[str, str]) -> bool:
    """Whether a total has other parts than a subtotal."""
    return any(pattern.match(words) for pattern in (_DISCOUNT, _TAX, _CHARGE) for words in columns.values())


def place_total(whole: Whole, table: str) -> None:
    """subtotal + tax + shipping - discount, where there is a subtotal and one of the others."""
    columns = whole.columns(table, NUMBERS)
    target, subtotal = _first(columns, TOTAL), _first(columns, SUBTOTAL)
    if not (target and subtotal) or whole.fixed(table, target):
        return
    net = _amount(whole, table, subtotal, [Term(columns=(subtotal,))])
    terms = [_plain(whole, table, subtotal, target)]
    rate, tax, discount = (_first(columns, pattern) for pattern in (_TAX_RATE, _TAX, _DISCOUNT))
    off = _all_of(whole, table, discount) if discount else 0
    if tax:
        _at_rate(whole, table, tax, rate, net, subtotal)
        terms += _share(whole, table, tax, net, subtotal, target, off=False)
    terms += [_plain(whole, table, name, target) for name, words in columns.items() if _CHARGE.match(words)]
    if off:
        terms[0] = structs.replace(terms[0], off=discount, whole=off)
    elif discount:
        terms += _share(whole, table, discount, net, subtotal, target, off=True)
    made = _amount(whole, table, target, terms)
    if discount and discount not in made.needs:
        whole.told(table, target, f"not {told(made)}: {discount} could exceed it")
        return
    if len(made.needs) < 2:
        return
    if why := whole.unfit(table, target, amount_reach(whole.tables, table, made)):
        whole.told(table, target, f"not {told(made)}: {why}")
        return
    whole.filled(table, made.needs)
    whole.put(table, target, made, f"computed: {told(made)}")


def told(amount: Amount) -> str:
    """An amount as a person would write it."""
    found = ""
    for term in amount.terms:
        sign = " - " if term.negative else " + " if found else ""
        found += sign + " * ".join(term.columns) + (f" less {term.off}" if term.off else "")
    return found


# --- parts of an amount


def _before(columns: dict[str, str], target: str) -> dict[str, str]:
    return dict(takewhile(lambda item: item[0] != target, columns.items()))


def _first(columns: dict[str, str], pattern: re.Pattern[str]) -> str:
    return next((name for name, words in columns.items() if pattern.match(words)), "")


def _scaled(columns: tuple[str, ...], over: int, units: int) -> Term:
    """A product in `over` units, as an amount in `units`."""
    common = gcd(over, units)
    return Term(columns=columns, times=units // common, over=over // common)


def _plain(whole: Whole, table: str, name: str, target: str, *, negative: bool = False) -> Term:
    term = _scaled((name,), whole.units(table, name), whole.units(table, target))
    return structs.replace(term, negative=negative)


def _amount(whole: Whole, table: str, target: str, terms: list[Term]) -> Amount:
    names = [name for term in terms for name in term.reads]
    return Amount(terms=tuple(terms), units=floats(whole, table, names), scale=scale(whole, table, target))


def _all_of(whole: Whole, table: str, name: str) -> int:
    """What stands for all in a column of shares, in its units; 0 where it holds amounts. One that is drawn freely gets
    the discounts that shops give."""
    column, units = whole.column(table, name), whole.units(table, name)
    meaning, span = whole.drafts[table].meanings[name], reach(whole.tables, table, name)
    high = whole.room(table, name)[1]
    percent = re.search(r"perc|pct", name.lower()) is not None or column.type.kind == Kind.INTEGER
    percent = percent or (meaning.group == "percentage" and high >= 100 * units)
    rate = re.search(r"rate|ratio|fraction", name.lower()) is not None or meaning.group == "rate" or high <= units
    if not percent and not (rate and units >= 100):
        return 0
    one = units if percent else units // 100
    all_ = 100 * one
    called = whole.columns(table, NUMBERS)[name]
    free = column.type.kind != Kind.FLOAT and not whole.fixed(table, name)
    if free and _DISCOUNT.match(called) and high >= _SHARES[-1] * one:
        whole.put(table, name, Choice(values=tuple(share * one for share in _SHARES), weights=_WEIGHTS), "discounts")
        return all_
    return all_ if span is not None and span[0] >= 0 and span[1] <= all_ else 0


def _at_rate(whole: Whole, table: str, tax: str, rate: str, of: Amount, units_of: str) -> None:
    """The tax on an amount, in the units of the column `units_of`, by the rate that another column has."""
    all_ = _all_of(whole, table, rate) if rate else 0
    if not all_ or whole.fixed(table, tax):
        return
    units = whole.units(table, units_of) * all_
    terms = [_rescaled(term, whole.units(table, tax), units) for term in of.terms]
    made = _amount(whole, table, tax, [structs.replace(term, columns=(*term.columns, rate)) for term in terms])
    if not whole.unfit(table, tax, amount_reach(whole.tables, table, made)):
        whole.put(table, tax, made, f"computed: {told(made)}")
        whole.filled(table, [rate])


def _share(whole: Whole, table: str, name: str, of: Amount, units_of: str, target: str, *, off: bool) -> list[Term]:
    """An amount of its own that is added or taken off, made a share of the amount it belongs to where it is free: a
    discount that exceeds its price would leave less than nothing, so one that is not free is none."""
    term = _plain(whole, table, name, target, negative=off)
    if isinstance(whole.tables[table].columns[name].spec, Amount):
        return [term]
    if whole.fixed(table, name):
        return [] if off else [term]
    units = whole.units(table, name), whole.units(table, units_of)
    part = Amount(
        terms=tuple(_rescaled(t, *units) for t in of.terms), units=of.units, scale=scale(whole, table, name), cut=True
    )
    rates = tuple(10 * share for share in _SHARES) if off else (_TAXED,)
    made = Portion(of=part, rates=rates, weights=_WEIGHTS if off else ())
    reached = amount_reach(whole.tables, table, part)
    span = None if reached is None else (0, reached[1] * max(rates) // made.whole)
    if reached is None or reached[0] < 0 or whole.unfit(table, name, span):
        return [] if off else [term]
    whole.put(table, name, made, f"a share of {told(part)}")
    return [term]


def _rescaled(term: Term, to: int, of: int) -> Term:
    """In units of another column."""
    times, over = term.times * to, term.over * of
    common = gcd(times, over)
    return structs.replace(term, times=times // common, over=over // common)
