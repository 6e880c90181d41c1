"""`spinesim evidence`, `spinesim claims` and ``--stance``."""

import csv
import json

import pandas as pd
import pytest

from spinesim.cli import main
from spinesim.evidence import load_evidence, look_up
from spinesim.study.claims import claims

SMALL = ["--patients", "30", "--years", "0.3", "--quiet"]


def said(capsys, *words):
    """What a command prints."""
    assert main([str(word) for word in words]) == 0
    out = capsys.readouterr()
    assert not out.err
    return out.out


def refused(capsys, *words):
    """The one sentence a command is refused with."""
    code = main([str(word) for word in words])
    out = capsys.readouterr()
    lines = out.err.strip().splitlines()
    assert code == 2 and len(lines) == 1 and "Traceback" not in out.err, out.err
    return lines[0]


def test_the_summary_counts_every_parameter_once(capsys):
    text = said(capsys, "evidence")
    known = load_evidence()
    assert f"{len(known)} parameters" in text
    by_certainty = {line.split()[1] if "very" not in line else "very low": int(line.split()[0])
                    for line in text.splitlines()[1:6]}  # fmt: skip
    assert sum(by_certainty.values()) == len(known)
    assert by_certainty["assumption"] == sum(p.certainty == "assumption" for p in known.parameters.values())
    loose = len(known.unconfirmed())
    assert f"{len(known) - loose} confirmed at their source; {loose} UNCONFIRMED" in text
    assert sum(int(line.split()[0]) for line in text.splitlines()[7:10]) == loose
    assert "rfa_duration: How long" in text


@pytest.mark.parametrize(("key", "words"), [
    ("rfa_duration", ["the model:", "the article:", "sceptical:", "hopeful:", "claim C5"]),
    ("ablation.regrowth_months", ["Schofferman 2004", "months"]),
    ("lumb_rfa_duration_first_mo", ["MacVicar 2013", "15 months"]),
])  # fmt: skip
def test_a_card_is_printed_by_id(capsys, key, words):
    text = said(capsys, "evidence", key)
    assert text.startswith(key) and all(word in text for word in words)


def test_an_unknown_id_is_one_sentence(capsys):
    assert "did you mean 'rfa_duration'" in refused(capsys, "evidence", "rfa_duratoin")


def test_unconfirmed_lists_every_loose_number_and_what_hangs_on_it(capsys):
    known = load_evidence()
    text = said(capsys, "evidence", "--unconfirmed", "--all")
    assert set(known.unconfirmed()) <= {line.split(" ")[0] for line in text.splitlines()[1:]}
    row = next(line for line in text.splitlines() if line.startswith("ablation.responders"))
    assert "assumption" in row and "treatment ablation" in row
    row = next(line for line in text.splitlines() if line.startswith("lumbar_strain.age_sd "))
    assert "condition lumbar_strain" in row
    row = next(line for line in text.splitlines() if line.startswith("microdiscectomy.uptake"))
    assert "pathway sciatica" in row and "claim D3" in row
    row = next(line for line in text.splitlines() if line.startswith("flare.days"))
    assert "every patient" in row
    assert f"{len(known.unconfirmed())} of {len(known)} parameters are unconfirmed" in text


def test_unconfirmed_is_a_summary_unless_all_is_asked_for(capsys):
    known = load_evidence()
    lines = said(capsys, "evidence", "--unconfirmed").splitlines()
    assert len(lines) < 250 and max(map(len, lines)) < 160
    themes = [line.split() for line in lines if ".csv " in line and "parameters are" not in line]
    themes = [line for line in themes if line[0].endswith(".csv")]
    assert sum(int(line[1]) for line in themes) == len(known.unconfirmed())
    rows = [line for line in lines if line.split(" ")[0] in known.parameters]
    assert len(rows) == sum(int(line[3]) for line in themes)
    row = next(line for line in rows if line.startswith("ablation.conditioning_hold"))
    assert "C5" in row and "rfa_strengthening" in row
    assert not any(line.startswith("lumbar_strain.age_sd") for line in rows)
    assert "--all" in lines[-1] and "--out" in lines[-1]


@pytest.mark.parametrize(("key", "words"), [
    ("ablation", ["Radiofrequency ablation", "ablation.regrowth_months", "9.7", "months", "rfa_duration:"]),
    ("lumbar_stenosis", ["Lumbar spinal stenosis", "lumbar_stenosis.age", "years", "assumption"]),
    ("C5", ["strong body", "ablation.conditioning_hold", "Schofferman 2004", "rfa_strengthening:"]),
    ("c5", ["strong body"]),
])  # fmt: skip
def test_rows_behind_a_condition_a_step_or_a_claim(capsys, key, words):
    text = said(capsys, "evidence", key)
    assert text.lower().startswith(key.lower())
    for word in words:
        assert word in text, word


def test_every_condition_step_and_claim_has_a_card():
    known = load_evidence()
    for key in (*known.conditions, *known.treatments):
        assert look_up(known, key).card().startswith(key)
    for key in claims():
        assert look_up(known, key).card().startswith(key)


@pytest.mark.parametrize(("typed", "meant"), [
    ("sciatica", "'disc_herniation'"), ("sciatica", "'gabapentinoid_sciatica'"),
    ("stenosis", "'lumbar_stenosis'"), ("rfa", "'rfa_duration'"), ("../x", "see data"), ("", "see data"),
])  # fmt: skip
def test_words_of_plain_names_are_searched(capsys, typed, meant):
    assert meant in refused(capsys, "evidence", typed)


def test_a_condition_is_suggested_by_its_plain_name(capsys):
    assert "'disc_herniation'" in refused(
        capsys, "run", "conservative_first", *SMALL, "--condition", "sciatica"
    )


