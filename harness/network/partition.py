"""Shell scripts for cutting packets, run as root in the network namespace of the service.

All rules stand in one chain of our own, each with the name of its peer as a comment: cutting twice
changes nothing, and mending finds the rules of a peer whose address has changed since.
"""

import re
from collections.abc import Iterable, Mapping

CHAIN = "KAFKA-CHAOS-HARNESS"
HOOKS = ("INPUT", "OUTPUT")
_TABLES = "iptables --wait 5"
_COMMENT = re.compile(r"/\* (?P<peer>\S+) \*/")


def cut_script(peers: Mapping[str, Iterable[str]]) -> str:
    """Drop every packet from and to each peer.

    Args:
        peers: addresses of each peer by its name.
    """
    lines = [
        "set -e",
        f"{_TABLES} -N {CHAIN} 2>/dev/null || true",
        *(_once(f"{hook} -j {CHAIN}", insert=True) for hook in HOOKS),
    ]
    for peer, addresses in peers.items():
        for address in addresses:
            lines += [
                _once(f"{CHAIN} {side} {address}/32 -m comment --comment {peer} -j DROP")
                for side in ("-s", "-d")
            ]
    return "\n".join(lines)


def mend_script(peers: Iterable[str]) -> str:
    """Delete every rule of each peer, whatever address it was made for; an empty chain as well."""
    names = "|".join(re.escape(peer) for peer in peers)
    return "\n".join(
        [
            "set -e",
            f"rules=$({_TABLES} -S {CHAIN} 2>/dev/null) || exit 0",
            f"printf '%s\\n' \"$rules\" | sed -nE '/--comment ({names}) /s/^-A/-D/p' |",
            f"while read -r rule; do {_TABLES} $rule || exit 1; done",
            f"if ! {_TABLES} -S {CHAIN} | grep -q '^-A'; then",
            *(f"{_TABLES} -D {hook} -j {CHAIN}" for hook in HOOKS),
            f"{_TABLES} -X {CHAIN}",
            "fi",
        ]
    )


def count_script() -> str:
    """List the rules with their counters, for `dropped_packets`."""
    return f"{_TABLES} -L {CHAIN} -n -v -x 2>/dev/null || true"


def dropped_packets(listing: str, peers: Iterable[str]) -> int:
    """Packets that the rules of `peers` have dropped, from the output of `count_script`."""
    wanted = set(peers)
    total = 0
    for line in listing.splitlines():
        comment = _COMMENT.search(line)
        if comment and comment["peer"] in wanted:
            total += int(line.split()[0])
    return total


def _once(rule: str, *, insert: bool = False) -> str:
    add = "-I" if insert else "-A"
    return f"{_TABLES} -C {rule} 2>/dev/null || {_TABLES} {add} {rule}"
