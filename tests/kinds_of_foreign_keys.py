"""The kinds of foreign key that real schemas hold, each as a few lines added to a sketch."""

from __future__ import annotations

from .sketches import Kinds, Sketch, Sketched

FOREIGN_KEYS = Kinds()


@FOREIGN_KEYS.kept("a foreign key")
def _fk(s: Sketch) -> None:
    t = s.host()
    p = s.parent(t)
    s.foreign_key(t, s.point(t, p, s.pick("", "NOT NULL")), p)


@FOREIGN_KEYS.kept("a foreign key with actions", "sqlite", "postgres", "mariadb")
def _fk_actions(s: Sketch) -> None:
    t = s.host()
    p = s.parent(t)
    s.foreign_key(t, s.point(t, p), p, tail=s.pick(" ON DELETE CASCADE", " ON DELETE SET NULL ON UPDATE CASCADE"))


@FOREIGN_KEYS.kept("a deferrable foreign key", "sqlite", "postgres")
def _fk_deferrable(s: Sketch) -> None:
    t = s.host()
    p = s.parent(t)
    s.foreign_key(t, s.point(t, p), p, tail=" DEFERRABLE INITIALLY DEFERRED")


@FOREIGN_KEYS.kept("a composite foreign key")
def _fk_composite(s: Sketch) -> None:
    t = s.host()
    p = s.parent(t, columns=2)
    s.foreign_key(t, s.point(t, p, s.pick("", "NOT NULL")), p)


@FOREIGN_KEYS.kept("MATCH FULL", "postgres")
def _fk_match_full(s: Sketch) -> None:
    t = s.host()
    p = s.parent(t, columns=2)
    s.foreign_key(t, s.point(t, p), p, tail=" MATCH FULL")


@FOREIGN_KEYS.kept("a foreign key of its own type", "sqlite", "postgres")
def _fk_other_type(s: Sketch) -> None:
    t = s.host()
    above, below = s.pick(
        ("integer", "bigint"), ("bigint", "integer"), ("integer", "smallint"), ("smallint", "integer"),
        ("varchar(30)", "text"), ("varchar(20)", "varchar(8)"),
        ("decimal(6, 0)", "integer") if s.engine == "postgres" else ("integer", "decimal(6, 0)"),
    )  # fmt: skip
    p = s.table(first=True, type_=above)
    s.foreign_key(t, (s.add(t, below, s.pick("", "NOT NULL"), name=s.fresh("parent")),), p)


@FOREIGN_KEYS.kept("a foreign key of another length", "mariadb", "duckdb")
def _fk_other_length(s: Sketch) -> None:
    t = s.host()
    p = s.table(first=True, type_="varchar(20)")
    s.foreign_key(t, (s.add(t, s.pick("varchar(8)", "varchar(40)"), name=s.fresh("parent")),), p)


@FOREIGN_KEYS.kept("a foreign key to a UNIQUE")
def _fk_to_unique(s: Sketch) -> None:
    t = s.host()
    p = s.table(first=True)
    name = s.add(p, s.key_type(), "NOT NULL", "UNIQUE")
    child = s.add(t, p.column(name).type, s.pick("", "NOT NULL"), name=s.fresh("parent"))
    t.clauses.append(f"FOREIGN KEY ({child}) {s.references(p, (name,))}")


@FOREIGN_KEYS.kept("a foreign key to a UNIQUE that may be NULL")
def _fk_to_nullable(s: Sketch) -> None:
    t = s.host()
    p = s.table(first=True)
    name = s.add(p, s.key_type(), "UNIQUE")
    child = s.add(t, p.column(name).type, s.pick("", "NOT NULL"), name=s.fresh("parent"))
    t.clauses.append(f"FOREIGN KEY ({child}) {s.references(p, (name,))}")


@FOREIGN_KEYS.kept("a foreign key to a pair that is UNIQUE")
def _fk_to_pair(s: Sketch) -> None:
    t = s.host()
    p = s.table(first=True)
    kind = s.add(p, "varchar(10)", "NOT NULL")
    p.column(kind).rest.append(f"CHECK ({s.quoted(kind)} IN ('P', 'Q', 'R'))")
    p.clauses.append(f"UNIQUE ({s.listed([p.key[0], kind])})")
    child = s.add(t, p.column(p.key[0]).type, "NOT NULL", name=s.fresh("parent"))
    type_ = s.add(t, "varchar(10)", "NOT NULL", name=s.fresh("type"))
    if s.chance():
        t.column(type_).rest.append(f"CHECK ({type_} = 'P')")
    t.clauses.append(f"FOREIGN KEY ({child}, {type_}) {s.references(p, (p.key[0], kind))}")


