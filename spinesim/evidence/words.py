"""The closed lists of words that the data files use: what a treatment, a pattern or a sign may name."""

from __future__ import annotations

REGIONS = ("lumbar", "cervical")
SERIOUS = ("cauda_equina", "weakness", "cord_compression", "cancer", "infection", "fracture")
"""Kinds of serious disease; ``<condition>.serious.<kind>`` is the share of people who have or develop it."""
RISKS = ("kidney_disease", "ulcer", "anticoagulated", "diabetes", "osteoporosis")
TISSUES = ("facet_source", "si_source", "muscle_source", "narrowed")
WORKS_WHEN = ("herniation", *TISSUES, "root")
"""Tissue that a treatment can need; ``root``: a herniation that still presses, or a narrowed canal."""
PROGRAMMES = (
    "general", "directional", "neutral_spine", "flexion", "stabilisation", "trigger_release",
    "nerve_mobility", "graded_neck", "deep_neck_flexor", "balance", "rehabilitation",
)  # fmt: skip
RESOURCES = (
    "none", "physician", "physiotherapy", "psychology", "imaging", "injection", "ablation", "theatre",
)  # fmt: skip
KINDS = ("talk", "tablets", "course", "test", "procedure", "operation", "referral", "discharge")
STEPS = (
    "education", "pacing", "sleep_care", "workstation", "flare_plan", "maintenance", "bed_rest",
    "push_through", "catch_up", "graded_loading", "nsaid", "paracetamol", "gabapentinoid", "tricyclic",
    "muscle_relaxant", "opioid", "physiotherapy", "specific_physiotherapy", "group_exercise", "home_exercise",
    "virtual_physiotherapy", "traction", "cbt", "prehabilitation", "rehabilitation", "imaging", "emg",
    "medial_branch_block", "epidural", "cervical_epidural", "facet_injection", "si_injection",
    "trigger_injection", "ablation", "microdiscectomy", "decompression", "fusion", "cervical_surgery",
    "urgent_referral", "discharge",
)  # fmt: skip
HARMS = (
    "gi_event", "renal_event", "sedation", "constipation", "dependence", "fall", "injection_reaction",
    "dural_puncture", "bleeding", "neuritis", "neurological_event", "durotomy", "wound_infection",
    "reoperation", "new_deficit",
)  # fmt: skip
SIGN_KINDS = ("history", "examination", "flag")
DERIVED_SIGNS = ("limb_dominant", "long_standing", "older")
SIGNS_NEEDED = ("straight_leg_raise", "spurling", "facet_loading", "si_provocation")
"""Signs that rules of pathways read."""

# -- what may follow the name of a condition or treatment in the id of a parameter ---------------------------

CONDITION_NEEDS = (
    "age", "age_sd", "female", "axial.start", "axial.start_sd", "limb.start", "limb.start_sd",
    "start_correlation", "course.spread", "course.lasting_concentration", "course.wobble_correlation",
    "flare.weekly", "disability.per_limb", "disability.per_axial", "disability.spread", "disability.days",
    "months_in_pain",
)  # fmt: skip
CONDITION_MAY = (
    *TISSUES, "load_response", "months_least", "months_most", "months_spread",
)  # fmt: skip
OF_COURSE = ("share", "limb_days", "axial_days", "limb_lasting", "axial_lasting", "wobble")
"""Each class of natural course needs these: ``<condition>.course.<class>.<name>``."""

BOOKED = ("test", "procedure", "operation", "referral")
BY_PATHWAY = ("physiotherapy", "specific_physiotherapy", "group_exercise", "virtual_physiotherapy", "cbt")
"""Courses whose number of sessions is a dial of the pathway."""
OPERATION_NEEDS = ("success", "axial_days", "wound", "wound_days", "deficit_size")
FREED_LIMB = ("limb_left", "limb_days", "at_once")
FREED_AXIAL = ("axial_left", "axial_at_once")
RELIEF = ("limb_relief", "axial_relief")
ENDS = ("days", "return_days", "regrowth_months")
TREATMENT_MAY = (
    *HARMS, *OPERATION_NEEDS, *FREED_LIMB, *FREED_AXIAL, *RELIEF, *ENDS,
    "active_days", "adherence", "calm", "calm_days", "conditioning", "conditioning_hold", "conditioning_loss",
    "dose", "fear", "flare_load", "follows_tolerance", "habits", "habits_hold", "lead_days", "load",
    "maintenance", "minutes", "onset_days", "pain_limits", "price", "prior_kept", "reference_pain",
    "regrowth_spread", "responders", "review_days", "scar", "sessions", "sessions_per_week", "sessions_scale",
    "sleep", "uptake",
)  # fmt: skip
TEST_MAY = (
    "chance_concordance", "false_positive", "false_positive_correlation", "incidental", "incidental_scale",
    "positive_relief", "sensitivity", "serious_sensitivity", "specificity", *REGIONS,
)  # fmt: skip
"""Besides, of tests: the first word after their name."""
