"""The command line and the doors of the jobs: parse, act, and turn what went wrong into one paragraph and a code."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from kvern import __version__, build_commands, commands, failures, tokenizer_commands
from kvern.failures import CALL, DATA, DONE, ENVIRONMENT

__all__ = ["CALL", "DATA", "DONE", "ENVIRONMENT", "job", "main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse, act, exit with 0 done, 1 data, 2 call, 3 environment."""
    options = _parser().parse_args(arguments)
    sys.exit(_guarded(lambda: options.act(options), options.debug))


def job(stage: str | None = None) -> None:
    """The door of a script in jobs/: one stage, or the whole pipeline."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    _common(parser)
    options = parser.parse_args()
    options.from_stage = options.until = stage
    options.renew = False
    sys.exit(_guarded(lambda: commands.run_command(options), options.debug))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kvern", description="Raw holdings in, traceable training shards out.")
    parser.add_argument("--version", action="version", version=f"kvern {__version__}")
    added = parser.add_subparsers(dest="command", required=True)
    run = _command(added, "run", commands.run_command, "run the pipeline, or a part of it")
    run.add_argument("--from", dest="from_stage", metavar="STAGE", help="begin here; from words: a new tokenizer")
    run.add_argument("--until", metavar="STAGE", help="end here")
    run.set_defaults(renew=True)
    _command(added, "status", commands.status_command, "every table: rows, bytes, version, when, recipe; what is stale")
    explain = _command(added, "explain", commands.explain_command, "all that is known of a document")
    explain.add_argument("doc_id", metavar="DOC_ID")
    _build_commands(added)
    _tokenizer_command(added)
    return parser


def _tokenizer_command(added: Any) -> None:
    told = "what texts cost under the tokenizer, by language and spelling, and the pieces to look at"
    report = _command(added, "tokenizer", tokenizer_commands.tokenizer_command, told)
    report.add_argument("--against", metavar="FILE", help="another model (.model or tokenizer.json) beside it")
    report.add_argument("--documents", type=int, default=1000, metavar="N", help="read of each language (1000)")
    report.add_argument("--page", metavar="FILE", help="write the report as Markdown too")
    report.add_argument("--export", metavar="FILE", help="write the model as a Hugging Face tokenizer.json")


def _build_commands(added: Any) -> None:
    told = "the document, page and block that a token came from"
    trace = _command(added, "trace", build_commands.trace_command, told)
    trace.add_argument("shard", nargs="?", metavar="SHARD", help="a file inside a build: BUILD_DIR/megatron/shard-…")
    trace.add_argument("token", nargs="?", type=int, metavar="TOKEN", help="from 0, end marks counted")
    trace.add_argument("--doc", metavar="DOC_ID", help="every place of this document instead")
    redact = _command(added, "redact", build_commands.redact_command, "a next generation without suppressed documents")
    redact.add_argument("build", metavar="BUILD_DIR")
    redact.add_argument("--request", required=True, metavar="NUMBER", help="stands in the certificate")
    redact.add_argument("--key", required=True, metavar="FILE", help="secret bytes that ids are hashed with")
    redact.add_argument("--blank", action="store_true", help="leave end marks, so that numbers stay (Megatron alone)")
    redact.add_argument("--delete", action="store_true", help="delete older generations, which still hold the text")
    verify = added.add_parser(
        "verify", help="read a build back", description="read a build back: exit 1 on a difference"
    )
    verify.add_argument("build", metavar="BUILD_DIR")
    verify.set_defaults(act=build_commands.verify_command)
    _settings(verify, required=False)


def _command(added: Any, name: str, act: Callable[[Any], None], told: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = added.add_parser(name, help=told, description=told)
    parser.set_defaults(act=act)
    _common(parser)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    _settings(parser, required=True)
    parser.add_argument("--batch", metavar="NAME", help="only this batch")


def _settings(parser: argparse.ArgumentParser, required: bool) -> None:
    parser.add_argument("--recipe", required=required, metavar="FILE", help="what can change an output")
    parser.add_argument("--env", required=required, metavar="FILE", help="where things lie")
    for name in ("input", "warehouse", "output"):
        parser.add_argument(f"--{name}", metavar="DIR", help=f"instead of the env's {name}")
    parser.add_argument("--json", action="store_true", help="results as JSON")
    parser.add_argument("--debug", action="store_true", help="errors with their stack trace")


def _guarded(act: Callable[[], None], debug: bool) -> int:
    try:
        act()
    except tuple(kind for kind, _ in failures.EXIT) as error:
        if debug:
            raise
        sentence, code = failures.told(error)
        print(f"kvern: {sentence}", file=sys.stderr)
        return code
    return DONE


if __name__ == "__main__":
    main()