@FOREIGN_KEYS.kept("subtypes that share a key")
def _subtypes(s: Sketch) -> None:
    p = s.table(sealed=True)
    labels = ["P", "Q", "R"]
    told = [f"CHECK (type IN ({', '.join(map(repr, labels))}))"] if s.chance(0.7) else []
    kind = s.add(p, "varchar(10)", "NOT NULL", *told, name="type")
    p.clauses.append(f"UNIQUE ({s.listed([p.key[0], kind])})")
    for place in range(s.pick(1, 2, 2, 3)):
        t = s.table(None)
        if s.chance(0.6):
            child = s.add(t, p.column(p.key[0]).type, "PRIMARY KEY", name="id")
            t.key = (child,)
        else:
            child = s.add(t, p.column(p.key[0]).type, s.pick("", "NOT NULL", "NOT NULL UNIQUE"), name="id")
        if s.engine in ("sqlite", "postgres") and s.chance(0.3):
            s.add(t, "varchar(10)", f"GENERATED ALWAYS AS ('{labels[place]}') STORED", name="type")
        else:
            s.add(
                t, "varchar(10)", "NOT NULL", f"DEFAULT '{labels[place]}' CHECK (type = '{labels[place]}')", name="type"
            )
        t.clauses.append(f"FOREIGN KEY ({s.listed([child, 'type'])}) {s.references(p, (p.key[0], kind))}")


@FOREIGN_KEYS.kept("one to one")
def _one_to_one(s: Sketch) -> None:
    t = s.host()
    p = s.parent(t)
    columns = s.point(t, p, s.pick("", "NOT NULL"), "UNIQUE")
    s.foreign_key(t, columns, p)


@FOREIGN_KEYS.kept("a key that is a foreign key")
def _pk_is_fk(s: Sketch) -> None:
    last = s.table()
    for _ in range(s.pick(1, 2)):
        t = s.table(None)
        t.key = s.point(t, last, "PRIMARY KEY")
        s.foreign_key(t, t.key, last)
        last = t


@FOREIGN_KEYS.kept("a ring of keys that are foreign keys", "sqlite", "postgres", "mariadb")
def _pk_ring(s: Sketch) -> None:
    a = s.table(type_="integer")
    b = s.table(type_="integer")
    s.foreign_key(b, b.key, a, "clause")
    if s.engine == "sqlite":
        s.foreign_key(a, a.key, b, "clause")
    else:
        s.foreign_key(a, a.key, b, "alter")


@FOREIGN_KEYS.kept("a junction of two")
def _junction(s: Sketch) -> None:
    t = s.table(None)
    a, b = s.parent(t), s.table(first=True)
    columns = [*s.point(t, a, "NOT NULL"), *s.point(t, b, "NOT NULL")]
    t.clauses.append(f"PRIMARY KEY ({s.listed(columns)})")
    s.foreign_key(t, columns[:1], a)
    s.foreign_key(t, columns[1:], b)
    t.key = tuple(columns)


@FOREIGN_KEYS.kept("a junction of three")
def _junction_3(s: Sketch) -> None:
    t = s.table(None)
    parents = [s.parent(t), s.table(first=True), s.parent(t)]
    columns = []
    for p in parents:
        columns += s.point(t, p, "NOT NULL")
        s.foreign_key(t, columns[-1:], p)
    t.clauses.append(f"PRIMARY KEY ({s.listed(columns)})")


@FOREIGN_KEYS.kept("a junction of one table with itself")
def _junction_self(s: Sketch) -> None:
    t = s.table(None)
    p = s.parent(t)
    columns = [*s.point(t, p, "NOT NULL"), *s.point(t, p, "NOT NULL")]
    for c in columns:
        s.foreign_key(t, (c,), p)
    t.clauses.append(f"PRIMARY KEY ({s.listed(columns)})")
    if s.chance():
        t.clauses.append(f"CHECK ({columns[0]} <> {columns[1]})")


@FOREIGN_KEYS.kept("line numbers")
def _lines(s: Sketch) -> None:
    t = s.table(None)
    p = s.parent(t)
    (owner,) = s.point(t, p, "NOT NULL")
    s.foreign_key(t, (owner,), p)
    line = s.add(t, s.pick("integer", "smallint"), "NOT NULL", name="line_no")
    t.clauses.append(f"PRIMARY KEY ({s.listed([owner, line])})")
    t.key = (owner, line)


