"""Set up spinesim and start it: needs only Python 3.11, 3.12 or 3.13 with pip.

    python3 start.py                  set up if needed, then open the lessons in JupyterLab
    python3 start.py test             set up if needed, then run every check and test
    python3 start.py test -k evidence     the same; words after "test" go to pytest
                                      (files run side by side, one a core; -n 0 runs one after the other)
    python3 start.py setup            only set up
    python3 start.py compare ...      any other words go to the spinesim command
    python3 start.py compare --help       and this is how to learn them

On Windows write "py start.py" where this says "python3 start.py".

The first start downloads about 200 MB of packages into the folder .venv, beside this file; later starts
need no network. Nothing is installed anywhere else. To start afresh, delete .venv and .uv.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN, EXE = (VENV / "Scripts", ".exe") if os.name == "nt" else (VENV / "bin", "")
PYTHON = BIN / ("python" + EXE)
FINISHED = VENV / "spinesim-setup.json"  # written last: a set-up that was interrupted never has it
LOG = VENV / "setup.log"
UV_FOLDER = ROOT / ".uv"
LOCK = ROOT / "requirements.lock"
UV_LOCK = ROOT / "requirements-uv.lock"
OLDEST, NEWEST = (3, 11), (3, 13)
SPACE_NEEDED_MB = 1500
WORKER_NEEDS_MB = 1500  # of memory: tests with their browser and kernels
MOST_WORKERS = 8

# What a failed install says in its log -> what a person can do about it.
SIGNS = (
    (
        ("no space left", "disk full", "not enough space", "disk quota"),
        "The disk is full: free about 1.5 GB, then run the same command again.",
    ),
    (
        ("permission denied", "access is denied", "read-only file system"),
        "A file could not be written (is JupyterLab still running, or the folder read-only?): "
        "close it or move the project to a folder of your own, then run the same command again.",
    ),
    (
        ("certificate",),
        "The package index could not be trusted (certificate): behind a hospital or company proxy, "
        "ask IT for its certificate file, set SSL_CERT_FILE and PIP_CERT to it, and run this again.",
    ),
    (
        ("hashes are required", "do not match the hash", "hash mismatch"),
        "A downloaded package is not the one in requirements.lock: do not use it; try another network.",
    ),
    (
        ("path too long", "filename or extension is too long", "winerror 206"),
        "The path of this folder is too long for Windows: move the project to a short one, "
        "such as C:\\spinesim.",
    ),
    (
        ("connect", "timed out", "name resolution", "failed to resolve", "unreachable", "dns error", "proxy"),
        "The packages could not be downloaded: check the network connection (and proxy settings), "
        "then run the same command again.",
    ),
    (
        ("no solution found", "no matching distribution", "not a supported wheel"),
        "Some packages do not exist ready-made for this machine: use a 64-bit Python 3.12 "
        "on Windows, macOS or Linux (glibc).",
    ),
)


class SetupError(Exception):
    """One plain sentence for the person at the keyboard."""


def say(text):
    print(text, flush=True)


def environment():
    """What child processes see: the user's settings, minus those that would divert an install."""
    env = {
        k: v
        for k, v in os.environ.items()
        if k not in ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX")
    }
    env.update(
        PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", PIP_DISABLE_PIP_VERSION_CHECK="1", UV_NO_PROGRESS="1"
    )
    env.setdefault("UV_SYSTEM_CERTS", "1")  # uv trusts what the machine trusts, as pip does
    env["PATH"] = os.pathsep.join([str(BIN), env.get("PATH", os.defpath)])
    return env


def check_python():
    version = sys.version_info[:2]
    if OLDEST <= version <= NEWEST:
        return
    others = ["python3.%d" % minor for minor in (13, 12, 11)]
    found = next((name for name in others if shutil.which(name)), None)
    remedy = "run: %s start.py" % found if found else "install Python 3.12 from your system or python.org"
    raise SetupError(
        "spinesim needs Python 3.11, 3.12 or 3.13, and this is Python %d.%d (%s); %s."
        % (version[0], version[1], sys.executable, remedy)
    )


