"""The command `synthgen`: parse, call one function, show its value. Stable: other programs call it.

Exit codes: 0 done; 1 data breaks a rule; 2 bad input, an infeasible plan or an unwritable store; 3 a fault of ours;
130 interrupted. With --json one object goes to stdout, everything else to stderr; an error is
{"error": {"message", "code", "details"}}.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import traceback
from argparse import Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ..engines.urls import masked
from ..environment import TERMINAL
from ..errors import DDLError, InputError, Interrupted, SynthgenError
from ..options import (
    DATABASE_FORMATS,
    TABLE_FORMATS,
    Parser,
    add_executor_option,
    add_generation_options,
    add_instruction_options,
    add_reading_options,
    add_store_option,
    settings,
)
from ..pages import FIRST_ROWS, dataset_page, report_page
from ..pages.documents import dataset_document, encode, report_document
from ..pages.plans import schema_page
from ..pages.profiles import profile_document, show_page
from ..pages.stores import damage_document, damage_page
from ..request import table_key
from ..storeoptions import add_verify_option
from ..terminal import demo, launch
from .console import answer, asker, map_of, reader, show, store_of, style
from .edits import add_edit_commands
from .jobs import add_job_commands, add_watching_options, watched
from .models import add_bench_command, add_model_commands
from .plans import plan_command, planned, request_of, schema_of
from .queries import add_query_commands
from .stores import add_store_commands
from .texts import add_text_commands

_log = logging.getLogger("synthgen_nb")
_NOTES = 5  # lines about what an export can't hold

_EXAMPLES = """examples:
  synthgen demo                                       see what it does, in ten seconds
  synthgen generate shop.sql -n 1k -n orders=50k      a dataset 'shop' in the store
  synthgen generate shop.sql --to csv --out data      and as files
  synthgen generate --from postgresql://me@host/shop  for the tables of a database, of which no row is read
  synthgen lab                                        the same in JupyterLab
"""

# New ones after which Python looks for garbage. By itself it does so after each 700: 80 ms of a command's CPU, for it
# imports and drafts a hundred thousand that all stay.
_OBJECTS = 50_000


def main(argv: Sequence[str] | None = None) -> int:
    if argv is None:  # the process is this command's own
        gc.set_threshold(_OBJECTS)
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        _set_logging(os.environ.get("SYNTHGEN_LOG_LEVEL", "warning"))
        parser = _parser()
        args, rest = parser.parse_known_args(words)
        if rest and args.run is not _lab:
            parser.error(f"unrecognized arguments: {' '.join(rest)}")
        args.rest = rest
        return int(args.run(args))
    except KeyboardInterrupt:
        return _refuse(Interrupted("interrupted", hint="nothing was left half-written"), "--json" in words)
    except SynthgenError as error:
        return _refuse(error, "--json" in words)
    except BrokenPipeError:  # `synthgen show shop | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _refuse(InputError(f"{where}{error.strerror or error}"), "--json" in words)
    except Exception as fault:
        _log.debug("%s", masked(traceback.format_exc()))
        hint = "please report it with the output of the same command under SYNTHGEN_LOG_LEVEL=debug"
        said = " ".join(f"{type(fault).__name__}: {fault}".split())[:300]
        return _refuse(SynthgenError(f"a fault of synthgen {__version__}: {said}", hint=hint), "--json" in words)


def _refuse(error: SynthgenError, as_json: bool) -> int:
    """Whatever was typed may come back in an error: without a URL's password."""
    if as_json:
        print(masked(encode(error.to_json())))
    caret = error.caret() if isinstance(error, DDLError) else ""
    print(masked(f"synthgen: {error}") + "".join(f"\n  {line}" for line in caret.splitlines()), file=sys.stderr)
    return error.exit


def _set_logging(level: str) -> None:
    if level.upper() not in logging.getLevelNamesMapping():
        raise InputError(f"SYNTHGEN_LOG_LEVEL: {level!r} is not a level", hint="debug, info, warning or error")
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="synthgen: %(message)s")
    _log.setLevel(level.upper())


