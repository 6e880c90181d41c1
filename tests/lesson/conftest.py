"""Lesson 02 around a lab without a model, and a learner's file in a folder of its own."""

import sys
from pathlib import Path

import pytest

from spinesim.view.lab.spec import load_lesson
from spinesim.view.lesson import Lesson

sys.path.insert(0, str(Path(__file__).parent))  # for fake_lab


@pytest.fixture
def make(tmp_path):
    """Makes lesson 02 as a cell would; the same file each time unless told otherwise."""
    from fake_lab import FakeLab

    class Small(Lesson):
        def _make_lab(self, **options):
            return FakeLab(self.lesson, **options)

    def made(**options):
        options.setdefault("progress", tmp_path / "my_progress.json")
        lesson = Small(load_lesson("02"), **options)
        lesson.begin()
        return lesson

    return made