def wanted():
    """What a finished set-up was made from; if any of it changes, the set-up runs again."""
    digest = hashlib.sha256()
    for path in (LOCK, ROOT / "pyproject.toml"):
        try:
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
        except OSError:
            raise SetupError("%s is missing: download the whole project again." % path.name) from None
    return {"content": digest.hexdigest(), "python": sys.version, "folder": str(ROOT)}


def finished():
    try:
        return json.loads(FINISHED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def run_logged(command):
    """Run an install step, its output going to the log; True if it succeeded."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write("\n$ %s\n" % " ".join(map(str, command)))
        log.flush()
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=str(ROOT),
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            log.write("%s\n" % error)
            return False
        started = time.monotonic()
        try:
            while process.poll() is None:
                time.sleep(0.1)
                if sys.stderr.isatty():
                    sys.stderr.write("\r   %d s " % (time.monotonic() - started))
                    sys.stderr.flush()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
            if sys.stderr.isatty():
                sys.stderr.write("\r          \r")
    return process.returncode == 0


def what_went_wrong():
    try:
        text = LOG.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    last = text[text.rfind("\n$ ") :].lower()
    for signs, sentence in SIGNS:
        if any(sign in last for sign in signs):
            return sentence
    return "The packages could not be installed: the end of %s says why." % LOG.relative_to(ROOT)


def pip_version():
    """The version of this Python's pip, or (0, 0) without one."""
    try:
        words = subprocess.check_output(
            [sys.executable, "-m", "pip", "--version"], stderr=subprocess.DEVNULL, env=environment()
        ).split()
        return tuple(int(part) for part in words[1].decode().split(".")[:2])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError):
        return (0, 0)


def installers(pip):
    """Yield (name, command to install the lock, command to install the project): fast first, pip last."""
    lock = ["--require-hashes", LOCK]
    project = ["--no-deps", "--no-build-isolation", "-e", ROOT]

    def with_uv(uv):
        into = ["--python", PYTHON]
        return "uv", [uv, "pip", "sync", *into, *lock], [uv, "pip", "install", *into, *project]

    on_path = shutil.which("uv")
    if on_path:
        yield with_uv(on_path)
    own = UV_FOLDER / "bin" / ("uv" + EXE)
    get_uv = [sys.executable, "-m", "pip", "install", "--upgrade", "--target", UV_FOLDER]
    get_uv += ["--require-hashes", "--only-binary", ":all:", "-r", UV_LOCK]
    if own.exists() or (pip >= (9, 0) and run_logged(get_uv) and own.exists()):
        yield with_uv(own)
    if pip >= (22, 3):
        plain = [sys.executable, "-m", "pip", "--python", PYTHON, "install"]
    elif run_logged([PYTHON, "-m", "ensurepip"]):
        plain = [PYTHON, "-m", "pip", "install"]
    else:
        raise SetupError(
            "This Python (%s) has no usable pip: install pip first (Debian and Ubuntu: "
            "sudo apt-get install python3-pip python3-venv), then run the same command again."
            % sys.executable
        )
    yield "pip", [*plain, "--require-hashes", "-r", LOCK], [*plain, *project]


def install_everything():
    for name, install_lock, install_project in installers(pip_version()):
        say(" - installing the packages of requirements.lock with %s" % name)
        if run_logged(install_lock) and run_logged(install_project):
            return
    raise SetupError(what_went_wrong())


