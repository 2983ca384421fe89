"""Functions of JSON documents and arrays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from sqlglot import exp, jsonpath
from sqlglot.errors import SqlglotError

from ..schema import Kind
from .calls import arguments, called
from .casts import array_from
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
    path = node.args.get("expression") or next(iter(node.expressions[1:]), None)
    subject = json_of(read(arguments(node)[0]))
    if path is not None:
        if scope.family != "sqlite":
            refuse("JSON_TYPE at a path")
        subject = f"json_extract({subject}, {literal(json_path(jsonpath.parse(path.name)))})"
    words = {
        "postgres": ("object", "array", "string", "boolean", "null", "number", "number"),
        "mysql": ("OBJECT", "ARRAY", "STRING", "BOOLEAN", "NULL", "INTEGER", "DOUBLE"),
        "sqlite": ("object", "array", "text", "", "null", "integer", "real"),
    }[scope.family]
    kinds = ("OBJECT", "ARRAY", "VARCHAR", "BOOLEAN", "NULL", "BIGINT", "DOUBLE", "UBIGINT", "HUGEINT")
    named = [literal(word) if word else f"CAST({subject} AS VARCHAR)" for word in (*words, words[5], words[5])]
    # no CASE: TRY does not reach into it
    place = f"list_position([{', '.join(map(literal, kinds))}], json_type({subject}))"
    return Term(f"list_extract([{', '.join(named)}], {place})", Kind.TEXT)


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


def json_has_all(word: str) -> Shim:
    """?& and ?| with the keys written out."""

    def shim(node: exp.Expression, read: Read, scope: Scope) -> Term:
        subject, keys = read(node.this), read(node.expression)
        keys = array_from(keys)
        if not keys.items:
            refuse("this ?& or ?|")
        return truth(f"({word.join(json_has([subject, key], scope).sql for key in keys.items)})")

    return shim


def contains_all(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """@> of arrays, and of a document and one that is written out."""
    subject, other = read(node.this), read(node.expression)
    if subject.kind != Kind.JSON:
        return of_array("list_has_all({0}, {1})", truth)(node, read, scope)
    try:
        asked = json.loads(other.text or "")
    except ValueError:
        refuse("@> of this")
    return truth(f"if({subject.sql} IS NULL, NULL, {' AND '.join(_within(subject.sql, asked))})")


def _within(subject: str, asked: object) -> list[str]:
    """Conditions under which a document contains another one. NULL where a member is missing: that is FALSE."""
    if isinstance(asked, dict):
        inner = [
            condition
            for key, value in asked.items()
            for condition in _within(f"json_extract({subject}, {literal(_step(key))})", value)
        ]
        return [f"coalesce(json_type({subject}) = 'OBJECT', FALSE)", *inner]
    if isinstance(asked, bool) or asked is None:
        return [f"coalesce(CAST({subject} AS VARCHAR) = {literal(json.dumps(asked))}, FALSE)"]
    text = f"json_extract_string({subject}, '$')"
    if isinstance(asked, str):
        return [f"coalesce(json_type({subject}) = 'VARCHAR' AND {text} = {literal(asked)}, FALSE)"]
    if isinstance(asked, int | float):
        numbers = "('BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT')"
        return [f"coalesce(json_type({subject}) IN {numbers} AND TRY_CAST({text} AS DOUBLE) = {asked}, FALSE)"]
    if asked == []:
        return [f"coalesce(json_type({subject}) = 'ARRAY', FALSE)"]
    refuse("@> of an array")


def _step(key: str) -> str:
    if '"' in key:
        refuse("this key")
    return f'$."{key}"'


def json_exists(terms: Sequence[Term], scope: Scope) -> Term:
    """MariaDB's JSON_EXISTS(document, path)."""
    return truth(f"json_exists({json_of(terms[0])}, {literal(_written_path(terms[1]))})")


def json_contains_path(terms: Sequence[Term], scope: Scope) -> Term:
    """MySQL: 'one' or 'all' of the paths."""
    word = {"one": " OR ", "all": " AND "}.get((terms[1].text or "").lower())
    if word is None:
        refuse("this JSON_CONTAINS_PATH")
    return truth(f"({word.join(json_exists([terms[0], path], scope).sql for path in terms[2:])})")


def json_value(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """A scalar as text; NULL for objects and arrays."""
    subject, path = json_of(read(node.this)), literal(json_path(node.args["path"]))
    scalar = f"json_type({subject}, {path}) NOT IN ('OBJECT', 'ARRAY', 'NULL')"
    return Term(f"CASE WHEN {scalar} THEN json_extract_string({subject}, {path}) END", Kind.TEXT)


def _written_path(term: Term) -> str:
    try:
        return json_path(jsonpath.parse(term.text or ""))
    except SqlglotError:
        refuse("this JSON path")


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


def of_array(template: str, make: Callable[[str], Term], count: int = 0) -> Shim:
    def call(terms: Sequence[Term], scope: Scope) -> Term:
        if terms[0].kind != Kind.ARRAY:
            refuse(f"{terms[0].kind or 'this'} as an array")
        return make(template.format(*(term.sql for term in terms)))

    return called(call, count or len(set(re.findall(r"\{\d?\}", template))))