@FOREIGN_KEYS.kept("two UNIQUEs within one parent")
def _two_within(s: Sketch) -> None:
    t = s.table()
    p = s.parent(t)
    (owner,) = s.point(t, p, "NOT NULL")
    s.foreign_key(t, (owner,), p)
    a, b = s.add(t, "integer", "NOT NULL"), s.add(t, "varchar(30)", "NOT NULL")
    t.clauses += [f"UNIQUE ({s.listed([owner, a])})", f"UNIQUE ({s.listed([owner, b])})"]


@FOREIGN_KEYS.kept("a tenant's two composite foreign keys")
def _tenant(s: Sketch) -> None:
    tenant, t = s.table(first=True), s.table()
    sides = []
    for _ in range(2):
        side = s.table(None, first=True)
        (owner,) = s.point(side, tenant, "NOT NULL")
        number = s.add(side, "integer", "NOT NULL")
        side.clauses.append(f"PRIMARY KEY ({s.listed([owner, number])})")
        side.key = (owner, number)
        s.foreign_key(side, (owner,), tenant, "clause")
        sides.append(side)
    s.tables.remove(tenant)
    s.tables.insert(0, tenant)
    (shared,) = s.point(t, tenant, "NOT NULL")
    if s.chance():
        s.foreign_key(t, (shared,), tenant, "clause")
    for side in sides:
        own = s.add(t, "integer", s.pick("", "NOT NULL"), name=s.fresh("number"))
        s.foreign_key(t, (shared, own), side, "clause")


def _owned(s: Sketch, tenant: Sketched, *above: Sketched, rest: str = "NOT NULL") -> Sketched:
    """A table of the tenant's whose keys all hold the tenant: numbered within it, or by a serial of its own."""
    t = s.table(None)
    (owner,) = s.point(t, tenant, "NOT NULL", stem="tenant")
    if not above or s.chance():
        s.foreign_key(t, (owner,), tenant, "clause")
    if s.chance():
        number = s.add(t, s.pick("integer", "bigint"), "NOT NULL", name="number")
        t.clauses.append(f"PRIMARY KEY ({s.listed([owner, number])})")
    else:
        number = s.add(t, "integer", "PRIMARY KEY", name="id")
        t.clauses.append(f"UNIQUE ({s.listed([owner, number])})")
    t.key = (owner, number)
    for p in above:
        own = s.add(t, p.column(p.key[1]).type, s.pick(rest, "NOT NULL"), name=s.fresh("of"))
        s.foreign_key(t, (owner, own), p, "clause")
    if s.engine != "duckdb" and s.chance(0.3):
        parent = s.add(t, t.column(number).type, name=s.fresh("above"))
        s.foreign_key(t, (owner, parent), t, "clause")
    t.sealed = True  # two columns are its key, and only one of them is its own
    return t


@FOREIGN_KEYS.kept("a tenant's tables, three deep")
def _tenant_deep(s: Sketch) -> None:
    tenant = s.table()
    person = _owned(s, tenant)
    project = _owned(s, tenant, person)
    task = _owned(s, tenant, project, person, rest="")
    if s.chance():
        _owned(s, tenant, task, person)


@FOREIGN_KEYS.kept("a tenant's junction")
def _tenant_junction(s: Sketch) -> None:
    tenant = s.table()
    sides = [_owned(s, tenant), _owned(s, tenant)]
    t = s.table(None, sealed=True)
    (owner,) = s.point(t, tenant, "NOT NULL", stem="tenant")
    own = []
    for side in sides:
        own.append(s.add(t, side.column(side.key[1]).type, "NOT NULL", name=s.fresh("of")))
        s.foreign_key(t, (owner, own[-1]), side, "clause")
    line = [s.add(t, "integer", "NOT NULL", name="line")] if s.chance(0.3) else []
    t.clauses.append(f"PRIMARY KEY ({s.listed([owner, *own[: s.pick(1, 2, 2)], *line])})")


@FOREIGN_KEYS.kept("MATCH FULL within a tenant", "postgres")
def _tenant_full(s: Sketch) -> None:
    tenant, t = s.table(), s.table(sealed=True)
    rest = s.pick("", "NOT NULL")
    sides = [_owned(s, tenant), _owned(s, tenant)]
    (owner,) = s.point(t, tenant, rest, stem="tenant")
    for side in sides:
        own = s.add(t, side.column(side.key[1]).type, name=s.fresh("of"))
        s.foreign_key(t, (owner, own), side, "alter", tail=" MATCH FULL")


