"""Functions of JSON documents and arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp, jsonpath
from sqlglot.errors import SqlglotError

from ..schema import Kind
from .calls import arguments, called
from .operators import Read, Shim
from .terms import Scope, Term, literal, refuse, truth, whole


def json_path(node: exp.Expression) -> str:
    """A JSON path of plain keys and positions, as DuckDB writes it."""
    if isinstance(node, exp.Literal) and node.is_string and node.name.startswith("{"):  # PostgreSQL's #>
        return "$" + "".join(
            f"[{part}]" if part.isdigit() else f'."{part}"' for part in node.name.strip("{}").split(",")
        )
    if isinstance(node, exp.Column) and node.this.quoted:  # SQLite's "$.key"
        try:
            node = jsonpath.parse(node.name)
        except SqlglotError:
            refuse("this JSON path")
    steps = []
    for step in node.expressions if isinstance(node, exp.JSONPath) else [None]:
        if isinstance(step, exp.JSONPathRoot):
            steps.append("$")
        elif isinstance(step, exp.JSONPathKey) and isinstance(step.this, str) and '"' not in step.this:
            steps.append(f'."{step.this}"')
        elif isinstance(step, exp.JSONPathSubscript) and isinstance(step.this, int):
            steps.append(f"[{step.this}]")
        else:
            refuse("this JSON path")
    return "".join(steps)


def json_member(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """-> and JSON_EXTRACT: JSON. SQLite's JSON_EXTRACT gives an SQL value, as its ->> does."""
    if node.expressions:
        refuse("JSON_EXTRACT of several paths")
    value = f"json_extract({json_of(read(node.this))}, {literal(json_path(node.expression))})"
    return Term(value, Kind.JSON)


def json_text(node: exp.Expression, read: Read, scope: Scope) -> Term:
    if node.expressions:
        refuse("JSON_EXTRACT of several paths")
    subject, path = json_of(read(node.this)), literal(json_path(node.expression))
    text = f"json_extract_string({subject}, {path})"
    if scope.family == "mysql":  # a JSON null is the text null there
        text = f"CASE WHEN json_type({subject}, {path}) = 'NULL' THEN 'null' ELSE {text} END"
    return Term(text, Kind.TEXT)


def json_type(node: exp.Expression, read: Read, scope: Scope) -> Term:
    parts = arguments(node)
    if len(parts) != 1:
        refuse("JSON_TYPE at a path")
    subject = json_of(read(parts[0]))
    words = {
        "postgres": ("object", "array", "string", "boolean", "null", "number", "number"),
        "mysql": ("OBJECT", "ARRAY", "STRING", "BOOLEAN", "NULL", "INTEGER", "DOUBLE"),
        "sqlite": ("object", "array", "text", "", "null", "integer", "real"),
    }[scope.family]
    kinds = ("OBJECT", "ARRAY", "VARCHAR", "BOOLEAN", "NULL", "BIGINT", "DOUBLE", "UBIGINT", "HUGEINT")
    named = [literal(word) if word else f"CAST({subject} AS VARCHAR)" for word in (*words, words[5], words[5])]
    whens = " ".join(f"WHEN '{kind}' THEN {name}" for kind, name in zip(kinds, named, strict=True))
    return Term(f"CASE json_type({subject}) {whens} END", Kind.TEXT)


def json_valid(terms: Sequence[Term], scope: Scope) -> Term:
    return truth(f"json_valid({json_of(terms[0])})")


def json_length(terms: Sequence[Term], scope: Scope) -> Term:
    """MySQL: elements of an array, keys of an object, 1 for the rest."""
    subject = json_of(terms[0])
    return whole(
        f"CASE json_type({subject}) WHEN 'ARRAY' THEN json_array_length({subject})"
        f" WHEN 'OBJECT' THEN len(json_keys({subject})) ELSE if({subject} IS NULL, NULL, 1) END"
    )


def json_has(terms: Sequence[Term], scope: Scope) -> Term:
    subject, key = json_of(terms[0]), terms[1].text
    if key is None or '"' in key:
        refuse("this ?")
    path, elements = literal(f'$."{key}"'), f"json_extract_string({subject}, '$[*]')"
    return truth(
        f"CASE json_type({subject}) WHEN 'OBJECT' THEN json_exists({subject}, {path})"
        f" WHEN 'ARRAY' THEN list_contains({elements}, {literal(key)}) ELSE if({subject} IS NULL, NULL, FALSE) END"
    )


def json_unquoted(terms: Sequence[Term], scope: Scope) -> Term:
    subject = json_of(terms[0])
    return Term(
        f"CASE json_type({subject}) WHEN 'NULL' THEN 'null' ELSE json_extract_string({subject}, '$') END", Kind.TEXT
    )


def json_of(term: Term) -> str:
    if term.kind not in (Kind.JSON, Kind.TEXT, None):
        refuse(f"{term.kind} as JSON")
    return term.sql


def array_length(node: exp.Expression, read: Read, scope: Scope) -> Term:
    subject, dimension = read(node.this), node.expression
    if subject.kind != Kind.ARRAY or (dimension and read(dimension).sql != "1"):
        refuse("this array length")
    return whole(f"nullif(len({subject.sql}), 0)")


def of_array(template: str, make: Callable[[str], Term]) -> Shim:
    def call(terms: Sequence[Term], scope: Scope) -> Term:
        if terms[0].kind != Kind.ARRAY:
            refuse(f"{terms[0].kind or 'this'} as an array")
        return make(template.format(*(term.sql for term in terms)))

    return called(call, template.count("{"))
