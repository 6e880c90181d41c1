"""The end of a study is not the end of care: nobody is discharged by it, and no course of theirs stops."""

import spinesim as ss


def course(pathway: ss.pathway, years: float) -> tuple:
    """Sessions attended and discharges in the first twelve weeks."""
    events = ss.simulate(pathway, condition="lumbar_strain", patients=200, years=years, seed=3).events
    early = events[events["day"] < 84]
    sessions = early[(early["event"] == "end") & (early["step"] == "physiotherapy")]
    return len(sessions), int((early["event"] == "discharge").sum())


def test_what_happens_early_does_not_depend_on_how_long_the_study_goes_on():
    """A course of twelve sessions, one a week, with no review between week 2 and week 20."""
    slow = ss.pathway("conservative_first").change(
        physiotherapy_sessions=12, physiotherapy_sessions_per_week=1, review_weeks=[2, 20, 52]
    )
    short, long = course(slow, 12 / 52), course(slow, 1)
    assert short == long and short[0] > 1_000


def test_a_pathway_without_a_later_review_still_ends_care():
    last = ss.pathway("conservative_first").change(review_weeks=[2, 6])  # and week 12, for its rules
    run = ss.simulate(last, condition="lumbar_strain", patients=200, years=1, seed=3)
    assert (run.events["event"] == "discharge").sum() == 200
