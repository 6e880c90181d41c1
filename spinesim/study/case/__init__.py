"""The case room: treat one patient inside the engine, then meet their twins."""

from spinesim.study.case.debrief import GUIDELINE, TWINS, Debrief, debrief, debrief_steps, wrong_table
from spinesim.study.case.diary import diary, happened, results, says
from spinesim.study.case.file import CaseFile, Choice, case_names, load_case
from spinesim.study.case.log import Log, load_log, read_log, save_log, start, text_of
from spinesim.study.case.play import YOURS, Played, Visit, play
from spinesim.study.case.questions import GROUPS, Question, answer, check_asked, minutes, questions
from spinesim.study.case.vote import count_votes, letters, majority

__all__ = [
    "GROUPS",
    "GUIDELINE",
    "TWINS",
    "YOURS",
    "CaseFile",
    "Choice",
    "Debrief",
    "Log",
    "Played",
    "Question",
    "Visit",
    "answer",
    "case_names",
    "check_asked",
    "count_votes",
    "debrief",
    "debrief_steps",
    "diary",
    "happened",
    "letters",
    "load_case",
    "load_log",
    "majority",
    "minutes",
    "play",
    "questions",
    "read_log",
    "results",
    "save_log",
    "says",
    "start",
    "text_of",
    "wrong_table",
]
