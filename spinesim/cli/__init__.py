"""The command line: ``spinesim --help`` says what there is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from spinesim.cli.parser import make_parser
from spinesim.errors import SpinesimError

INTERRUPTED, FAILED = 130, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; errors for people go to stderr as one sentence with exit code 2."""
    try:
        return _command(argv)
    except SpinesimError as wrong:
        print(f"spinesim: {wrong}", file=sys.stderr)
        return FAILED
    except MemoryError:
        print("spinesim: not enough memory; ask for fewer patients, years or runs.", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt as stop:
        print(f"\nspinesim: {str(stop) or 'stopped; nothing was written.'}", file=sys.stderr)
        return INTERRUPTED


def _command(argv: Sequence[str] | None) -> int:
    from spinesim.cli import (
        calibrate,
        case,
        docs,
        evidence,
        import_data,
        lab,
        naive,
        report,
        serve,
        studies,
        uncertainty,
        validate,
    )

    parser = make_parser()
    args = parser.parse_args(argv)
    args.typed = list(sys.argv[1:] if argv is None else argv)
    if args.version:
        from spinesim import __version__

        print(f"spinesim {__version__}")
        return 0
    commands: dict[str, Callable[[Any], int]] = {
        "lab": lab.open_lab,
        "run": studies.study,
        "compare": studies.study,
        "trial": studies.trial,
        "validate": validate.validate,
        "calibrate": calibrate.calibrate,
        "claims": studies.claims,
        "uncertainty": uncertainty.uncertainty,
        "naive": naive.naive,
        "evidence": evidence.evidence,
        "import": import_data.import_data,
        "report": report.report,
        "serve": serve.serve,
        "docs": docs.docs,
        "case": case.case,
    }
    if args.command not in commands:
        parser.print_help()
        return 0
    if getattr(args, "out", None) and args.command != "report":
        from spinesim.study.files import check_folder

        check_folder(args.out, args.force)
    return commands[args.command](args)
