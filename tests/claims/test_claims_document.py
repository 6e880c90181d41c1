"""The claims' section of MODEL.md: written from the table, all of it or nothing."""

import pytest

from spinesim.cli import main
from spinesim.study.claims import run_claims
from spinesim.study.claims_document import NAME, section
from spinesim.study.claims_file import STANCES
from spinesim.study.document import check_document, markers, write_section


def test_every_check_stands_in_it_and_the_contested_ones_under_each_stance(tmp_path):
    table = run_claims(["F2", "F1"], patients=200)
    said = section(table)
    base = table[table["stance"] == "base"]
    for claim in base["claim"]:
        assert claim in said
    assert all(f" {stance} |" in said for stance in STANCES)
    rows = [line for line in said.splitlines() if line.startswith("| F")]
    assert len(rows) == len(base) + int((table.groupby(["id", "claim"])["stance"].nunique() > 1).sum())
    path = tmp_path / "M.md"
    begin, end = markers(NAME)
    path.write_text(f"a\n{begin}\n{end}\nz\n")
    write_section(path, NAME, said)
    assert said in path.read_text() and check_document(path, NAME).startswith("a\n")


@pytest.mark.parametrize("asked", [["F2"], ["--stance", "base"], ["--patients", "50"]])
def test_a_part_of_the_claims_is_not_written(tmp_path, capsys, asked):
    path = tmp_path / "M.md"
    path.write_text("<!-- claims:begin -->\n<!-- claims:end -->\n")
    assert main(["claims", *asked, "--document", str(path)]) == 2
    assert "leave out the ids" in capsys.readouterr().err


def test_a_document_without_a_place_is_refused_at_once(tmp_path, capsys):
    path = tmp_path / "M.md"
    path.write_text("nothing")
    assert main(["claims", "--document", str(path)]) == 2
    assert "claims:begin --> is missing" in capsys.readouterr().err
