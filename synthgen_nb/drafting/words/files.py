"""Files of a row: name, path, extension and media type are of one kind of file. Knows which columns, and the kinds."""

from __future__ import annotations

from ...schema import Kind
from ...specs import AnySpec, Choice, Drawn, Format, Parted, Phrase
from ..draft import Draft

SOURCE = "file"

_OFFICE = "application/vnd.openxmlformats-officedocument"
_KINDS = (
    ("pdf", "application/pdf"), ("jpg", "image/jpeg"), ("png", "image/png"), ("csv", "text/csv"),
    ("txt", "text/plain"), ("json", "application/json"), ("mp4", "video/mp4"), ("zip", "application/zip"),
    ("docx", f"{_OFFICE}.wordprocessingml.document"), ("xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
)  # fmt: skip
_FIELDS = ("filename", "path", "mime_type", "file_format")
_NAME = 22  # characters of the longest name of a file, without its extension


def place_files(draft: Draft) -> None:
    """The first column of each field reads one source, where there are two or more; a name alone has an extension."""
    found: dict[str, str] = {}
    for column in draft.table.columns:
        group, domain = draft.meanings[column.name].group, draft.domains[column.name]
        other = domain.values is not None or domain.parts or domain.hints or domain.forbidden or domain.form
        if group not in _FIELDS or group in found or column.type.kind != Kind.TEXT or not draft.open(column.name):
            continue
        if not (other or domain.case or domain.json or domain.shortest > 3):
            found[group] = column.name
    longest = draft.domains[found["mime_type"]].longest if "mime_type" in found else 0
    kinds = [kind for kind in _KINDS if not longest or len(kind[1]) <= longest]
    specs = {name: _spec(group, kinds, draft.domains[name].longest) for group, name in found.items()}
    if any(group in found for group in ("filename", "path")) and kinds:
        draft.sources[SOURCE] = Drawn(among=len(kinds))
        for name, spec in specs.items():
            if spec is not None:
                draft.placed[name] = (spec, SOURCE)


def _spec(group: str, kinds: list[tuple[str, str]], longest: int) -> AnySpec | None:
    """What a column of the group holds for each of the kinds; None where it is too short."""
    folder = "/data/files/" if group == "path" else ""
    widest = {"mime_type": max((len(mime) for _, mime in kinds), default=0), "file_format": 4}
    if longest and longest < widest.get(group, len(folder) + _NAME + len(".docx")):
        return None
    if group == "mime_type":
        return Choice(values=tuple(mime for _, mime in kinds))
    if group == "file_format":
        return Choice(values=tuple(extension for extension, _ in kinds))
    name = Phrase(grammars=("file_name",))
    return Parted(parts=tuple(Format(template=f"{folder}{{0}}.{ext}", parts=(name,)) for ext, _ in kinds))
