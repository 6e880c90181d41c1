"""`spinesim.evidence(...)`: one name for everything the model knows, beside the room of that name."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import spinesim as ss
from spinesim.errors import SpinesimError
from spinesim.evidence import Dispute, Evidence, Figure, Parameter, files

ROOT = Path(files.__file__).parents[2]

ASK = (
    "import pickle, spinesim as ss; from spinesim.evidence import Draws; "
    "assert ss.evidence is spinesim.evidence and callable(ss.evidence); "
    "known = pickle.loads(pickle.dumps(ss.evidence())); "
    "assert known.value('flare.days') > 0 and load_evidence().digest == known.digest; "
    "assert 'pandas' not in sys.modules; print('fine')"
)


@pytest.mark.parametrize("first", [
    "import spinesim; from spinesim.evidence import load_evidence",
    "from spinesim.evidence import load_evidence; import spinesim",
    "import spinesim.evidence; from spinesim.evidence import load_evidence",
    "import spinesim.evidence.store; from spinesim.evidence import load_evidence",
    "from spinesim.pathway import load_pathway; from spinesim.evidence import load_evidence; import spinesim",
    "from importlib import import_module; load_evidence = import_module('spinesim.evidence').load_evidence; "
    "import spinesim",
])  # fmt: skip
def test_the_function_and_the_room_live_together_in_any_order(first):

    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {first}; {ASK}"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "fine", done.stderr


def test_evidence_answers_in_a_worker_process():

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        assert "flare.days" in workers.submit(ss.evidence, "flare.days").result().card()


def test_one_name_finds_everything():

    assert isinstance(ss.evidence(), Evidence)
    for key, kind in (
        ("rfa_duration", Dispute),
        ("ablation.regrowth_months", Parameter),
        ("lumb_rfa_duration_first_mo", Figure),
    ):
        found = ss.evidence(key)
        assert isinstance(found, kind) and key in found.card()


@pytest.mark.parametrize(("typed", "meant"), [
    ("rfa_durations", "rfa_duration"),
    ("ablation.regrowth_month", "ablation.regrowth_months"),
    ("lumb_rfa_duration_frst_mo", "lumb_rfa_duration_first_mo"),
])  # fmt: skip
def test_an_unknown_id_names_near_matches(typed, meant):

    with pytest.raises(SpinesimError) as refused:
        ss.evidence(typed)
    assert f"'{meant}'" in str(refused.value) and str(refused.value).count("\n") == 0


def test_the_card_of_ablation_shows_the_model_and_the_article():

    card = ss.evidence("rfa_duration").card()
    for word in ("the model:", "the article:", "sceptical:", "hopeful:", "Schofferman 2004", "claim C5"):
        assert word in card


def test_every_name_on_the_front_page_is_there():
    for name in ss.__all__:
        assert getattr(ss, name) is not None
    assert callable(ss.claims) and callable(ss.cohort) and callable(ss.evidence) and callable(ss.pathway)
