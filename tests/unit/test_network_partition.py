"""The scripts that cut and mend, run against an iptables of a few lines of shell."""

import os
import subprocess
from pathlib import Path

import pytest

from harness.network.partition import CHAIN, count_script, cut_script, dropped_packets, mend_script

# Rules lie in a file, one a line, as `iptables -S` would print them.
IPTABLES = r"""#!/bin/sh
touch "$RULES"
[ "$1" = --wait ] && shift 2
action=$1
shift
case $action in
-N) grep -qx -e "-N $1" "$RULES" && exit 1; echo "-N $1" >>"$RULES" ;;
-C) grep -qx -e "-A $*" "$RULES" ;;
-A | -I) echo "-A $*" >>"$RULES" ;;
-D) grep -qx -e "-A $*" "$RULES" || exit 1
    grep -vx -e "-A $*" "$RULES" >"$RULES.new"; mv "$RULES.new" "$RULES" ;;
-X) grep -v -e "^-N" "$RULES" | grep -qw -e "$1" && exit 1
    grep -vx -e "-N $1" "$RULES" >"$RULES.new"; mv "$RULES.new" "$RULES" ;;
-S) grep -qx -e "-N $1" "$RULES" || exit 1; grep -e "^-. $1" "$RULES" ;;
*) exit 2 ;;
esac
"""


class Kernel:
    """Runs scripts and shows the rules that stand afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rules = folder / "rules"
        tool = folder / "iptables"
        tool.write_text(IPTABLES)
        tool.chmod(0o755)

    def run(self, script: str) -> list[str]:
        path = f"{self._folder}:{os.environ['PATH']}"
        environment = {"PATH": path, "RULES": str(self._rules)}
        subprocess.run(["/bin/sh", "-c", script], env=environment, check=True)
        return self._rules.read_text().splitlines()


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def drops(rules: list[str]) -> list[str]:
    return [rule for rule in rules if rule.endswith("-j DROP")]


def test_a_cut_drops_both_directions_and_hooks_the_chain_in(kernel: Kernel) -> None:
    rules = kernel.run(cut_script({"broker-2": ["10.0.0.2"]}))
    assert f"-A INPUT -j {CHAIN}" in rules
    assert f"-A OUTPUT -j {CHAIN}" in rules
    assert drops(rules) == [
        f"-A {CHAIN} -s 10.0.0.2/32 -m comment --comment broker-2 -j DROP",
        f"-A {CHAIN} -d 10.0.0.2/32 -m comment --comment broker-2 -j DROP",
    ]


def test_cutting_twice_is_cutting_once(kernel: Kernel) -> None:
    script = cut_script({"broker-2": ["10.0.0.2"], "broker-3": ["10.0.0.3"]})
    assert kernel.run(script) == kernel.run(script)


def test_mending_leaves_the_cuts_of_other_peers(kernel: Kernel) -> None:
    kernel.run(cut_script({"broker-1": ["10.0.0.1"], "broker-10": ["10.0.0.10"]}))
    left = drops(kernel.run(mend_script(["broker-1"])))
    assert len(left) == 2
    assert all("broker-10" in rule for rule in left)


def test_mending_finds_rules_for_an_address_that_a_peer_no_longer_has(kernel: Kernel) -> None:
    kernel.run(cut_script({"broker-2": ["10.0.0.2"]}))
    kernel.run(cut_script({"broker-2": ["10.0.0.9"]}))
    assert drops(kernel.run(mend_script(["broker-2"]))) == []


def test_mending_twice_or_where_nothing_was_cut_is_no_error(kernel: Kernel) -> None:
    assert kernel.run(mend_script(["broker-2"])) == []
    kernel.run(cut_script({"broker-2": ["10.0.0.2"]}))
    assert kernel.run(mend_script(["broker-2"])) == kernel.run(mend_script(["broker-2"]))


def test_nothing_is_left_when_the_last_cut_is_mended(kernel: Kernel) -> None:
    before = kernel.run(mend_script(["broker-2"]))
    kernel.run(cut_script({"broker-2": ["10.0.0.2"], "broker-3": ["10.0.0.3"]}))
    assert kernel.run(mend_script(["broker-2"])) != before
    assert kernel.run(mend_script(["broker-3"])) == before == []


def test_dropped_packets_are_counted_per_peer() -> None:
    listing = f"""\
Chain {CHAIN} (2 references)
    pkts      bytes target     prot opt in     out     source     destination
       7      420 DROP       all  --  *      *       10.0.0.2   0.0.0.0/0  /* broker-2 */
      12      720 DROP       all  --  *      *       0.0.0.0/0  10.0.0.2   /* broker-2 */
     100     6000 DROP       all  --  *      *       0.0.0.0/0  10.0.0.3   /* broker-3 */
"""
    assert dropped_packets(listing, ["broker-2"]) == 19
    assert dropped_packets(listing, ["broker-2", "broker-3"]) == 119
    assert dropped_packets("", ["broker-2"]) == 0
    assert CHAIN in count_script()
