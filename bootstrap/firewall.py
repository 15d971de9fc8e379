"""The host's firewall as it was before a Docker daemon of ours."""

import re
from pathlib import Path

from bootstrap.command import answer

FAMILIES = ("iptables", "ip6tables")
Chains = dict[str, list[str]]


def save(folder: Path) -> None:
    """Keep the rules of both families; of one that cannot be read nothing is kept, and nothing will be changed."""
    for family in FAMILIES:
        (folder / family).unlink(missing_ok=True)
        if (rules := answer(f"{family}-save")) is not None:
            (folder / family).write_text(rules)


def restore(folder: Path) -> None:
    """Bring back what was kept, whatever has been added since."""
    for family in FAMILIES:
        if (kept := folder / family).exists():
            rules = folder / f"{family}.restore"
            rules.write_text(restoration(kept.read_text(), answer(f"{family}-save") or ""))
            answer(f"{family}-restore", str(rules))


def restoration(before: str, now: str) -> str:
    """What `iptables-restore` is given: the tables from before, and the new ones emptied.

    A table that is not mentioned would keep its rules.
    """
    new = {name: chains for name, chains in _tables(now).items() if name not in _tables(before)}
    emptied = "".join(
        "\n".join((f"*{name}", *(f":{chain} ACCEPT [0:0]" for chain in chains), "COMMIT", ""))
        for name, chains in new.items()
    )
    return "".join(f"{part.strip()}\n" for part in (before, emptied) if part.strip())


def _tables(saved: str) -> Chains:
    """The built-in chains of each table; a chain without a policy (-) is a user's."""
    tables: Chains = {}
    for line in saved.splitlines():
        if line.startswith("*"):
            tables[line[1:]] = []
        elif chain := re.match(r":(\S+) (ACCEPT|DROP) ", line):
            tables[next(reversed(tables))].append(chain[1])
    return tables
