"""The benchmarks run, at a size at which their figures say nothing."""

from __future__ import annotations

import json

import pytest

from .benchmarks.__main__ import NAMES, main

IN_PROCESS = ("lineitem", "persons", "encodings", "wide")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in IN_PROCESS else (pytest.mark.slow,)) for name in NAMES]
)
def test_a_benchmark_prints_tables_and_writes_json(name, tmp_path, capsys):
    main([name, "--tiny", "--rounds", "1", "--json", str(tmp_path / "figures.json")])
    told = json.loads((tmp_path / "figures.json").read_text())
    results = told["benchmarks"][name]
    assert results
    printed = capsys.readouterr().out
    for result in results:
        assert result["title"] in printed
        figures = [figure for line in result["lines"].values() for figure in line.values()]
        assert figures
        assert all(figure >= 0 for figure in figures)


def test_without_a_name_they_are_listed(capsys):
    main([])
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(NAMES)


def test_an_unknown_name_is_told_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "tpch" in capsys.readouterr().err