def test_unconfirmed_is_written_as_a_table(tmp_path, capsys):
    out = tmp_path / "loose.csv"
    assert f"Written to {out}" in said(capsys, "evidence", "--unconfirmed", "--out", out)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    known = load_evidence()
    assert list(rows[0]) == ["id", "kind", "value", "why", "what hangs on it"]
    assert [row["id"] for row in rows if row["kind"] == "parameter"] == known.unconfirmed()
    for row in rows:
        assert row["why"] and row["what hangs on it"], row["id"]
        assert row["value"][:1] not in "=+-@"
        if row["kind"] == "figure":
            assert not known.figures[row["id"]].checked
    unchecked = {name for p in known.parameters.values() for name in p.unchecked}
    assert unchecked <= {row["id"] for row in rows if row["kind"] == "figure"}
    assert "is there already" in refused(capsys, "evidence", "--unconfirmed", "--out", out)
    assert "Cannot write to" in refused(
        capsys, "evidence", "--unconfirmed", "--out", tmp_path / "no" / "x.csv"
    )


def test_options_that_do_not_go_together_are_refused(tmp_path, capsys):
    assert "--unconfirmed" in refused(capsys, "evidence", "--out", tmp_path / "x.csv")
    assert "--unconfirmed" in refused(capsys, "evidence", "--all")
    assert "not both" in refused(capsys, "evidence", "rfa_duration", "--unconfirmed")


@pytest.mark.parametrize("command", ["evidence", "claims", "run", "compare"])
def test_help_explains_the_new_words(command, capsys):
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert done.value.code == 0
    if command != "evidence":
        assert "sceptical, base, hopeful or article" in text
    if command in ("run", "compare"):
        assert "a condition or a case mix" in text


def test_help_names_the_new_commands(capsys):
    text = said(capsys)
    for word in ("claims", "evidence --unconfirmed", "--stance sceptical"):
        assert word in text


# Stances


def test_a_stance_changes_the_numbers_and_is_written_down(tmp_path, capsys):
    digests = {}
    for stance in ("base", "sceptical"):
        out = tmp_path / stance
        text = said(capsys, "run", "conservative_first", *SMALL, "--stance", stance, "--out", out)
        manifest = json.loads((out / "manifest.json").read_text())
        assert manifest["stance"] == stance
        digests[stance] = manifest["evidence"]["sha256"]
        assert ("as a sceptical reader has it" in text) == (stance == "sceptical")
    assert len(set(digests.values())) == 2


def test_a_set_number_wins_over_the_stance(monkeypatch, capsys):
    from spinesim import study

    seen = []

    def stop(plans, *rest):
        seen.append(plans[0].evidence)
        raise KeyboardInterrupt

    monkeypatch.setattr(study, "run_study", stop)
    words = [
        "run",
        "conservative_first",
        *SMALL,
        "--stance",
        "sceptical",
        "--set",
        "ablation.regrowth_months=3",
    ]
    assert main(words) == 130
    assert seen[0].value("ablation.regrowth_months") == 3 and seen[0].taken == "sceptical"


def test_an_unknown_stance_is_one_sentence(capsys):
    sentence = refused(capsys, "run", "conservative_first", *SMALL, "--stance", "cynical")
    assert "There is no stance 'cynical'; choose one of sceptical, base, hopeful, article." in sentence


def test_a_pathway_that_cites_a_missing_source_is_refused(tmp_path, capsys):
    from spinesim.evidence import data_folder

    text = (data_folder() / "pathways" / "conservative_first.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace('"recovery_cut_nrs"', '"recovery_cut_nsr"', 1))
    sentence = refused(capsys, "run", tmp_path / "mine.toml", *SMALL)
    assert "mine.toml, rule '" in sentence and "'recovery_cut_nsr' is no row of data/evidence" in sentence
    assert "did you mean 'recovery_cut_nrs'" in sentence


# Claims


@pytest.fixture
def asked(monkeypatch):
    """The claims are not run: what was asked for, and a table of one row."""
    from spinesim.study import claims as claims_room

    wishes = []

    def run_claims(ids=None, **more):
        wishes.append({"ids": ids, **more})
        row = dict.fromkeys(claims_room.COLUMNS, 1.0)
        texts = ("claim", "outcome", "unit", "mechanism", "evidence_says", "verdict", "title", "says")
        people = {"patients": 50, "own_patients": 1500}
        return pd.DataFrame(
            [{**row, **dict.fromkeys(texts, "words"), **people, "id": "B7", "stance": "base"}]
        )

    monkeypatch.setattr(claims_room, "run_claims", run_claims)
    return wishes


def test_claims_are_run_as_asked_and_kept(asked, tmp_path, capsys):
    out = tmp_path / "claims"
    text = said(capsys, "claims", "B7", "C5", "--stance", "sceptical", "--stance", "base", "--patients", "50",
                "--quiet", "--out", out)  # fmt: skip
    wish = asked[0]
    assert wish["ids"] == ["B7", "C5"] and wish["patients"] == 50 and wish["stances"] == ["sceptical", "base"]
    assert "B7" in text and "verdict" in text and "50 people per arm" in text
    assert sorted(p.name for p in out.iterdir()) == ["claims.csv", "manifest.json"]
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["claims"] == ["B7"] and manifest["command"] == "claims"


def test_claims_without_ids_are_all_of_them(asked, capsys):
    said(capsys, "claims", "--quiet")
    assert asked[0]["ids"] is None and asked[0]["stances"] is None and asked[0]["patients"] is None


def test_an_unknown_claim_or_stance_is_one_sentence(capsys):
    assert "Z9" in refused(capsys, "claims", "Z9", "--quiet")
    assert "cynical" in refused(capsys, "claims", "B5", "--stance", "cynical", "--quiet")