def _parser() -> Parser:
    parser = Parser(
        prog="synthgen",
        description="Realistic test data from CREATE TABLE statements, with every constraint holding.",
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"synthgen {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)

    generate = commands.add_parser(
        "generate", help="make a dataset from DDL or a database", description=_generate.__doc__
    )
    generate.add_argument("file", nargs="?", metavar="FILE|-", help="CREATE TABLE statements; - reads standard input")
    generate.add_argument("--name", help="the dataset's name in the store (default: the file's)")
    generate.add_argument("--to", choices=(*TABLE_FORMATS, *DATABASE_FORMATS, "zip"), help="also write files")
    generate.add_argument(
        "--out", metavar="DIR", help="where --to writes: a new or empty folder, or one it wrote before"
    )
    add_watching_options(generate)
    add_generation_options(generate)
    add_instruction_options(generate)
    add_executor_option(generate)
    add_store_option(generate)
    generate.set_defaults(run=_generate)

    plan = commands.add_parser("plan", help="how each column would be filled", description=plan_command.__doc__)
    plan.add_argument("file", nargs="?", metavar="FILE|-")
    add_generation_options(plan)
    add_instruction_options(plan)
    add_store_option(plan)
    plan.add_argument("--toml", action="store_true", help="what can be edited of the plan, for --plan")
    plan.set_defaults(run=plan_command)

    schema = commands.add_parser("schema", help="what was understood of DDL or a database", description=_schema.__doc__)
    schema.add_argument("file", nargs="?", metavar="FILE|-")
    add_reading_options(schema)
    schema.set_defaults(run=_schema)

    validate = commands.add_parser("validate", help="check every rule again", description=_validate.__doc__)
    show = commands.add_parser("show", help="a dataset's summary, columns and first rows", description=_show.__doc__)
    for command, run in ((validate, _validate), (show, _show)):
        command.add_argument("name", metavar="NAME", help="a dataset in the store")
        command.add_argument("--version", type=int, metavar="N", help="default: the latest")
        add_store_option(command)
        command.set_defaults(run=run)
    add_verify_option(validate)
    show.add_argument("tables", nargs="*", metavar="TABLE", help="default: all")
    show.add_argument("--first", type=int, default=FIRST_ROWS, metavar="N", help="rows of each table (default 10)")

    prove = commands.add_parser("prove", help="the verdict of a real database engine", description=_prove.__doc__)
    prove.add_argument(
        "--engine",
        default="duckdb",
        metavar="ENGINE|URL",
        help="duckdb (default), sqlite, postgresql://... or mysql://...",
    )
    prove.set_defaults(run=_prove)
    load = commands.add_parser("load", help="fill the empty tables of a database", description=_load.__doc__)
    load.add_argument("--into", required=True, metavar="URL", help="postgresql://, mysql://, sqlite:/// or duckdb:///")
    load.set_defaults(run=_load)
    for command in (prove, load):
        command.add_argument("name", metavar="NAME", help="a dataset in the store")
        command.add_argument("--version", type=int, metavar="N", help="default: the latest")
        add_store_option(command)

    doctor = commands.add_parser("doctor", help="what is here, and what mends it", description=_doctor.__doc__)
    add_store_option(doctor)
    doctor.set_defaults(run=_doctor)
    for command in (generate, plan, schema, validate, show, prove, load, doctor):
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")

    add_job_commands(commands)
    add_model_commands(commands)
    add_bench_command(commands)
    add_query_commands(commands)
    add_edit_commands(commands)
    add_store_commands(commands)
    add_text_commands(commands)
    demo_command = commands.add_parser("demo", help="a small shop, generated and shown", description=demo.demo.__doc__)
    demo_command.set_defaults(run=_demo)
    lab = commands.add_parser("lab", help="the quickstart notebook in JupyterLab", description=launch.lab.__doc__)
    lab.set_defaults(run=_lab)
    return parser


def _generate(args: Namespace) -> int:
    """Makes the tables of FILE or a database, checks every rule and keeps them as the next version of NAME in the
    store."""
    from ..exports import check_folder, export
    from ..jobs import Jobs
    from ..store import Store

    if args.events and args.json:
        raise InputError("--events and --json both want stdout", hint="leave one out")
    if bool(args.to) != bool(args.out):
        raise InputError("--to and --out go together", hint="example: --to csv --out data")
    if args.out:
        check_folder(Path(args.out))
    given = settings(os.environ)
    plan, strict, stem, instructed = planned(args, given)
    store = Store(args.store or given.store)
    job = Jobs(store).start(
        plan, args.name or stem, map=map_of(args), instructed=instructed, strict=strict, timeout=args.timeout
    )
    dataset = watched(job, args)
    exported = export(dataset, args.out, args.to) if args.out else None
    page = dataset_page(dataset, first_rows=0)
    store_option = f" --store {store.place}" if args.store else ""
    commands = [("look", f"synthgen show {dataset.name}{store_option}")]
    if exported:
        commands.insert(0, ("files", f"{len({f.file for f in exported.tables.values()})} in {args.out}"))
        for line in exported.left_out[:_NOTES]:
            print(f"synthgen: note: not in the {args.to} file: {line}", file=sys.stderr)
        if more := exported.left_out[_NOTES:]:
            print(f"synthgen: note: and {len(more)} more, listed in {args.out}/synthgen.json", file=sys.stderr)
    if args.json or not (args.quiet or args.events):
        answer(args, dataset_document(dataset), page, tuple(commands))
    return 1 if dataset.report and dataset.report.broken else 0


def _schema(args: Namespace) -> int:
    """Shows the tables, columns and rules that were read from FILE or a database, and what was not understood."""
    from ..ddl import schema_json

    schema = schema_of(args, request_of(args, settings(os.environ)))
    answer(args, schema_json(schema) if args.json else None, schema_page(schema))
    return 0


def _validate(args: Namespace) -> int:
    """Checks every rule of the DDL against the stored data; with --verify first that every part is as it was written.
    Exit 1 if a rule is broken, or a part."""
    from ..validation import validate

    store = store_of(args)
    verified: dict[str, object] = {}
    if args.verify:
        looked = store.look(args.name, args.version)
        damage = tuple(looked.damage())
        verified = {"damaged": damage_document(damage)}
        if damage:
            document = {"dataset": looked.name, "version": looked.version, **verified, "report": None}
            answer(args, document, damage_page(looked, damage))
            return 1
        if not args.json:
            show(damage_page(looked, damage))
    dataset = store.open(args.name, args.version)
    report = validate(dataset)
    dataset.keep_report(report)
    document = {"dataset": dataset.name, "version": dataset.version, **verified, "report": report_document(report)}
    answer(args, document, report_page(report, f"{dataset.name} v{dataset.version}"))
    return 1 if report.broken else 0


def _prove(args: Namespace) -> int:
    """Loads a dataset into a database made for it, by the engine named, with every constraint on, and says what that
    engine said. Nothing in a database that exists is touched. Exit 1 if a table is broken."""
    from ..pages.outcomes import proof_document, proof_page
    from ..proving import prove

    proof = prove(store_of(args).open(args.name, args.version), args.engine, ask=asker())
    answer(args, proof_document(proof), proof_page(proof))
    return 1 if proof.broken else 0


def _load(args: Namespace) -> int:
    """Fills the empty tables of your database with a dataset, in one transaction where the engine has them."""
    from ..loading import load
    from ..pages.outcomes import loaded_page

    loaded = load(store_of(args).open(args.name, args.version), args.into, ask=asker())
    answer(args, loaded, loaded_page(loaded))
    return 0


def _show(args: Namespace) -> int:
    """Shows a dataset: its tables, its checks, a profile of each table's columns and its first rows."""
    dataset = store_of(args).open(args.name, args.version)
    if args.first < 0:
        raise InputError("--first can't be negative")
    tables = [table_key(dataset.rows, t) for t in args.tables]
    if args.json:
        print(encode(profile_document(dataset, tables or list(dataset.rows), args.first)))
    else:
        show(show_page(dataset, args.first, tables))
    return 0


def _doctor(args: Namespace) -> int:
    """Shows what this environment has, what is missing and the command that mends it. Changes nothing."""
    from ..doctor import diagnose, doctor_page

    found = diagnose(store_of(args), TERMINAL, os.environ)
    answer(args, found, doctor_page(found, resume="synthgen resume"))
    return 0


def _demo(args: Namespace) -> int:
    return demo.demo(style(), reader(False))


def _lab(args: Namespace) -> int:
    return launch.lab(Path.cwd(), args.rest)
