"""A lesson's flow: predict, see the lab, reveal, questions; what was done is kept in the learner's own file.

>>> from spinesim import view
>>> view.lesson("02").show()  # doctest: +SKIP
"""

from spinesim.view.lesson.lesson import Lesson, lesson

__all__ = ["Lesson", "lesson"]
