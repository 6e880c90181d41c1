"""Broken files: each is one clear sentence that repeats nothing identifying, and leaves nothing behind."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from made_up import HEADER, made_up, saved

from spinesim.clinic.setting import load_clinic
from spinesim.errors import SpinesimError
from spinesim.study.own_data import import_referrals

SENTINEL = "Zzyzx-Quillfeather"
GOOD = "2025-03-03,disc_herniation,intake,2025-03-04,2025-03-20,yes,no,no,47"
NHS = "943 476 5919"


def with_row(row: str) -> bytes:
    """A header, a good row, then `row` on line 3."""
    return f"{HEADER}\n{GOOD}\n{row}\n".encode()


def changed(column: str, value: str) -> bytes:
    """The good row with one cell changed, on line 3."""
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {column: value}
    return with_row(",".join(cells.values()))


def with_column(name: str, value: str = SENTINEL) -> bytes:
    """One column more."""
    return f"{HEADER},{name}\n{GOOD},{value}\n".encode()


def excel() -> bytes:
    """A workbook that calls itself .csv."""
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as workbook:
        workbook.writestr("xl/sharedStrings.xml", SENTINEL)
    return made.getvalue()


BROKEN: dict[str, tuple[bytes, str]] = {
    # what it is: content, what the sentence says
    "empty": (b"", "empty"),
    "blank lines only": (b"\n\n \n", "empty"),
    "header only": (f"{HEADER}\n".encode(), "no row below"),
    "utf-16": (f"{HEADER}\n{GOOD}\n{SENTINEL}".encode("utf-16"), "UTF-16"),
    "utf-16 without its mark": (f"{HEADER}\n{GOOD}\n{SENTINEL}".encode("utf-16-le"), "UTF-16"),
    "latin-1": (with_row(f"{SENTINEL} Müller").decode().encode("latin-1"), "line 3: not UTF-8"),
    "workbook renamed": (excel(), "Excel workbook"),
    "pdf renamed": (b"%PDF-1.7 " + SENTINEL.encode(), "a PDF"),
    "binary": (with_row(SENTINEL) + b"\0\1\2", "binary"),
    "semicolons": (with_row(SENTINEL).replace(b",", b";"), "semicolons"),
    "tabs": (with_row(SENTINEL).replace(b",", b"\t"), "tabs"),
    "bars": (with_row(SENTINEL).replace(b",", b"|"), "bars"),
    "excel's sep line": (b"sep=;\n" + with_row(SENTINEL).replace(b",", b";"), "semicolons"),
    "title above": (f"Referrals of {SENTINEL}\n\n".encode() + with_row(GOOD), "title stands above"),
    "digits of another script": (changed("referred", "١٢"), "line 3"),
    "an age in another script": (changed("age", "٤٧"), "line 3"),
    "no header, but a value called urgent": (f"{SENTINEL},2025-01-06,urgent\n".encode() * 2, "not shown"),
    "no header": (f"{GOOD}\n{GOOD},{SENTINEL}\n".encode(), "no column of the template"),
    "merged heading": (with_column(""), "column 10 has no heading"),
    "doubled heading": (with_column("age", "47"), "'age' appears twice"),
    "referred missing": (f"condition,attended\n,{SENTINEL}\n".encode(), "'referred' is missing"),
    "misspelt heading": (with_column("apointment"), "rename it to 'appointment'"),
    "unknown heading": (with_column("consultant"), "'consultant' is not in the template"),
    "name column": (with_column("Patient Name"), "'Patient Name' identifies people"),
    "surname column": (with_column("Surname"), "'Surname' identifies people"),
    "date of birth column": (with_column("DOB", "1956-02-03"), "'DOB' identifies people"),
    "camel-case column": (with_column("DateOfBirth", "1956-02-03"), "identifies people"),
    "NHS number column": (with_column("NHS_No", NHS), "identifies people"),
    "record number column": (with_column("MRN"), "identifies people"),
    "address column": (with_column("home address"), "identifies people"),
    "postcode column": (with_column("Post code"), "identifies people"),
    "telephone column": (with_column("Mobile"), "identifies people"),
    "e-mail column": (with_column("E-mail"), "identifies people"),
    "remarks column": (with_column("Comments"), "free text"),
    "value as heading": (with_column(NHS), "column 10 has no heading but a value"),
    "ragged row": (with_row(f"{GOOD},{SENTINEL}"), "line 3: 10 cells under 9 headings"),
    "short row": (with_row(f"2025-03-03,{SENTINEL}"), "line 3: 2 cells under 9"),
    "open quote": (with_row(f'"{SENTINEL},{GOOD}'), "check its quotes"),
    "no referral day": (changed("referred", ""), "line 3, column 'referred': is blank"),
    "day as words": (changed("referred", "3 March 2025"), "written in words"),
    "day free text": (changed("referred", SENTINEL), "column 'referred': no day (not shown"),
    "ambiguous day": (changed("referred", "03/04/2025"), "'03/04/2025' could be day first or month first"),
    "day first": (changed("booked", "23/04/2025"), "'23/04/2025' seems to be written day first"),
    "month first": (changed("booked", "04/23/2025"), "seems to be written month first"),
    "short year": (changed("booked", "03/04/25"), "line 3, column 'booked'"),
    "30 February": (changed("referred", "2025-02-30"), "'2025-02-30' is no day of the calendar"),
    "birthday for a day": (changed("referred", "1956-02-03"), "may be a date of birth"),
    "birthday with strokes": (changed("referred", "03/02/1956"), "may be a date of birth"),
    "future referral": (changed("referred", "2099-01-01"), "lies in the future"),
    "spreadsheet's date": (changed("referred", "45719"), "how a spreadsheet stores a date"),
    "mixed days": (changed("referred", "12"), "'12' is a day number, other days are not"),
    "broken day": (changed("referred", "12.5"), "'12.5' is no whole day"),
    "negative wait": (changed("appointment", "2025-02-28"), "is before 'referred', a negative wait"),
    "booked before referral": (changed("booked", "2025-03-01"), "'2025-03-01' is before 'referred'"),
    "seen before booking": (changed("booked", "2025-03-25"), "is before 'booked'"),
    "wait of eleven years": (changed("appointment", "2036-03-20"), "more than ten years"),
    "seen without a day": (with_row("2025-03-03,,intake,,,yes,no,no,47"), "though 'attended' says yes"),
    "booked without a day": (with_row("2025-03-03,,,2025-03-04,,,no,no,47"), "is blank though 'booked'"),
    "seen tomorrow": (changed("appointment", "2034-03-20"), "the appointment lies in the future"),
    "formula": (changed("condition", "=1+1"), "line 3, column 'condition': holds a formula"),
    "formula in a day": (changed("appointment", "=A2+14"), "column 'appointment': holds a formula"),
    "at-formula": (changed("attended", "@SUM(1)"), "a formula"),
    "NHS number": (changed("condition", NHS), "column 'condition': holds an NHS number"),
    "NHS number as age": (changed("age", "9434765919"), "column 'age': holds an NHS number"),
    "e-mail": (changed("condition", f"{SENTINEL}@example.org"), "holds an e-mail address"),
    "postcode": (changed("condition", "SW1A 1AA"), "holds a postcode"),
    "telephone": (changed("condition", "+44 20 7946 0958"), "a telephone or record number"),
    "name for a condition": (changed("condition", f"Jane {SENTINEL}"), "column 'condition': holds a text"),
    "misspelt condition": (changed("condition", "disc herniaton"), "did you mean 'disc_herniation'"),
    "code for a condition": (changed("condition", "M51.2"), "'M51.2' is no condition that is known"),
    "free text attended": (changed("attended", f"{SENTINEL} rang to say"), "column 'attended': holds a text"),
    "unknown step": (changed("step", "acupunctur"), "column 'step'"),
    "age a birthday": (changed("age", "03/02/1956"), "may be a date of birth"),
    "age 130": (changed("age", "130"), "'130' is above 120"),
    "negative age": (changed("age", "-3"), "column 'age'"),
    "urgent maybe": (changed("urgent", "2"), "'2' is no urgent that is known"),
    "wrong year": (changed("referred", "2015-03-03"), "'2015-03-03' is more than 120 days from most other"),
    "too few rows": (with_row(GOOD), "too few to fit anything"),
    "no first visit": ((f"{HEADER}\n" + f"{GOOD}\n".replace("intake", "review") * 50).encode(), "too few"),
}  # fmt: skip


@pytest.fixture(scope="module")
def base():
    return load_clinic("community")


def elsewhere(tmp_path: Path, monkeypatch) -> tuple[Path, Path]:
    """A home and a working folder of one's own, and the folder that holds the file."""
    home, given = tmp_path / "home", tmp_path / "given"
    for folder in (home, given, home / "tmp"):
        folder.mkdir()
    for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "SPINESIM_KEEP"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("TMPDIR", str(home / "tmp"))
    monkeypatch.chdir(home)
    return home, given


