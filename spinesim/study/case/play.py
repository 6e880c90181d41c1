"""Play a case: the clinic's own engine, one patient, stopped at the first visit that has no decision yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spinesim.clinic import Clinic
from spinesim.clinic.log import Row
from spinesim.clinic.patient import Patient
from spinesim.clinical import Cohort, Report, Signs
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence
from spinesim.pathway import Facts, Offer, Pathway
from spinesim.pathway.vocabulary import FACTS
from spinesim.study.case.beliefs import Beliefs, Test, beliefs_of
from spinesim.study.case.check import ALARM, allowed, as_emergency, same_visits
from spinesim.study.case.file import CaseFile, Choice
from spinesim.study.case.lists import clinic_with_lists
from spinesim.study.case.log import Log
from spinesim.study.case.orders import emergencies, refusals, warnings
from spinesim.study.case.policy import policy
from spinesim.study.case.questions import check_asked, known_facts, minutes
from spinesim.study.results import Results, collect
from spinesim.study.simulation import Plan, plan, shipped_evidence

YOURS = "your decisions"
INVASIVE = ("procedure", "operation")


class Paused(Exception):
    """The patient sits there, and nothing has been decided yet."""


@dataclass(frozen=True)
class Visit:
    """One consultation as it begins.

    Attributes
    ----------
    number : int
        1 for the first.
    day : float
        Day since referral.
    facts : Facts
        All that could be observed, asked or not.
    tests : tuple of Test
        Scans, nerve tests and blocks so far.
    """

    number: int
    day: float
    facts: Facts
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Played:
    """A play as far as it has come.

    Attributes
    ----------
    log, case
    visits : tuple of Visit
        The last one waits for a decision, unless the play is over.
    results : Results or None
        Once it is over.
    events : list of Row
        What happened so far.
    cohort, signs, evidence, numbers
        The hidden truth and what it is read with.
    weekly : mapping
        Pain, disability, sleep … by week so far (NaN ahead of now).
    """

    log: Log
    case: CaseFile
    visits: tuple[Visit, ...]
    results: Results | None
    events: list[Row]
    cohort: Cohort
    signs: Signs
    evidence: Evidence
    numbers: dict[str, float]
    minutes: dict[str, float]
    regions: dict[str, str | None]
    kinds: dict[str, str]
    weekly: dict[str, Any]

    @property
    def over(self) -> bool:
        """Whether the patient has been followed to the end."""
        return self.results is not None

    @property
    def now(self) -> Visit:
        """The consultation that waits for a decision.

        Raises
        ------
        SpinesimError
            If the play is over.
        """
        if self.over:
            raise SpinesimError("This case is over: see the debrief, or start it again.")
        return self.visits[-1]

    @property
    def region(self) -> str:
        """Where the patient hurts."""
        return self.now.facts.region if not self.over else self.visits[0].facts.region

    def asked(self, more: Sequence[str] = ()) -> list[str]:
        """Everything asked at earlier visits, and now."""
        return [*dict.fromkeys([*(key for one in self.log.choices for key in one.asked), *more])]

    def known(self, asked_now: Sequence[str] = ()) -> Facts:
        """What the clinic knows at this visit, having asked these things today."""
        plain = () if self.now.number == 1 else ALARM  # who comes back with a red flag comes because of it
        facts = known_facts(self.now.facts, self.asked(asked_now), asked_now, plain)
        return self.beliefs(asked_now).in_facts(facts)

    def beliefs(self, asked_now: Sequence[str] = ()) -> Beliefs:
        """The differential and the risk of serious disease, from what has been asked and tested."""
        tests = self.visits[-1].tests
        return beliefs_of(self.evidence, self.cohort, self.signs, self.asked(asked_now), tests)

    @property
    def has_minutes(self) -> float:
        """How long this visit may take."""
        return self.minutes["intake" if self.now.number == 1 else "review"]

    def takes_minutes(self, choice: Choice) -> float:
        """How long asking, examining, talking and ordering take."""
        v = self.numbers
        talk = [step for step in choice.orders if self.kinds[step] == "talk"]
        return (
            sum(minutes(key, v) for key in choice.asked)
            + v["consult.talk_minutes"] * len(talk)
            + v["consult.order_minutes"] * (len(choice.orders) - len(talk))
            + v["consult.goal_minutes"] * bool(choice.goal)
        )

    def refused(self, choice: Choice) -> list[str]:
        """Why the clinic will not do it, or why there is no time for it; empty if it will."""
        takes, has = self.takes_minutes(choice), self.has_minutes
        if takes > has:
            return [
                f"That takes {takes:g} minutes, and this visit has {has:g}: leave something for the next one."
            ]
        known = self.known(choice.asked)
        return refusals(choice, self.now.facts, known, self.region, self.regions)

    def warned(self, choice: Choice) -> list[str]:
        """What is said of it: that it is an emergency, or that what is known speaks against it."""
        known = self.known(choice.asked)
        return [*emergencies(choice, known), *warnings(choice, known)]

    def decide(self, choice: Choice) -> Played:
        """Go on with this decision; what is an emergency (`orders.toml`) becomes urgent in the log.

        Raises
        ------
        SpinesimError
            One sentence, if the clinic refuses; nothing has happened then.
        """
        no = self.refused(choice)
        if no:
            raise SpinesimError(" ".join(no))
        return play(self.log.then(choice.model_copy(update={"week": self.now.facts.weeks})), _case=self.case)


class Consulting(Clinic):
    """The clinic with one patient whose decisions come from outside."""

    def __init__(self, decided: int, *rest: Any) -> None:
        super().__init__(*rest)
        self.decided = decided
        self.visits: list[Visit] = []
        self.tests: list[Test] = []
        self.asks = {*FACTS}  # whatever could be seen is at hand; what is told depends on what is asked

    def offer(self, patient: Patient, facts: Facts) -> Offer | None:
        """As the pathway of the decisions says, until there are none left."""
        day = self.env.now - patient.entry
        self.visits.append(Visit(len(self.visits) + 1, day, facts, tuple(self.tests)))
        if len(self.visits) > self.decided:
            raise Paused
        return super().offer(patient, facts)

    def note(
        self, patient: Patient, event: str, step: str = "", resource: str = "", value: float = float("nan")
    ) -> None:
        """Keep the tests that were read, beside the log."""
        super().note(patient, event, step, resource, value)
        if event == "result" and step != "visit" and self.followed(patient):
            report = patient.report if step == "imaging" else Report(False, False, False)
            self.tests.append(Test(step, value, report))


def plan_of(log: Log, case: CaseFile, pathway: Pathway, arm: str, number: int = 1) -> Plan:
    """The plan that simulates the patient (number 0) and `number` - 1 twins under a pathway."""
    return plan(
        pathway,
        arm=arm,
        people=case.people(number, log.seed),
        years=case.years,
        clinic=clinic_with_lists(log.clinic),
    )


@lru_cache(maxsize=1)
def invasive_steps() -> tuple[str, ...]:
    """Injections, ablations, operations."""
    rows = shipped_evidence().treatments
    return tuple(key for key, row in rows.items() if row["kind"] in INVASIVE)


def policy_of(
    log: Log,
    case: CaseFile,
    choices: Sequence[Choice],
    met: Sequence[Facts] = (),
    twins: bool = True,
    rescue: bool = True,
) -> Pathway:
    """The pathway that a list of choices makes; see `policy`."""
    return policy(
        YOURS,
        choices,
        case.pathway(),
        important_pain=shipped_evidence().value("important.pain"),
        invasive=invasive_steps(),
        physiotherapy_sessions=log.physiotherapy_sessions,
        cbt_sessions=log.cbt_sessions,
        met=met,
        twins=twins,
        rescue=twins and rescue,
    )


def play(log: Log, *, _case: CaseFile | None = None) -> Played:
    """Live through a log from the first day, up to the first visit without a decision, or to the end.

    The patient is number 0 of the case's people, so that everything is identical, to the bit, to the first of
    any number of twins under the same decisions. A decision that is an emergency and does not say so is lived
    as urgent, and stands so in the log that is returned.

    Raises
    ------
    SpinesimError
        One sentence: a case, clinic or order that is not there, or a log of another version or patient.
    """
    case = _case or log.file()
    for choice in log.choices:
        check_asked(choice.asked)
    while True:
        wish = plan_of(log, case, policy_of(log, case, log.choices, twins=False), YOURS)
        clinic = _run(wish, len(log.choices))
        visits, before = clinic.visits, log
        log = as_emergency(log, visits)
        if log is before:
            break
    same_visits(log, visits)
    allowed(log, clinic, wish.evidence)
    over = len(visits) <= len(log.choices)
    body = clinic.body
    weeks = {name: values[:, 0] for name, values in body.record.items()}
    clinic.log.pack()
    return Played(
        log=log,
        case=case,
        visits=tuple(visits),
        results=collect(clinic, YOURS, 0) if over else None,
        events=clinic.log.of(0),
        cohort=body.cohort,
        signs=clinic.signs,
        evidence=wish.evidence,
        numbers=clinic.numbers,
        minutes=clinic.minutes,
        regions={step: what.region for step, what in clinic.treatments.items()},
        kinds={step: what.kind for step, what in clinic.treatments.items()},
        weekly=weeks,
    )


def _run(wish: Plan, decided: int) -> Consulting:
    from spinesim.study.enrol import eligible_cohort

    draws = Draws(wish.seed, wish.run)
    clinic = Consulting(
        decided, wish.pathway, wish.clinic, eligible_cohort(wish, draws), wish.evidence, draws, wish.weeks
    )
    try:
        for _ in clinic.run():
            pass
    except Paused:
        pass
    return clinic
