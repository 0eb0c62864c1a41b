"""Attack a running Carillon and say what held: `python -m bench.attack --help`. Fails where something did not hold."""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bench.attack.floods import flood, list_floods
from bench.attack.honest import visit
from bench.attack.hostile import send_hostile
from bench.attack.identities import Backend, forge_identities
from bench.attack.oversized import send_large_body
from bench.attack.slow import KINDS, dawdle
from bench.attack.stack import Attacked, prepare, read_home, run_stack
from bench.attack.wire import Target

LONGEST_P95 = 500.0  # milliseconds that an honest visitor may have to wait
NUMBERS = (8, 500)


@dataclass(frozen=True)
class Line:
    """What was tried, what came of it, and whether that is all right."""

    attack: str
    found: str
    held: bool


def main(arguments: list[str]) -> int:
    options = _read_options(arguments)
    if options.url:
        attacked = prepare(options.url, dict(os.environ))
        return _report(asyncio.run(_attack(attacked, options)))
    with run_stack(read_home(), options.port or _find_port()) as attacked:
        return _report(asyncio.run(_attack(attacked, options)))


def _read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="attack", description=__doc__)
    parser.add_argument(
        "--url",
        help="a stack that runs already, on this machine, with TRUSTED_PROXIES=1 and its settings here",
    )
    parser.add_argument("--port", type=int, default=0, help="of the stack that is started otherwise")
    parser.add_argument("--requests", type=int, default=20_000, help="hostile ones")
    parser.add_argument(
        "--seconds", type=int, default=15, help="of each flood and of each kind of slow clients"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", choices=["calm", "hostile", "identities", "slow", "bodies", "floods"], action="append"
    )
    return parser.parse_args(arguments)


async def _attack(attacked: Attacked, options: argparse.Namespace) -> list[Line]:
    target = Target.read(attacked.url)
    lines = []
    for name, attack in {
        "calm": _be_calm,
        "slow": _be_slow,
        "bodies": _send_bodies,
        "floods": _flood,
        "identities": _forge,
        "hostile": _be_hostile,
    }.items():
        if not options.only or name in options.only:
            async for line in attack(attacked, target, options):
                _say(line)
                lines.append(line)
    return lines


async def _be_calm(attacked: Attacked, target: Target, options: argparse.Namespace) -> AsyncIterator[Line]:
    async with visit(target, attacked.sites[0][1]):
        await asyncio.sleep(3)  # what is made at first use is made
    async with visit(target, attacked.sites[0][1]) as waits:
        await asyncio.sleep(options.seconds)
    yield _judge("nothing: honest visitors alone", "", waits.p95_ms, waits.refused)


async def _be_slow(attacked: Attacked, target: Target, options: argparse.Namespace) -> AsyncIterator[Line]:
    for kind in KINDS:
        for number in NUMBERS:
            async with (
                dawdle(target, kind, number) as connected,
                visit(target, attacked.sites[0][1]) as waits,
            ):
                await asyncio.sleep(options.seconds)
                held = len(connected)
            yield _judge(
                f"{number} slow clients, {kind}", f"{held} connected at the end", waits.p95_ms, waits.refused
            )


async def _send_bodies(
    attacked: Attacked, target: Target, options: argparse.Namespace
) -> AsyncIterator[Line]:
    for path in ("/admin/login/", "/v1/track", "/api/v1/sites/", "/admin/segments/segment/upload/"):
        for chunked in (False, True):
            sent = await send_large_body(target, path, chunked=chunked)
            how = "chunked" if chunked else "promised"
            found = f"status {sent.status} after {sent.megabytes:.1f} MB"
            yield Line(
                f"a body of 157 MB at {path}, {how}", found, held=sent.status == 413 and sent.megabytes < 16
            )


async def _flood(attacked: Attacked, target: Target, options: argparse.Namespace) -> AsyncIterator[Line]:
    (_, flooded), (_, honest) = attacked.sites
    for name, (per_second, write) in list_floods(target, flooded).items():
        async with flood(target, per_second, write) as seen, visit(target, honest) as waits:
            await asyncio.sleep(options.seconds)
            rate, refused = seen.per_second, seen.statuses[429]
            total = max(seen.statuses.total(), 1)
        found = f"{rate:,.0f} a second came, {refused / total:.0%} refused"
        line = _judge(f"a flood of {per_second:,} a second: {name}", found, waits.p95_ms, waits.refused)
        yield Line(line.attack, line.found, held=line.held and refused > total / 2)
        await asyncio.sleep(2)


async def _forge(attacked: Attacked, target: Target, options: argparse.Namespace) -> AsyncIterator[Line]:
    site_id, site_key = attacked.sites[0]
    backend = Backend(target, attacked.token, site_id)
    tried, changed = await forge_identities(target, site_key, backend)
    found = "; ".join(changed) or "nothing of the customer changed"
    yield Line(f"{tried:,} forged identities of one customer", found, held=not changed)


async def _be_hostile(attacked: Attacked, target: Target, options: argparse.Namespace) -> AsyncIterator[Line]:
    statuses = await send_hostile(target, attacked.sites[0][1], options.requests, seed=options.seed)
    told = ", ".join(f"{status or 'none'}: {count:,}" for status, count in sorted(statuses.items()))
    failed = sum(count for status, count in statuses.items() if status >= 500 or status == 0)
    yield Line(
        f"{options.requests:,} hostile requests",
        f"{failed:,} of 5xx or without an answer ({told})",
        held=not failed,
    )


def _judge(attack: str, found: str, p95_ms: float, refused: int) -> Line:
    told = f"honest p95 {p95_ms:,.0f} ms" + (f", {refused} of them refused" if refused else "")
    return Line(
        attack, ", ".join(part for part in (told, found) if part), held=p95_ms < LONGEST_P95 and not refused
    )


def _report(lines: list[Line]) -> int:
    print("\n| attack | what came of it | held |\n|---|---|---|")
    for line in lines:
        print(f"| {line.attack} | {line.found} | {'yes' if line.held else '**no**'} |")
    return 0 if all(line.held for line in lines) else 1


def _say(line: Line) -> None:
    print(f"{'held' if line.held else 'FELL'}  {line.attack}: {line.found}", file=sys.stderr, flush=True)


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
