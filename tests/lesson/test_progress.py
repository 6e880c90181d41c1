"""The learner's file: nothing is lost, nothing breaks the lesson, and nobody is named."""

import datetime
import json
import os
import subprocess
import sys
import time

import pytest

from spinesim.errors import SpinesimError
from spinesim.view.lesson import progress_file as files
from spinesim.view.lesson.progress import Progress
from spinesim.view.lesson.progress_file import Answered, Guessed, ProgressFile
from spinesim.view.lesson.progress_panel import ProgressPanel

GUESS = Guessed(best=10, give=5, unit="people per 100", when="2026-11-24")
ANSWER = Answered(chosen="More", right=True, said="Right.", settings="spinesim 02", when="2026-11-24")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my_progress.json"


def test_the_file_is_readable_sorted_and_holds_only_what_it_should(path):
    progress = Progress(path)
    progress.guess("02", "injections", GUESS)
    progress.answer("02", 1, ANSWER)
    text = path.read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert set(json.loads(text)) == {"about", "lessons", "version"}
    assert set(json.loads(text)["lessons"]["02"]) == {"answers", "predictions"}
    assert os.listdir(path.parent) == [path.name], "no lock and no scratch file is left"
    assert Progress(path).of("02") == progress.of("02") == files.parsed(text).lessons["02"]


def test_the_first_guess_and_answer_stay_and_the_result_comes_in_once(path):
    progress = Progress(path)
    progress.guess("02", "injections", GUESS)
    progress.guess("02", "injections", GUESS.model_copy(update={"best": 99.0}))
    progress.guess("02", "injections", GUESS.model_copy(update={"best": 99.0, "result": 14.0}))
    progress.guess("02", "injections", GUESS.model_copy(update={"result": 1.0}))
    kept = progress.of("02").predictions["injections"]
    assert (kept.best, kept.result, kept.inside) == (10, 14, True)
    progress.answer("02", 1, ANSWER)
    progress.answer("02", 1, ANSWER.model_copy(update={"right": False}))
    assert progress.of("02").answers["1"].right


WRITER = """
import sys
from spinesim.view.lesson.progress import Progress
from spinesim.view.lesson.progress_file import Guessed
lesson, path = sys.argv[1:]
for n in range(40):
    guess = Guessed(best=n, give=1, unit="x", when="2026-11-24")
    Progress(path).guess(lesson, f"fact_{n}", guess)
"""


def test_two_kernels_writing_at_once_lose_nothing(path):
    both = [subprocess.Popen([sys.executable, "-c", WRITER, lesson, str(path)]) for lesson in ("02", "03")]
    assert [one.wait(timeout=120) for one in both] == [0, 0]
    lessons = Progress(path).file.lessons
    assert {lesson: len(record.predictions) for lesson, record in lessons.items()} == {"02": 40, "03": 40}
    assert os.listdir(path.parent) == [path.name]


def test_a_lock_left_by_a_dead_notebook_is_passed_and_a_live_one_waited_for(path, monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    lock = path.with_name("my_progress.json.lock")
    lock.touch()
    progress = Progress(path)
    progress.guess("02", "injections", GUESS)
    assert not path.exists() and "another notebook is writing" in progress.note
    assert progress.of("02").predictions, "the guess is not lost meanwhile"
    old = time.time() - 2 * files.STALE
    os.utime(lock, (old, old))
    progress.guess("02", "pain", GUESS)
    assert progress.note == "" and set(Progress(path).of("02").predictions) == {"injections", "pain"}


@pytest.mark.parametrize(
    "fault", [PermissionError(13, "Permission denied"), OSError(28, "No space left on device")]
)
def test_what_cannot_be_saved_is_one_sentence_and_stays_in_memory(path, monkeypatch, fault):
    progress = Progress(path)
    progress.answer("02", 1, ANSWER)
    before = path.read_bytes()

    def refuse(*_):
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", refuse)
        progress.guess("02", "injections", GUESS)
    assert fault.strerror.lower() in progress.note and progress.note.count(".") <= 3
    assert path.read_bytes() == before and os.listdir(path.parent) == [path.name]
    assert progress.of("02").predictions and progress.of("02").answers
    progress.answer("02", 2, ANSWER)
    assert progress.note == "" and Progress(path).of("02").predictions["injections"] == GUESS


def test_a_folder_that_is_not_there(tmp_path):
    progress = Progress(tmp_path / "nowhere" / "my_progress.json")
    progress.guess("02", "injections", GUESS)
    assert "last only until you close this page" in progress.note and progress.of("02").predictions


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1, 2]",
        b'{"version": 2}',
        b'{"name": "Anna"}',
        b"\xff\xfe",
        b'{"lessons": {"x": {}}}',
        b"[" * 9999,
    ],
)
def test_a_broken_or_foreign_file_is_set_aside_and_said(path, content):
    for n in (1, 2):
        path.write_bytes(content)
        progress = Progress(path)
        assert progress.file == ProgressFile()
        aside = path.with_name(f"my_progress.broken-{n}.json")
        assert aside.read_bytes() == content and aside.name in progress.note and not path.exists()
    progress.guess("02", "injections", GUESS)
    assert aside.name in progress.note, "it is still said after the next save"
    assert Progress(path).of("02").predictions


