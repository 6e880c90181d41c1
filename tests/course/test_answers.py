"""The facilitator's sheet is computed from the lessons, and says when it is no longer theirs."""

from spinesim.course import answers
from spinesim.view.lab.spec import lesson_files, load_lesson


def test_the_sheet_is_not_stale():
    assert not answers.is_stale(), "spinesim docs --answers"


def test_the_sheet_has_every_lesson_and_every_question():
    text = answers.read(answers.notebooks_folder() / answers.FILE)
    for name in lesson_files():
        lesson = load_lesson(name)
        assert f"## {lesson.id} · {lesson.title}" in text
        assert all(question.ask in text for question in lesson.question)


def test_a_sheet_of_other_lessons_is_stale(tmp_path, monkeypatch):
    path = tmp_path / answers.FILE
    assert answers.is_stale(tmp_path)
    path.parent.mkdir()
    path.write_text(answers.sheet(["## 02"]), "utf-8")
    assert not answers.is_stale(tmp_path)
    known, files = answers.digests()
    monkeypatch.setattr(answers, "digests", lambda: (known, files[::-1]))
    assert answers.is_stale(tmp_path)


def test_an_answer_is_that_of_the_lessons_own_first_run():
    """Worked out here from the study itself, not by the lesson's code."""
    import spinesim as ss

    usual = ss.pathway("conservative_first")
    study = ss.compare(
        {"usual": usual, "yours": usual.change(imaging_after_weeks=1, physiotherapy_sessions=8)},
        condition="lumbar_strain", patients=1_000, years=2, seed=7,
    )  # fmt: skip
    table = study.differences().set_index("outcome")
    rise = table["difference"]
    most = max(("imaging", "injections", "operations"), key=lambda name: rise[name])
    section = answers.answers_of(load_lesson("02"))
    assert most == "imaging" and "right: **MRI scans**" in section
    nearest = min((0, 5, 20, 50, 80), key=lambda choice: abs(choice - rise["imaging"]))
    assert f"right: **{nearest} more per 100 people**" in section
