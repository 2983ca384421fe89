"""JSON documents by what their column is called: settings, tags, headers, items. Knows nothing of other columns."""

from __future__ import annotations

from ...specs import AnySpec, Bank, Choice, Format, Pattern, Range

_WORD = Bank(pool="word", longest=9)
_YES = Choice(values=("true", "false"), weights=(3, 1))
_LANGUAGE = Choice(values=("en", "de", "fr", "es"), weights=(6, 2, 1, 1))
_TAGS = (
    Choice(values=("new", "sale", "featured", "summer", "travel", "gift", "popular")),
    Choice(values=("family", "outdoor", "vintage", "winter", "city", "beginner", "weekend")),
)
_HOURS = Choice(values=("08:00-16:00", "09:00-17:00", "10:00-18:00", "09:00-13:00"))
_CENTS = Format(template="{0}.{1}", parts=(Range(low=2, high=199), Choice(values=("99", "95", "49", "50"))))

_FORMS: dict[str, tuple[str, tuple[AnySpec, ...]]] = {
    "json.settings": (
        '{"theme": "{0}", "language": "{1}", "notifications": {2}, "page_size": {3}}',
        (Choice(values=("light", "dark", "system")), _LANGUAGE, _YES, Choice(values=("10", "25", "50", "100"))),
    ),
    "json.tags": ('["{0}", "{1}"]', _TAGS),
    "json.payload": (
        '{"event": "{0}", "id": {1}, "source": "{2}", "test": {3}}',
        (
            Choice(values=("created", "updated", "viewed", "deleted"), weights=(4, 4, 3, 1)),
            Range(low=1, high=99_999),
            Choice(values=("web", "mobile", "api")),
            Choice(values=("false", "true"), weights=(9, 1)),
        ),
    ),
    "json.headers": (
        '{"Content-Type": "application/json", "Accept-Language": "{0}", "X-Request-Id": "{1}"}',
        (_LANGUAGE, Pattern(template="%" * 16)),
    ),
    "json.attributes": (
        '{"color": "{0}", "size": "{1}", "weight_g": {2}}',
        (Bank(pool="color"), Choice(values=("S", "M", "L", "XL"), weights=(2, 3, 3, 1)), Range(low=20, high=2_500)),
    ),
    "json.items": (
        '[{"sku": "{0}", "quantity": {1}, "price": {2}}]',
        (Pattern(template="@@@-####"), Range(low=1, high=5), _CENTS),
    ),
    "json.address": (
        '{"street": "{0} {1}", "city": "{2}"}',
        (Range(low=1, high=180), Bank(pool="street_name"), Bank(pool="city")),
    ),
    "json.metadata": (
        '{"source": "{0}", "version": {1}, "reviewed": {2}}',
        (Choice(values=("web", "import", "api", "mobile")), Range(low=1, high=9), _YES),
    ),
    "json.changes": (
        '{"{0}": {"old": "{1}", "new": "{2}"}}',
        (Choice(values=("status", "priority", "owner", "title")), _WORD, Bank(pool="noun", longest=9)),
    ),
    "json.contact": (
        '{"department": "{0}", "preferred": "{1}"}',
        (Bank(pool="department"), Choice(values=("email", "phone", "post"), weights=(6, 3, 1))),
    ),
    "json.device": (
        '{"type": "{0}", "app_version": "{1}.{2}.{3}"}',
        (
            Choice(values=("mobile", "desktop", "tablet"), weights=(5, 4, 1)),
            *(Range(low=low, high=high) for low, high in ((1, 4), (0, 20), (0, 9))),
        ),
    ),
    "json.schedule": (
        '{"monday": "{0}", "wednesday": "{1}", "friday": "{2}"}',
        (_HOURS, _HOURS, _HOURS),
    ),
}
_ROOM = 200  # characters that any of the documents above fits into
_ANY = (
    '{"id": {0}, "label": "{1}", "active": {2}}',
    (Range(low=1, high=99_999), Bank(pool="word"), Choice(values=("true", "false"))),
)


def document(name: str, default: str = "", longest: int = 0) -> Format:
    """A document as the meaning has it, or any: a list only where the column's DEFAULT is no object. In at most
    `longest` characters (0: any) where those of its kind are as short."""
    template, parts = _FORMS.get(name, _ANY)
    empty = default.strip().strip("'").replace(" ", "")[:1]
    if empty == "[" and not template.startswith("["):
        template, parts = _FORMS["json.tags"]
    if empty == "{" and template.startswith("["):
        template, parts = _ANY
    if longest and longest < _ROOM:
        template, parts = _ANY
    return Format(template=template, parts=parts)
