"""Calibration files: what may not be fitted is refused; shipped fits belong to shipped files."""

import shutil

import pytest
from calibration_help import PACE, SLOPE, write_fit_file

import spinesim as ss
from spinesim.evidence import data_folder, load_evidence
from spinesim.study import calibration as cal
from spinesim.study.trials import load_trial

SHIPPED = sorted(path.stem for path in (data_folder() / "calibrations").glob("*.toml"))
TRIAL = "cervical_radiculopathy_wait"


def refused(path, **more) -> str:
    with pytest.raises(ss.SpinesimError) as wrong:
        cal.make_problem(path, **more)
    text = str(wrong.value)
    assert "\n" not in text and text.endswith(".") and path.name in text
    return text


@pytest.mark.parametrize(("old", "new", "says"), [
    (f'"{PACE}" = [40, 160]', f'"{PACE}" = [160, 40]', "write the lower one first"),
    (f'"{PACE}" = [40, 160]', f'"{PACE}" = [40, 40]', "write the lower one first"),
    (f'"{PACE}" = [40, 160]', f'"{PACE}" = [120, 160]', "lies outside the bounds [120, 160]"),
    (f'"{PACE}" = [40, 160]', f'"{PACE}" = [-4, 160]', "bound -4: must be above 0"),
    (f'"{PACE}" = [40, 160]', f'"{PACE}" = [40]', "free"),
    (f'"{PACE}" = [40, 160]', f'"{PACE}" = ["a", 160]', "free"),
    (f'"{PACE}"', f'"{PACE}s"', "did you mean"),
    (f'"{PACE}" = [40, 160]', f'"{PACE}" = {{bounds = [40, 160], mean = 2, sd = 5, because = "guesswork!"}}',
     "outside its bounds"),
    (f'"{PACE}" = [40, 160]', f'"{PACE}" = {{bounds = [40, 160], mean = 80, sd = 5}}', "because' is missing"),
    (f'"{PACE}" = [40, 160]', '"cervical_radiculopathy.course.gradual.share" = [0.1, 0.9]',
     "shares would not sum to 1"),
    ("last_week = 6", "last_week = 5", "figures at week 6, after last_week = 5"),
    ("last_week = 6", "last_weeks = 6", "key 'last_weeks' is unknown"),
    ("last_week = 6\n", "", "key 'last_week' is missing"),
    ("last_week = 6", "last_week = 6.5", "last_week"),
    ("draws = 100", "draws = 5", "draws"),
    ("correlation = 0.5", "correlation = 1", "correlation"),
    ("correlation = 0.5", "sd_within = 1", "sd_within"),
    ("seed = 11", "seed = -1", "seed"),
    ("patients = 300", "patients = 10", "patients"),
    (f'"{TRIAL}"', f'"{TRIAL}s"', f"did you mean '{TRIAL}'"),
    (f'["{TRIAL}"]', "[]", "trials"),
    (f'["{TRIAL}"]', f'["{TRIAL}", "{TRIAL}"]', "names a trial twice"),
])  # fmt: skip
def test_a_faulty_file_is_refused_in_one_sentence(tmp_path, old, new, says):
    path = write_fit_file(tmp_path, TRIAL)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert says in refused(path)


SHARE = "cervical_radiculopathy.course.{}.share"


@pytest.mark.parametrize(("free", "rest", "says"), [
    ("gradual", {"persistent": ["gradual"]}, "sum to"),
    ("gradual", {"persistent": ["gradual", "fluctuating", "rapid", "rapid"]}, "twice"),
    ("gradual", {"gradual": ["persistent"]}, "both free and a remainder"),
    ("gradual", {"persistent": ["nobody"]}, "did you mean"),
    (None, {"persistent": ["gradual", "fluctuating"]}, "none of its shares is free"),
])  # fmt: skip
def test_shares_that_cannot_sum_to_1_are_refused(tmp_path, free, rest, says):
    path = write_fit_file(tmp_path, TRIAL)
    more = f'"{SHARE.format(free)}" = [0.1, 0.9]\n' if free else ""
    lines = [
        f'"{SHARE.format(key)}" = {[SHARE.format(one) for one in others]}'.replace("'", '"')
        for key, others in rest.items()
    ]
    path.write_text(path.read_text() + more + "\n[remainder]\n" + "\n".join(lines) + "\n")
    assert says in refused(path)


def test_shares_that_do_not_sum_to_1_before_the_fit_are_refused(tmp_path):
    """The lower bounds alone may exceed 1 only where the shipped shares do already."""
    path = tmp_path / "mine.toml"
    path.write_text((data_folder() / "calibrations" / "persistent_lbp_cohorts.toml").read_text())
    evidence = load_evidence().change({"persistent_back_pain.course.fluctuating.share": 0.9})
    assert "key 'remainder.persistent_back_pain.course.persistent.share'" in refused(path, evidence=evidence)


