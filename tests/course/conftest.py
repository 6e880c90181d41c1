"""A notebooks' folder with one small lesson, to be built somewhere else than in the project."""

import pytest

LESSON = """\
# A small lesson

A story. {story}

+++ {{"tags": ["student"]}}

## Try this

Only for the learner: UNDER.

```{{code-cell}}
:tags: [student]

from spinesim import view

view.lesson("02").show()
```

```{{code-cell}}
:tags: [projector]

from spinesim import view

lesson = view.lesson("02", projector=True)
lesson.show()
```

+++

## Take home

Everyone.

+++ {{"tags": ["facilitator"]}}

## Plan for 20 minutes

Only for the facilitator: SECRET.
"""


@pytest.fixture
def place(tmp_path):
    """The folder, and a function that writes a source into it."""

    class Place:
        folder = tmp_path / "notebooks"

        def write(self, name="02_small.md", text=None, story=""):
            path = self.folder / "source" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(LESSON.format(story=story) if text is None else text, encoding="utf-8")
            return path

    made = Place()
    made.write()
    return made