@FOREIGN_KEYS.kept("two foreign keys on one text column")
def _shared_text(s: Sketch) -> None:
    t = s.host()
    kind = s.pick("varchar(20)", "char(6)", "date")
    a, b = s.table(first=True, type_=kind), s.table(first=True, type_=kind)
    (column,) = s.point(t, a, s.pick("", "NOT NULL"))
    s.foreign_key(t, (column,), a, "clause")
    s.foreign_key(t, (column,), b, "clause")


@FOREIGN_KEYS.kept("two foreign keys on one column")
def _shared_column(s: Sketch) -> None:
    t = s.host()
    a = s.table(first=True, type_="integer")
    b = s.table(first=True, type_="integer")
    (column,) = s.point(t, a, s.pick("", "NOT NULL"))
    s.foreign_key(t, (column,), a, "clause")
    s.foreign_key(t, (column,), b, "clause")


# --- foreign keys to oneself, cycles


def _self_column(s: Sketch, t: Sketched, *rest: str) -> str:
    (column,) = s.point(t, t, *rest, stem="parent")
    s.foreign_key(t, (column,), t, s.pick("inline", "clause"))
    return column


@FOREIGN_KEYS.kept("a foreign key to itself")
def _self(s: Sketch) -> None:
    _self_column(s, s.table())


@FOREIGN_KEYS.kept("a UNIQUE foreign key to itself")
def _self_unique(s: Sketch) -> None:
    _self_column(s, s.table(), "UNIQUE")


@FOREIGN_KEYS.kept("a foreign key to itself that must be set", "sqlite", "postgres", "mariadb")
def _self_not_null(s: Sketch) -> None:
    t = s.table()
    column = _self_column(s, t, "NOT NULL")
    if s.chance(0.3):
        t.clauses.append(f"CHECK ({column} <> id)")


@FOREIGN_KEYS.kept("a foreign key to itself, never the same row")
def _self_other(s: Sketch) -> None:
    t = s.table()
    t.clauses.append(f"CHECK ({_self_column(s, t)} <> id)")


@FOREIGN_KEYS.kept("positions among siblings")
def _siblings(s: Sketch) -> None:
    t = s.table()
    column = _self_column(s, t)
    place = s.add(t, "integer", "NOT NULL", name=s.fresh("position"))
    t.clauses.append(f"UNIQUE ({s.listed([column, place])})")


@FOREIGN_KEYS.kept("a composite foreign key to itself", "sqlite", "postgres", "mariadb")
def _self_composite(s: Sketch) -> None:
    t = s.table(None)
    p = s.parent(t)
    (owner,) = s.point(t, p, "NOT NULL")
    s.foreign_key(t, (owner,), p, "clause")
    number = s.add(t, "integer", "NOT NULL", name="number")
    t.clauses.append(f"PRIMARY KEY ({s.listed([owner, number])})")
    t.key = (owner, number)
    above = s.add(t, "integer", name="parent_number")
    t.clauses.append(f"FOREIGN KEY ({s.listed([owner, above])}) {s.references(t)}")


def _cycle(s: Sketch, *rest: str) -> None:
    a, b = s.table(), s.table()
    into_a = s.point(b, a, *rest)
    into_b = s.point(a, b, *rest)
    s.foreign_key(b, into_a, a, "clause")
    s.foreign_key(a, into_b, b, s.only(sqlite="clause", other="alter"))


@FOREIGN_KEYS.kept("a cycle that may be NULL", "sqlite", "postgres", "mariadb")
def _cycle_nullable(s: Sketch) -> None:
    _cycle(s)


@FOREIGN_KEYS.kept("a cycle that must be set", "sqlite", "postgres", "mariadb")
def _cycle_not_null(s: Sketch) -> None:
    _cycle(s, "NOT NULL")


@FOREIGN_KEYS.kept("a UNIQUE cycle", "sqlite", "postgres", "mariadb")
def _cycle_unique(s: Sketch) -> None:
    _cycle(s, "NOT NULL", "UNIQUE")


@FOREIGN_KEYS.kept("a pointer to one's own child", "sqlite", "postgres", "mariadb")
def _own_child(s: Sketch) -> None:
    p, t = s.table(), s.table()
    (owner,) = s.point(t, p, "NOT NULL")
    s.foreign_key(t, (owner,), p, "clause")
    t.clauses.append(f"UNIQUE ({s.listed([owner, t.key[0]])})")
    chosen = s.point(p, t, s.pick("", "", "NOT NULL"), stem="chosen")
    clause = f"FOREIGN KEY ({s.listed([*p.key, *chosen])}) {s.references(t, (owner, *t.key))}"
    if s.engine == "sqlite":
        p.clauses.append(clause)
    else:
        s.after.append(f"ALTER TABLE {s.quoted(p.name)} ADD {clause}")
