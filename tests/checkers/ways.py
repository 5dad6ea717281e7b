"""Where groups went along logs between resets, and what they passed over: the plain definitions."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.checkers.oracle import Oracle, Row

EVER = range(-1, 1 << 62)


def passed_over(oracle: "Oracle") -> int:
    """Records that no member of a group was handed, though the group went past them."""
    final = {oracle.at(read) for read in oracle.reads if oracle.final(read)}
    count = 0
    for group in oracle.groups():
        handed = oracle.handed(group)
        for log in range(len(oracle.logs)):
            end, ways = oracle.end(log), _ways(oracle, group, log)
            count += sum(
                any(behind < offset < reached for behind, reached in ways)
                and (log, offset, value) not in handed
                and (offset < end.start or (log, offset, value) in final)
                for offset, values in oracle.order[log].items()
                for value in values
                if end
            )
    return count


def _ways(oracle: "Oracle", group: str, log: int) -> list[tuple[int, int]]:
    """From behind which offset to which the group went, time after time."""
    resets = [
        (oracle.ops[commit["op"]], commit["offset"])
        for commit in oracle.commits
        if commit["log"] == log and _resets(oracle, group, oracle.ops[commit["op"]])
    ]
    ways = [_way(oracle, group, log, range(EVER.start, _until(resets)), None)]
    for number, (reset, target) in enumerate(resets, 1):
        answered = reset["outcome"] == "ok"
        when = range(reset["complete_ns" if answered else "invoke_ns"], _until(resets[number:]))
        way = _way(oracle, group, log, when, target - 1)
        if way and not answered:
            first = min(_handed(oracle, group, log, when))
            way = [(max(first, target - 1), reached) for _, reached in way]
        ways.append(way)
    return [each for way in ways for each in way]


def _way(
    oracle: "Oracle", group: str, log: int, when: range, behind: int | None
) -> list[tuple[int, int]]:
    handed = _handed(oracle, group, log, when)
    return [(min(handed) if behind is None else behind, max(handed))] if handed else []


def _handed(oracle: "Oracle", group: str, log: int, when: range) -> list[int]:
    """Offsets that members were handed in operations that began then."""
    return [
        read["offset"]
        for read in oracle.reads
        for op in [oracle.ops[read["op"]]]
        if read["log"] == log and oracle.process(op)["group"] == group and op["invoke_ns"] in when
    ]


def _until(resets: "list[tuple[Row, int]]") -> int:
    return int(resets[0][0]["invoke_ns"]) if resets else EVER.stop


def _resets(oracle: "Oracle", group: str, op: "Row") -> bool:
    process = oracle.process(op)
    by_administrator = (process["client"], process["group"]) == ("administrator", group)
    return by_administrator and op["outcome"] != "fail"