# -- what may not be fitted ----------------------------------------------------------------------------------


def held_out(tmp_path, **replacements):
    text = (data_folder() / "trials" / f"{TRIAL}.toml").read_text()
    for old, new in replacements.values():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "copied.toml"
    path.write_text(text.replace(f'name = "{TRIAL}"', 'name = "copied"'))
    return path


def test_a_validation_trial_is_refused(tmp_path):
    trial = held_out(tmp_path, role=('role = "calibration"', 'role = "validation"'))
    text = refused(write_fit_file(tmp_path, trial))
    assert "key 'trials'" in text and "'copied' is a validation trial (key 'role' of its file)" in text


def test_a_figure_by_which_a_validation_trial_is_judged_is_refused(tmp_path, monkeypatch):
    """The same figure cannot be fitted under one name and held out under another."""
    shutil.copytree(data_folder(), tmp_path / "data", ignore=shutil.ignore_patterns("fits"))
    monkeypatch.setenv("SPINESIM_DATA", str(tmp_path / "data"))
    trial = tmp_path / "data" / "trials" / f"{TRIAL}.toml"
    twin = trial.read_text().replace(f'name = "{TRIAL}"', 'name = "twin"')
    (trial.parent / "twin.toml").write_text(twin.replace('role = "calibration"', 'role = "validation"'))
    text = refused(write_fit_file(tmp_path, TRIAL))
    assert "aims at the figure 'cr_waitsee_arm_baseline'" in text and "validation trial 'twin'" in text


def test_a_figure_kept_for_validation_in_the_evidence_is_refused(tmp_path):
    figures = load_evidence().figures
    kept = next(key for key, one in figures.items() if one.use == "validation")
    trial = held_out(tmp_path, figure=('"cr_waitsee_ndi_baseline"', f'"{kept}"'))
    text = refused(write_fit_file(tmp_path, trial))
    assert f"'{kept}'" in text and ("says validation" in text or "validation trial" in text)


def test_a_number_that_the_trial_sets_itself_is_refused(tmp_path):
    trial = held_out(
        tmp_path,
        own=("[[arm]]", f'[parameters]\n"{SLOPE}" = 3.0\nbecause = "this clinic measured it"\n\n[[arm]]'),
    )
    assert f"sets '{SLOPE}' itself" in refused(write_fit_file(tmp_path, trial))


# -- what is shipped -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_calibration_can_be_fitted(name):
    problem = cal.make_problem(name)
    assert problem.calibration.last_week <= 52 and problem.feasible(problem.shipped[None]).all()
    assert all(aim.trial.role == "calibration" for aim in problem.aims)


def test_every_shipped_calibration_has_its_fit_and_nothing_else_is_there():
    assert cal.saved_fits() == SHIPPED
    made = {path.name for path in cal.fits_folder().iterdir()}
    assert made == {f"{name}.{kind}" for name in SHIPPED for kind in ("csv", "json")}


@pytest.mark.parametrize("name", cal.saved_fits())
def test_a_saved_fit_is_of_the_file_that_is_shipped(name):
    """Names, figures and draws: what was fitted is what the files say today."""
    log, draws = cal.load_fit(name)
    problem = cal.make_problem(name)
    assert list(draws.columns) == problem.calibration.names == [row["id"] for row in log["parameters"]]
    assert log["settings"] == problem.calibration.model_dump(mode="json", exclude={"free"})
    said = [(one["trial"], one["role"], one["figures"], one["weeks"]) for one in log["targets"]]
    now = [aim.log() for aim in problem.aims]
    assert said == [(one["trial"], "calibration", one["figures"], one["weeks"]) for one in now]
    for aim in problem.aims:
        rows = [row for row in log["figures"] if row["trial"] == aim.trial.name and row["measure"] == "mean"]
        published = [mean for target in load_trial(aim.trial.name).target for mean in target.mean]
        assert [row["paper"] for row in rows] == published


@pytest.mark.parametrize("name", cal.saved_fits())
def test_saved_draws_can_be_put_into_the_evidence(name):
    draws, evidence = cal.load_posterior(name), load_evidence()
    calibration = cal.load_calibration(name)
    assert len(draws) == calibration.draws and draws.notna().all(axis=None)
    for _, row in draws.iloc[::40].iterrows():
        changed = evidence.change(row.to_dict())
        for rest, others in calibration.remainder.items():
            assert changed.value(rest) + sum(map(changed.value, others)) == pytest.approx(1, abs=1e-12)
    low, high = calibration.bounds
    free = draws[list(calibration.free)].to_numpy()
    assert (free >= low).all() and (free <= high).all()