@pytest.mark.parametrize("what", BROKEN)
def test_one_sentence_and_nothing_stored(what, base, tmp_path, monkeypatch):
    home, given = elsewhere(tmp_path, monkeypatch)
    content, words = BROKEN[what]
    path = given / "own.csv"
    path.write_bytes(content)
    with pytest.raises(SpinesimError) as wrong:
        import_referrals(path, base)
    said = str(wrong.value)
    assert words in said
    assert said.startswith("own.csv") and said.endswith(".") and "\n" not in said and len(said) < 260, said
    for secret in (SENTINEL, SENTINEL.casefold(), "Jane", NHS, "9434765919", "1956", "SW1A", "7946"):
        assert secret not in said
    assert wrong.value.__cause__ is None
    assert [p for p in home.rglob("*") if p.is_file()] == []
    assert [p.name for p in given.iterdir()] == ["own.csv"]


def test_there_are_at_least_thirty():
    assert len(BROKEN) >= 30


def test_a_million_rows_are_refused_before_they_are_read(base, tmp_path, monkeypatch):
    path = tmp_path / "own.csv"
    path.write_bytes(f"{HEADER}\n".encode() + f"{GOOD}\n".encode() * 10**6)
    with pytest.raises(SpinesimError, match="larger than 64 MiB"):
        import_referrals(path, base)
    path.write_bytes(b"referred\n" + b"2025-03-03\n" * 10**6)
    monkeypatch.setattr("csv.reader", lambda *_, **__: pytest.fail("the rows were read"))
    with pytest.raises(SpinesimError, match="more than 200,000 rows, so not read; export a shorter period"):
        import_referrals(path, base)


