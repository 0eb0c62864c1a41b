"""Ingestion and sending of this tree and of an earlier one, in turn: `python -m bench.pairs --before ../older`.

Both stacks run all the time, on servers of their own, and take rounds in turn, so that whatever slows the machine slows
both. What counts is the ratio of their CPU, pair by pair.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scipy.stats import binom

TREE = Path(__file__).resolve().parent.parent.parent
KINDS = {"ingest": "ingestion, an event", "send": "sending, a message"}
CONFIDENCE = 0.95


def main() -> int:
    options = _read_options()
    print("| CPU of | before, µs | after, µs | pairs | median ratio | 95 % interval |")
    print("|---|--:|--:|--:|--:|--:|")
    for kind in options.kinds:
        with ExitStack() as stack:
            before, after = (
                stack.enter_context(_run_rounds(tree, kind, options)) for tree in (options.before, TREE)
            )
            pairs = _time_pairs(before, after, options.pairs)
        _print_row(KINDS[kind], pairs)
    return 0


@contextmanager
def _run_rounds(tree: Path, kind: str, options: argparse.Namespace) -> Iterator["subprocess.Popen[str]"]:
    python = str(tree / ".venv/bin/python")
    size = ["--subscribers", str(options.subscribers), "--events", str(options.events)]
    command = [python, "-m", "bench.server", python, "-m", "bench.pairs.rounds", kind, *size]
    environment = os.environ | {"CARILLON_HOME": str(options.home / tree.resolve().name / kind)}
    with subprocess.Popen(  # noqa: S603  # our own
        command, cwd=tree, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        _read_answer(process, "ready")
        yield process
        assert process.stdin
        process.stdin.close()


def _time_pairs(
    before: "subprocess.Popen[str]", after: "subprocess.Popen[str]", number: int
) -> list[tuple[float, float]]:
    """µs of CPU, ours and the database's: before and after. One pair to warm up; who goes first takes turns."""
    pairs = []
    for index in range(number + 1):
        order = (before, after) if index % 2 else (after, before)
        took = {id(process): _do_round(process) for process in order}
        if index:
            pairs.append((took[id(before)], took[id(after)]))
            print(f"pair {index}: {pairs[-1][0]:,.0f} {pairs[-1][1]:,.0f}", file=sys.stderr, flush=True)
    return pairs


def _do_round(process: "subprocess.Popen[str]") -> float:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()
    parts: dict[str, float] = json.loads(_read_answer(process, "{"))
    return sum(parts.values())


def _read_answer(process: "subprocess.Popen[str]", begin: str) -> str:
    assert process.stdout
    for line in process.stdout:
        if line.startswith(begin):
            return line
    raise RuntimeError("A tree's rounds have ended early; what it printed says why.")


def _print_row(name: str, pairs: Sequence[tuple[float, float]]) -> None:
    ratios = sorted(after / before for before, after in pairs)
    before, after = (statistics.median(side) for side in zip(*pairs, strict=True))
    low, high = _bound_median(ratios)
    print(
        f"| {name} | {before:,.0f} | {after:,.0f} | {len(pairs)} | {statistics.median(ratios):.3f} "
        f"| {low:.3f} to {high:.3f} |",
        flush=True,
    )


def _bound_median(ordered: Sequence[float]) -> tuple[float, float]:
    """The interval of the median that needs no assumption on how the figures are spread: two of them, by rank."""
    number = len(ordered)
    below = int(binom.ppf((1 - CONFIDENCE) / 2, number, 0.5))
    rank = max(0, below - 1)
    return ordered[rank], ordered[number - 1 - rank]


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-pairs", description=__doc__)
    parser.add_argument("--before", type=Path, required=True, help="an earlier tree, with its own .venv")
    parser.add_argument("--kinds", nargs="*", choices=sorted(KINDS), default=sorted(KINDS))
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--subscribers", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    home = Path(os.environ.get("CARILLON_HOME") or TREE / ".carillon") / "pairs"
    parser.add_argument("--home", type=Path, default=home, help="where both keep their data")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
