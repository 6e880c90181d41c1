"""Notebooks and guides are built from one source: the same bytes each time, each reader with their part."""

import json
from pathlib import Path

import jupytext
import nbformat
import pytest

from spinesim.cli import main
from spinesim.course import notebooks
from spinesim.course.sources import AUDIENCES, read_source, source_files
from spinesim.errors import SpinesimError
from spinesim.view.lab.spec import lesson_files, load_lesson

ROOT = Path(__file__).parents[2]
STUDENT, WALL, GUIDE = (
    Path(name) for name in ("02_small.ipynb", "facilitator/02_small.ipynb", "facilitator/02_small.md")
)


def words(text):
    """Every word of a notebook's cells."""
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def test_each_reader_gets_their_own_part(place):
    built = notebooks.build(place.folder)
    assert set(built) == {STUDENT, WALL, GUIDE}
    student, wall, guide = words(built[STUDENT]), words(built[WALL]), built[GUIDE]
    assert "SECRET" in guide and "SECRET" not in student and "SECRET" not in wall
    assert "UNDER" in student and "UNDER" not in wall and "UNDER" not in guide
    assert "projector=True" in wall and "projector=True" not in student
    assert "A story." in student and "A story." in wall and "Everyone." in wall


def test_built_twice_is_built_the_same_and_ids_hang_on_their_own_cell_only(place):
    first = notebooks.build(place.folder)
    assert notebooks.build(place.folder) == first
    place.write(story="Mended.")
    second = notebooks.build(place.folder)
    ids = [[cell["id"] for cell in json.loads(made[STUDENT])["cells"]] for made in (first, second)]
    assert ids[0][0] != ids[1][0] and ids[0][1:] == ids[1][1:]


def test_cells_alike_have_ids_of_their_own(place):
    text = (
        place.write()
        .read_text("utf-8")
        .replace("+++\n\n## Take home\n\nEveryone.", "+++\n\nTwice.\n\n+++\n\nTwice.")
    )
    place.write(text=text)
    cells = json.loads(notebooks.build(place.folder)[STUDENT])["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells) == 5


def test_a_built_notebook_is_clean(place):
    text = notebooks.build(place.folder)[STUDENT]
    made = nbformat.reads(text, as_version=4)
    nbformat.validate(made)
    assert text.endswith("}\n") and made.metadata.kernelspec.name == "python3"
    for cell in made.cells:
        assert not cell.metadata
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)


def test_write_all_writes_what_changed_and_nothing_else(place):
    assert set(notebooks.write_all(place.folder)) == {STUDENT, WALL, GUIDE}
    assert notebooks.write_all(place.folder) == [] == notebooks.stale(place.folder)
    (place.folder / GUIDE).write_text("edited by hand", "utf-8")
    assert notebooks.stale(place.folder) == [GUIDE]
    assert notebooks.write_all(place.folder) == [GUIDE]
    assert [path.name for path in place.folder.rglob(".*")] == []


def test_a_wrong_source_writes_nothing(place):
    place.write("03_broken.md", "no title")
    with pytest.raises(SpinesimError, match=r"03_broken\.md: the first line must be"):
        notebooks.write_all(place.folder)
    assert not (place.folder / STUDENT).exists()
    assert notebooks.write_all(place.folder, only=["2"]) == [STUDENT, WALL, GUIDE]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["facilitator"]', '["teacher"]', r"cell 6 \(“## Plan for 20 minutes”\): no tag 'teacher'"),
        ('["facilitator"]', '["facilitator", "student"]', "2 tags; a cell is for one reader"),
        ('["facilitator"]', '"facilitator"', "is no MyST notebook .'facilitator' is not of type 'array'"),
        ('"tags": ["facilitator"]', '"slide": true', "'slide' is not known here"),
        (":tags: [projector]", ":tags: [facilitator]", "the guide is read, not run"),
        (":tags: [projector]", ":tags: [student]", "the projector has no code cell"),
        ('+++ {"tags": ["facilitator"]}', "+++", 'no cell has the tag "facilitator"'),
        ("# A small lesson", "## A small lesson", "the first line must be the lesson's title"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_file_and_cell(place, old, new, says):
    text = place.write().read_text("utf-8")
    assert old in text
    path = place.write(text=text.replace(old, new))
    with pytest.raises(SpinesimError, match=says) as wrong:
        read_source(path)
    assert "02_small.md" in str(wrong.value) and "\n" not in str(wrong.value)


def test_sources_have_names_and_numbers_of_their_own(place):
    place.write("02_other.md")
    with pytest.raises(SpinesimError, match="have the same number"):
        notebooks.build(place.folder)
    (place.folder / "source" / "02_other.md").rename(place.folder / "source" / "Lesson.md")
    with pytest.raises(SpinesimError, match="call a lesson like"):
        notebooks.build(place.folder)


def test_a_notebook_without_source_is_named_and_left_alone(place):
    notebooks.write_all(place.folder)
    mine = place.folder / "09_mine.ipynb"
    mine.write_text("{}", "utf-8")
    notebooks.write_all(place.folder)
    assert notebooks.orphans(place.folder) == [Path("09_mine.ipynb")] and mine.read_text("utf-8") == "{}"


# The project's own


def test_what_is_committed_is_what_the_sources_say(capsys):
    assert notebooks.stale() == [] == notebooks.orphans()
    assert main(["docs", "--notebooks", "--check"]) == 0
    assert "as its source" in capsys.readouterr().out


def test_every_lesson_has_a_source_and_every_source_a_lesson():
    assert [path.stem for path in source_files()] == lesson_files()


@pytest.mark.parametrize("path", source_files(), ids=lambda path: path.stem)
def test_a_source_survives_jupytext(path):
    """Opened and saved by jupytext it says the same cells with the same tags."""
    text = path.read_text("utf-8")
    first = jupytext.reads(text, fmt="md:myst")
    second = jupytext.reads(jupytext.writes(first, fmt="md:myst"), fmt="md:myst")
    told = [
        [(one.cell_type, one.source, one.metadata.get("tags")) for one in made.cells]
        for made in (first, second)
    ]
    assert told[0] == told[1] and len(told[0]) > 5


@pytest.mark.parametrize("path", source_files(), ids=lambda path: path.stem)
def test_a_lesson_is_built_like_every_lesson(path):
    source = read_source(path)
    student, wall, guide = ("\n".join(cell.text for cell in source.cells_for(one)) for one in AUDIENCES)
    assert f'view.lesson("{source.number}").show()' in student
    assert f'view.lesson("{source.number}", projector=True)' in wall
    assert "Not for decisions about individual patients" in student and "Not for decisions" in wall
    for head in (
        "## Plan for 20 minutes",
        "## Plan for 60 minutes",
        "## What to ask",
        "## Expected confusions",
    ):
        assert head in guide and head not in student and head not in wall
    if source.number != "00":
        assert all(
            head in student for head in ("## Try this", "## Why it happens", "## Take home", "## Sources")
        )
        assert "## Why it happens" not in wall and "## Take home" in wall
        assert ".room().show()" in wall or not load_lesson(source.number).guess


@pytest.mark.parametrize("path", source_files(), ids=lambda path: path.stem)
def test_links_between_lessons_lead_somewhere(path):
    from spinesim.course.site.pages import _LINK

    for _, target in _LINK.findall(path.read_text("utf-8")):
        place = target.partition("#")[0]
        if place and "://" not in place:
            assert (ROOT / "notebooks" / place).exists() or (
                ROOT / "notebooks" / "facilitator" / place
            ).exists(), target
