"""The trials that are shipped: all load, name what exists, and none of those held out was used."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinesim.evidence import data_folder
from spinesim.study.simulation import shipped_evidence
from spinesim.study.trials import load_trial
from spinesim.study.trials.citations import is_id
from spinesim.study.trials.document import BEGIN, END, digests
from spinesim.study.trials.independence import prove
from spinesim.study.trials.scoreboard import load_all, shipped_trials, trials_digest

ENOUGH = 20
MODEL = Path(__file__).resolve().parents[2] / "MODEL.md"


@pytest.mark.parametrize("name", shipped_trials())
def test_a_shipped_trial_loads_and_names_what_exists(name: str) -> None:
    trial = load_trial(name)
    assert trial.name == name and trial.notes and trial.title
    for target in trial.target:
        assert trial.sources(target)


def test_there_are_enough_of_them() -> None:
    assert sum(load_trial(name).role == "validation" for name in shipped_trials()) >= ENOUGH


def test_no_validation_figure_was_fitted_or_is_behind_a_parameter() -> None:
    proof = prove(load_all(), shipped_evidence())
    assert proof.problems == []


def test_a_figure_that_was_never_checked_says_so() -> None:
    """A target resting on an unchecked figure of the evidence is not called checked."""
    figures = shipped_evidence().figures
    wrong = [
        f"{trial.name}: {source}"
        for trial in load_all()
        for target in trial.target
        for source in trial.sources(target)
        if trial.is_checked(target) and is_id(source) and not figures[source].checked
    ]
    assert not wrong, wrong


def test_every_pathway_made_for_a_trial_is_used_by_one() -> None:
    made = {path.stem for path in (data_folder() / "pathways" / "trials").glob("*.toml")}
    used = {arm.pathway for trial in load_all() for arm in trial.arm}
    assert made <= used, sorted(made - used)


def test_the_scoreboard_of_the_document_is_not_stale() -> None:
    """Fails if the section is missing, or was made from other evidence or other trials."""
    text = MODEL.read_text(encoding="utf-8")
    made_from = digests(text)
    assert BEGIN in text and END in text and made_from is not None, (
        "MODEL.md has no scoreboard: run `spinesim validate --document MODEL.md`"
    )
    now = (shipped_evidence().digest, trials_digest(load_all()))
    assert made_from == now, "run `spinesim validate --document MODEL.md` again"
