"""Names of a run: readers of one binary log must not meet."""

from harness.systems.mysql.follower import FIRST_SERVER_ID, server_id
from harness.workloads.pipeline.naming import Naming


def test_readers_of_a_binary_log_have_numbers_of_their_own() -> None:
    naming = Naming.of("20261130t2200-scenario")
    readers = [f"{naming.run}-{path}-feed" for path in ("main", "mani", "amin", "main-1", "1-main")]
    readers += [f"{naming.run}-path{number}-feed" for number in range(1_000)]
    numbers = [server_id(reader) for reader in (*readers, naming.oracle)]
    assert len(set(numbers)) == len(numbers)
    assert all(FIRST_SERVER_ID <= number < 1 << 32 for number in numbers)
