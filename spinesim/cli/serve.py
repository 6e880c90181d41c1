"""``spinesim serve 02``: a lesson as a page of its own (Voilà), for this machine and with a token only."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import secrets
import socket
from pathlib import Path
from typing import Any

from spinesim.errors import SpinesimError

HOST = "127.0.0.1"
FIRST_PORT, PORTS = 8866, 20
IDLE_MINUTES = 120.0
MOST_PEOPLE, MOST_PAGES = 50_000, 20
EXTENSIONS = ("anywidget", "@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8")
"""What a page loads of JupyterLab's extensions; all there are would be some 5 MB more, and complain."""
LIMIT = "SPINESIM_MOST_PEOPLE"
"""What tells kernels the limit (`spinesim.view.limits` reads it)."""
LOOK_SECONDS = 300
"""Longest time between two looks for idle kernels."""
ABOUT = """\
Show a lesson as a page of its own, without code and without JupyterLab (Voilà). Only this machine can reach
it, and only with the token in the printed address. To let others in, put a proxy that asks who they are in
front of it. A lab's "Copy this setting" gives a link that opens the page with that setting."""


def add(commands: Any) -> None:
    """Add the command to a parser."""
    command = commands.add_parser(
        "serve",
        help="show a lesson as a page, without JupyterLab",
        description=ABOUT,
        epilog="lessons:\n" + "\n".join(f"  {name}" for name in _known()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("lesson", help="number or file name of the lesson, e.g. 02")
    command.add_argument(
        "--port", type=int, help=f"port to use (default: the first free one from {FIRST_PORT})"
    )
    command.add_argument(
        "--idle-minutes",
        type=float,
        default=IDLE_MINUTES,
        metavar="MINUTES",
        help=f"a page unused for so long is closed (default: {IDLE_MINUTES:g})",
    )
    command.add_argument(
        "--most-people",
        type=int,
        default=MOST_PEOPLE,
        metavar="N",
        help=f"most patients x runs of one request; more is refused in a sentence (default: {MOST_PEOPLE:,})",
    )
    command.add_argument(
        "--most-pages",
        type=int,
        default=MOST_PAGES,
        metavar="N",
        help=f"most pages open at once; each takes about 200 MB (default: {MOST_PAGES})",
    )


def lessons() -> Path:
    """The folder of the lessons."""
    from spinesim.evidence import data_folder

    beside = data_folder().parent / "notebooks"
    return beside if beside.is_dir() else Path(__file__).parents[1] / "_notebooks"


def _known() -> dict[str, Path]:
    return {path.stem: path for path in sorted(lessons().glob("[0-9][0-9]_*.ipynb"))}


def find_lesson(wanted: str) -> Path:
    """The notebook of a lesson.

    Parameters
    ----------
    wanted : str
        Its number ("11", "2" or "02"), its name, or the path of a notebook.

    Raises
    ------
    SpinesimError
        If there is none.
    """
    known = _known()
    if wanted.isdecimal():
        found = [path for name, path in known.items() if int(name.split("_")[0]) == int(wanted)]
        if found:
            return found[0]
    elif wanted.removesuffix(".ipynb") in known:
        return known[wanted.removesuffix(".ipynb")]
    elif wanted.endswith(".ipynb") and Path(wanted).is_file():
        return Path(wanted).resolve()
    raise SpinesimError(
        f"No lesson '{wanted}': choose one of {', '.join(known)} (its number is enough), or name a notebook."
    )


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_port(wanted: int | None) -> int:
    """A free port of this machine: the one asked for, or the first of a few.

    Raises
    ------
    SpinesimError
        If it is no port, or in use.
    """
    if wanted is None:
        for port in range(FIRST_PORT, FIRST_PORT + PORTS):
            if _is_free(port):
                return port
        raise SpinesimError(
            f"Ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are in use; give one with --port."
        )
    if not 1 <= wanted <= 65_535:
        raise SpinesimError(f"--port is {wanted}; give a whole number from 1 to 65535, such as {FIRST_PORT}.")
    if not _is_free(wanted):
        raise SpinesimError(
            f"Port {wanted} cannot be used here (another program has it, or it is reserved); give another "
            "--port, or leave it out."
        )
    return wanted


def policy(port: int) -> str:
    """Content security policy: the page loads nothing from outside this machine.

    Voilà's templates ask a public network for icons, and its widgets a public one for missing scripts.
    Widgets need inline styles, scripts made at run time and a socket to the kernel.
    """
    sockets = " ".join(f"ws://{host}:{port}" for host in (HOST, "localhost"))
    return (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
        f"connect-src 'self' data: blob: {sockets}; "
        "frame-ancestors 'self'; form-action 'self'; base-uri 'self'; object-src 'none'"
    )


def settings(
    port: int, token: str, idle_minutes: float = IDLE_MINUTES, most_pages: int = MOST_PAGES
) -> dict[str, dict[str, Any]]:
    """Voilà's configuration: closed unless said otherwise.

    Voilà has no token by default, lets any host name through, never culls, takes template and theme from the
    address, loads icons from outside, starts kernels without end and tells each of them the token; each of
    these is turned round here.
    """
    idle = max(1, round(60 * idle_minutes))
    cull = {
        "cull_idle_timeout": idle,
        "cull_interval": max(1, min(LOOK_SECONDS, idle // 2)),
        "cull_connected": True,
    }
    return {
        "Voila": {
            "ip": HOST,
            "port": port,
            "port_retries": 0,
            "token": token,
            "open_browser": False,
            "autoreload": False,
            "log_level": logging.ERROR,
            "tornado_settings": {
                "allow_remote_access": False,
                "local_hostnames": ["localhost"],
                "headers": {"Content-Security-Policy": policy(port)},
            },
        },
        "VoilaConfiguration": {
            "strip_sources": True,
            "show_tracebacks": False,
            "file_allowlist": [r".*\.(png|jpg|gif|svg)"],
            "file_denylist": [r".*\.(ipynb|py)"],
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "preheat_kernel": False,
            "extension_allowlist": list(EXTENSIONS),
            "multi_kernel_manager_class": "spinesim.cli.served_kernels.ServedKernels",
        },
        "ServedKernels": {"most_pages": most_pages},
        "MappingKernelManager": cull,
    }


def serve(args: argparse.Namespace) -> int:
    """Serve a lesson until Ctrl-C.

    Raises
    ------
    SpinesimError
        If there is no such lesson, the port is taken, or Voilà is not installed.
    """
    notebook = find_lesson(args.lesson)
    if not 0 < args.idle_minutes < float("inf"):
        raise SpinesimError(f"--idle-minutes is {args.idle_minutes:g}; give a number of minutes above 0.")
    for option, number in (("--most-people", args.most_people), ("--most-pages", args.most_pages)):
        if number < 1:
            raise SpinesimError(f"{option} is {number}; give a whole number from 1.")
    port, token = choose_port(args.port), secrets.token_urlsafe(24)
    try:
        importlib.import_module("voila.app")
        voila = importlib.import_module("spinesim.cli.served_kernels").ServedVoila
        config = importlib.import_module("traitlets.config").Config
    except ImportError:
        raise SpinesimError(
            "Voilà is not installed, so no page can be served: run `python3 start.py setup`, or "
            "`pip install voila`; `spinesim lab` opens the same lesson in JupyterLab."
        ) from None
    os.environ[LIMIT] = str(args.most_people)  # every kernel inherits it
    closed = config(settings(port, token, args.idle_minutes, args.most_pages))
    app = voila(config=closed)
    app.initialize([str(notebook)])
    for one in (app, app.voila_configuration):  # the last word over a user's own configuration file
        one.update_config(closed)
    said = f"{notebook.name} for this machine only (Ctrl-C stops it): http://{HOST}:{port}/?token={token}"
    loop = importlib.import_module("tornado.ioloop").IOLoop.current()
    loop.add_callback(print, said, flush=True)  # once it listens
    loop.add_callback(lambda: app.kernel_manager.warm_up())
    app.start()
    return 0