def test_import_merges_and_a_broken_one_changes_nothing(path):
    mine = Progress(path)
    mine.answer("02", 1, ANSWER)
    other = files.with_answer(ProgressFile(), "02", "1", ANSWER.model_copy(update={"right": False}))
    other = files.with_guess(other, "05", "pain", GUESS)
    assert mine.take_in(files.written(other).encode()).startswith("2 lessons came in")
    assert mine.of("02").answers["1"].right and mine.of("05").predictions["pain"] == GUESS
    before = path.read_bytes()
    for broken in (b"{", files.written(other).encode()[:-30], b" " * (files.LARGEST + 1)):
        with pytest.raises(SpinesimError):
            mine.take_in(broken)
        assert path.read_bytes() == before


def test_start_again_keeps_a_backup_that_can_be_brought_back(path):
    here, elsewhere = Progress(path), Progress(path)
    here.guess("02", "injections", GUESS)
    elsewhere.answer("03", 1, ANSWER)
    assert "my_progress.backup-1.json" in here.start_again() and not path.exists()
    assert here.file == ProgressFile()
    elsewhere.answer("04", 1, ANSWER)
    assert set(Progress(path).file.lessons) == {"04"}, "another notebook does not bring the old back"
    here.take_in(path.with_name("my_progress.backup-1.json").read_bytes())
    assert set(here.file.lessons) == {"02", "03", "04"}


def test_where_it_is_kept_is_asked_of_the_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPINESIM_PROGRESS", raising=False)
    assert str(Progress.usual().path) == "my_progress.json"
    monkeypatch.setenv("SPINESIM_PROGRESS", "off")
    off = Progress.usual()
    off.guess("02", "injections", GUESS)
    assert off.path is None and off.of("02").predictions and os.listdir(tmp_path) == []
    monkeypatch.setenv("SPINESIM_PROGRESS", str(tmp_path / "mine.json"))
    Progress.usual().guess("02", "injections", GUESS)
    assert os.listdir(tmp_path) == ["mine.json"]


def test_the_panel_asks_once_more_and_a_double_click_does_no_harm(path):
    progress = Progress(path)
    panel = ProgressPanel(progress)
    assert "not yet" in panel.table.value
    progress.guess("02", "injections", GUESS)
    assert "locked in" in panel.table.value
    panel.again_button.click()
    assert path.exists() and panel.again_button.layout.display == "none"
    panel.keep_button.click()
    assert path.exists() and "Nothing was changed" in panel.status.text
    panel.again_button.click()
    panel.sure_button.click()
    panel.sure_button.click()
    assert sorted(os.listdir(path.parent)) == ["my_progress.backup-1.json"]
    assert "locked in" not in panel.table.value and "backup-1" in panel.status.text


def upload(content):
    now = datetime.datetime.now(datetime.UTC)
    return ({"name": "x", "type": "", "size": len(content), "content": content, "last_modified": now},)


def test_the_panel_imports_and_refuses_in_a_sentence(path):
    panel = ProgressPanel(Progress(path))
    other = files.with_guess(ProgressFile(), "02", "injections", GUESS)
    panel.upload.value = upload(files.written(other).encode())
    assert "1 lesson came in" in panel.status.text and "locked in" in panel.table.value
    panel.upload.value = upload(b"{}[]")
    assert panel.status.state == "error" and "not a progress file" in panel.status.text
    assert Progress(path).of("02").predictions