@pytest.mark.parametrize("name", ["gone.csv", "folder", "own.xlsx"])
def test_what_is_no_such_file(name, base, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(SpinesimError, match=r"does not exist|is a folder|own format"):
        import_referrals(tmp_path / name, base)


COMMAND = "from spinesim.cli import main; import sys; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("good", [True, False])
def test_no_file_anywhere_holds_what_was_in_it(good, tmp_path, monkeypatch):
    """Through the command line, in a process of its own; a rare condition marks the good file."""
    home, given = elsewhere(tmp_path, monkeypatch)
    table = made_up(weeks=60)
    table.loc[7, "condition"] = "carpal_tunnel" if good else SENTINEL
    saved(table, given / "own.csv")
    typed = ["import", f"{given}/own.csv", "--out", "mine.toml", "--plots", "fit.svg"]
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, *typed],
        capture_output=True, text=True, cwd=home, check=False,
    )  # fmt: skip
    assert ran.returncode == (0 if good else 2), ran.stderr
    made = {p.relative_to(home).as_posix(): p.read_bytes() for p in home.rglob("*") if p.is_file()}
    ours = {name for name in made if "matplotlib" not in name}
    assert ours == ({"mine.toml", "fit.svg"} if good else set())
    for secret in (SENTINEL, "carpal_tunnel", *table["referred"].unique()):
        assert secret not in ran.stdout + ran.stderr
        assert not [name for name, content in made.items() if secret.encode() in content]