def set_up():
    """Make .venv hold exactly the lock and this project; a finished one is left alone."""
    want, have = wanted(), finished()
    if have == want and PYTHON.exists():
        return
    if shutil.disk_usage(str(ROOT)).free < SPACE_NEEDED_MB * 1_000_000:
        raise SetupError(
            "Too little disk space: setting up needs about %.1f GB free." % (SPACE_NEEDED_MB / 1000)
        )
    started = time.monotonic()
    same_place = PYTHON.exists() and {**have, "content": ""} == {**want, "content": ""}
    if same_place:
        say("Updating .venv, as requirements.lock or pyproject.toml has changed.")
        FINISHED.unlink()
    else:
        say("Setting up spinesim in %s (once; a minute or two, depending on the network)." % VENV)
        if VENV.exists():
            if any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
                raise SetupError(
                    "%s is not a Python environment: move it away, then run the same command again." % VENV
                )
            shutil.rmtree(str(VENV))
        make_venv()
    install_everything()
    FINISHED.write_text(json.dumps(want), encoding="utf-8")
    say("Set up in %.0f s.\n" % (time.monotonic() - started))


def make_venv():
    try:
        import venv
    except ImportError:
        raise SetupError(
            "This Python has no venv module: install it (Debian and Ubuntu: "
            "sudo apt-get install python3-venv), then run the same command again."
        ) from None
    # Without pip inside: uv, or this Python's own pip, installs from outside. No system package is needed.
    venv.EnvBuilder(symlinks=os.name != "nt").create(str(VENV))


def run(command, **options):
    """Run a command at this terminal and return its exit code."""
    return subprocess.call([str(part) for part in command], env=environment(), **options)


def hand_over(arguments):
    """Become the spinesim command."""
    command = [str(PYTHON), "-m", "spinesim", *arguments]
    if os.name != "nt":
        os.execve(command[0], command, environment())
    process = subprocess.Popen(command, env=environment())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # Ctrl-C is for the child, which ends by itself
            continue


def workers():
    """How many tests may run at once: one a core, as far as memory allows."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_000_000
    except (AttributeError, OSError, ValueError):  # Windows
        memory_mb = cores * WORKER_NEEDS_MB
    return max(1, min(cores, memory_mb // WORKER_NEEDS_MB, MOST_WORKERS))


def side_by_side(arguments):
    """What makes pytest run several files at once; nothing if the words given say how, or one core is all.

    A file's tests stay together, so what they share is made once, and files keep their order, so that the
    long ones are not left for the end.
    """
    number = workers()
    said = any(word.startswith(("-n", "--numprocesses", "--dist", "--pdb")) for word in arguments)
    if said or number == 1 or "no:xdist" in " ".join(arguments):
        return []
    return ["-n", str(number), "--dist", "loadfile", "--no-loadscope-reorder"]


def test(arguments):
    """Every check, then pytest, whose closing line comes last; 0 only if all passed."""
    checks = (
        ("ruff check", [PYTHON, "-m", "ruff", "check", "."]),
        ("ruff format --check", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        ("mypy", [PYTHON, "-m", "mypy"]),
        ("lint-imports", [BIN / ("lint-imports" + EXE), "--no-logo"]),
    )
    failed = []
    for name, command in checks:
        say("== %s" % name)
        if run(command, cwd=str(ROOT)):
            failed.append(name)
    if failed:
        say("\nFAILED before the tests: %s. The tests run all the same.\n" % ", ".join(failed))
    say("== pytest")
    code = run([PYTHON, "-m", "pytest", *side_by_side(arguments), *arguments], cwd=str(ROOT))
    return code or int(bool(failed))


def main(arguments):
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        print(__doc__)
        return 0
    try:
        check_python()
        set_up()
    except SetupError as error:
        print("\n%s" % error, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            "\nCould not write in %s (%s): free space there or move the project to a folder of your own, "
            "then run the same command again." % (ROOT, error.strerror or error),
            file=sys.stderr,
        )
        return 1
    if arguments[:1] == ["setup"]:
        say("Ready: python3 start.py opens the lessons.")
        return 0
    if arguments[:1] == ["test"]:
        return test(arguments[1:])
    if arguments[:1] == ["spinesim"]:
        arguments = arguments[1:]
    return hand_over(arguments or ["lab"])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
