"""STRESS-DES (Monks and others, Journal of Simulation 2019;13:55–67): its 20 items, filled from the run."""

from __future__ import annotations

from collections.abc import Mapping

from spinesim.clinic.resource import RESOURCES
from spinesim.clinic.setting import ClinicSetting
from spinesim.study.scenario_folder import ResultFolder
from spinesim.study.scenario_folder.clinic_diff import SWITCHES, capacity
from spinesim.view import names
from spinesim.view.report.basis import duration, or_fill
from spinesim.view.report.blocks import FILL, Block, Chain, Paragraph, Table
from spinesim.view.report.compared import who
from spinesim.view.report.named import count, resource, step

Clinics = Mapping[str, ClinicSetting]
Items = list[tuple[str, str]]
ITEMS: Mapping[str, str] = {
    "1.1": "Purpose of the model",
    "1.2": "Model outputs",
    "1.3": "Experimentation aims",
    "2.1": "Base model overview diagram",
    "2.2": "Base model logic",
    "2.3": "Scenario logic",
    "2.4": "Algorithms",
    "2.5": "Components",
    "3.1": "Data sources",
    "3.2": "Input parameters",
    "3.3": "Preprocessing",
    "3.4": "Assumptions",
    "4.1": "Initialisation",
    "4.2": "Run length",
    "4.3": "Estimation approach",
    "5.1": "Software or programming language",
    "5.2": "Random sampling",
    "5.3": "Model execution",
    "5.4": "System specification",
    "6.1": "Computer model sharing statement",
}
SECTIONS = {
    "1": "Objectives",
    "2": "Logic",
    "3": "Data",
    "4": "Experimentation",
    "5": "Implementation",
    "6": "Code access",
}
NOT_IN_FOLDER = "the folder does not hold it"


def stress(folder: ResultFolder, clinics: Clinics) -> list[Block]:
    """The checklist as a table a section, the overview diagram among them."""
    filled = _filled(folder, clinics)
    gaps = sum(FILL in text for text in filled.values())
    blocks: list[Block] = [
        Paragraph(
            f"Strengthening the Reporting of Empirical Simulation Studies, for discrete-event "
            f"simulation: {len(ITEMS)} items, "
            f"{len(ITEMS) - gaps} filled from the run, {gaps} to be completed by you and marked."
        )
    ]
    for number, title in SECTIONS.items():
        rows = [(f"{key} {ITEMS[key]}", filled[key]) for key in ITEMS if key.startswith(number)]
        blocks.append(Table(f"{number}. {title}", ("Item", "This study"), rows))
        if number == "2":
            blocks.append(diagram(clinics.get(folder.arms[0])))
    return blocks


def diagram(clinic: ClinicSetting | None) -> Chain:
    """Item 2.1: the base model as boxes in a row."""
    limited = [
        resource(name) for name in RESOURCES if clinic and getattr(clinic.resources, name).staff != "ample"
    ]
    where = ", ".join(limited) if limited else "nobody waits in this clinic"
    return Chain(
        (
            ("Referral", "a person with a pain pattern and a fate of their own"),
            ("Waiting", f"list and appointment book: {where}"),
            ("First visit", "signs, differential, the first rule of the pathway that fits"),
            ("Steps of care", "exercise, scan, tablets, procedures; each may wait and may harm"),
            ("Review", "at the pathway's weeks; the rules are asked again"),
            ("Discharge or end", "or the list is left; follow-up goes on to the person's last week"),
        ),
        "Overview of the base model",
    )


def _filled(folder: ResultFolder, clinics: Clinics) -> dict[str, str]:
    m = folder.manifest
    first = clinics.get(folder.arms[0])
    found = dict.fromkeys(ITEMS, "")
    found |= _objectives(folder) | _logic(folder, first) | _data(folder, first)
    warm = int(m.get("warm_up", 0))
    start = "the clinic starts empty"
    if first is not None and first.arrivals is not None and first.arrivals.backlog:
        flow = first.arrivals
        start = (
            f"{flow.backlog} people referred over {flow.backlog_weeks} weeks already wait when "
            f"the clinic opens"
        )
    elif first is not None and first.arrivals is None:
        start = "everyone is referred on day 0"
    found["4.1"] = (
        f"{start[:1].upper()}{start[1:]}; warm-up of {count(warm, 'week')}: who is referred in it is "
        f"not counted."
    )
    if not folder.full:
        found["4.1"] = f"{FILL}how the clinic starts ({NOT_IN_FOLDER})"
    found["4.2"] = (
        f"{count(int(m['patients']), 'person', 'people')} a run, each followed for "
        f"{count(int(m['weeks']), 'week')} from referral; "
        "the clinic runs until the last of them is done."
    )
    found["4.3"] = (
        f"{count(int(m['runs']), 'replication')}; common random numbers in all scenarios; paired "
        f"differences with "
        f"{m.get('intervals', '95 % intervals')}."
    )
    versions = m.get("versions", {"spinesim": m["spinesim"], "python": m["python"], "numpy": m["numpy"]})
    found["5.1"] = ", ".join(f"{key} {value}" for key, value in sorted(versions.items())) + "."
    found["5.2"] = (
        f"Philox generator keyed by seed {m['seed']}, run, name of the decision and occurrence "
        f"(BLAKE2): each person keeps "
        "their own random numbers in every scenario."
    )
    took = f" The runs took {duration(m['seconds'])}." if m.get("seconds") else ""
    found["5.3"] = f"Event-driven (SimPy), in days; the body moves by one vectorised step a day.{took}"
    found["5.4"] = or_fill(str(m.get("system") or ""), "the computer: operating system, processor, memory")
    found["6.1"] = (
        f"{FILL}where the model (spinesim {m['spinesim']}), this result folder and the clinic's files "
        f"can be had, and under "
        "which licence"
    )
    return found


