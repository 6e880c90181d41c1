"""Fails at 846b617: sessions of one course are kept or missed whatever other courses a person has."""

import spinesim as ss
from spinesim.study.simulation import shipped_evidence


def test_another_course_does_not_change_which_sessions_are_kept(build, healthy, uptakes):
    evidence = shipped_evidence().change(
        healthy | uptakes(1.0) | {"cbt.adherence": 0.0, "education.adherence": 0.0}
    )
    base = ss.pathway("chronic_multilever")
    rule = base.rules[-1]
    kept = []
    for offer in (("physiotherapy",), ("cbt", "physiotherapy")):
        first = rule.model_copy(
            update={"id": "start", "when": (), "offer": offer, "times": 1, "uptake": None}
        )
        plan = base.model_copy(update={"rules": (first,)}).change(physiotherapy_sessions=8, cbt_sessions=8)
        clinic = build(plan, "persistent_back_pain", 60, 20, evidence=evidence)
        list(clinic.run())
        events = clinic.log.table()
        starts = events[(events["event"] == "start") & (events["step"] == "physiotherapy")]
        kept.append([tuple((rows["day"] // 3.5).astype(int)) for _, rows in starts.groupby("patient")])
    assert kept[0] == kept[1]