def _objectives(folder: ResultFolder) -> dict[str, str]:
    outcomes = ", ".join(
        names.label(one).lower() for one in dict.fromkeys(folder.table("summary")["outcome"])
    )
    flow = (
        "waits, use of the open time, list size, throughput, attendance; "
        if len(folder.table("waits"))
        else ""
    )
    first, *others = folder.arms
    aims = (
        f"Compare {'; '.join(others)} with {first}, for the same people." if others else f"Describe {first}."
    )
    return {
        "1.1": or_fill(
            str(folder.manifest.get("question", "")), "the question the model is to answer, and for whom"
        ),
        "1.2": f"{flow}{outcomes}.",
        "1.3": aims,
    }


def _logic(folder: ResultFolder, clinic: ClinicSetting | None) -> dict[str, str]:
    changed = folder.manifest.get("changed", {})
    if folder.full:
        lines = [
            f"{arm}: {'; '.join([*c['clinic'], *c['pathway']]) or 'nothing changes'}"
            for arm, c in changed.items()
        ]
        scenario = ". ".join(lines) or "One scenario only."
    else:
        scenario = f"{FILL}what each scenario changes ({NOT_IN_FOLDER})"
    switches = [
        said for key, said in SWITCHES.items() if clinic is not None and getattr(clinic.behaviour, key)
    ]
    behaviour = f" Switched on: {'; '.join(switches)}." if switches else ""
    steps = [step(str(one)).lower() for one in dict.fromkeys(folder.table("throughput").get("step", ()))]
    held = (
        [f"{resource(name)}: {capacity(name, getattr(clinic.resources, name))}" for name in RESOURCES]
        if clinic
        else []
    )
    return {
        "2.1": "The boxes below the table.",
        "2.2": (
            "A person is referred, waits for a first visit, is seen, and at each visit the first "
            "rule of the pathway that fits "
            "makes its offer; each step waits for its lead time and a free slot. People recover, "
            "flare and worsen while they "
            "wait. Red flags interrupt the journey. MODEL.md and ARCHITECTURE.md of spinesim say the rest."
        ),
        "2.3": scenario,
        "2.4": (
            "Slots go first come, first served within a class of urgency; with triage the severe "
            "come first and waiting moves "
            f"people up. Appointments take the first free time in the book.{behaviour} Clinical rules "
            f"are pure functions of a "
            "person's state and a named uniform."
        ),
        "2.5": (
            f"Entities: people with back or neck pain. Activities: "
            f"{', '.join(steps) or 'visits and the steps of the pathway'}. "
            f"Resources: {'; '.join(held) or FILL + 'the clinic (' + NOT_IN_FOLDER + ')'}. Queues: "
            f"one for each resource. Entry: "
            "referral. Exit: discharge, leaving the list, or the end of follow-up."
        ),
    }


def _data(folder: ResultFolder, clinic: ClinicSetting | None) -> dict[str, str]:
    assumed, known = len(folder.table("assumptions")), len(folder.table("evidence"))
    if not folder.full:
        return {
            "3.1": f"{FILL}where the clinic's figures are from ({NOT_IN_FOLDER})",
            "3.2": f"data/parameters of spinesim {folder.manifest['spinesim']}; evidence "
            f"{folder.manifest['evidence']['sha256'][:12]}…",
            "3.3": f"{FILL}how the clinic's figures were prepared",
            "3.4": "All parameters marked “assumption” in data/parameters.",
        }
    assert clinic is not None
    source = or_fill(clinic.source, "where this clinic's own figures are from")
    imported = "import" in clinic.source.lower()
    return {
        "3.1": f"Clinic: {source} Care: the section “Evidence used”.",
        "3.2": f"{assumed + known:,} parameters were read: {known:,} with a source, {assumed:,} "
        f"assumed or set by hand; see evidence.csv and assumptions.csv.",
        "3.3": "As the clinic's source says; fitted by spinesim import."
        if imported
        else f"{FILL}how the clinic's figures were prepared",
        "3.4": f"{assumed:,} assumptions, in the section “Assumptions”. {who(folder, clinic)}",
    }
