"""A pipeline and producers beside it: what is lost is counted of what its own traffic sent."""

from harness.checkers.verdict.doubts import acknowledged
from harness.engine.catalogue.scenarios import find
from harness.history.load import load
from tests.fake.conftest import RunFake


def test_lost_records_are_counted_of_the_sends_alone(run_fake: RunFake) -> None:
    run = run_fake(find("beside-bad"), 7)
    history = load(run.folder.history)
    writes, sends = acknowledged(history, sends=False), acknowledged(history, writes=False)
    assert min(writes, sends) > 100
    assert f"of {sends:,} acknowledged records were lost" in run.verdict.headline
    (measured,) = [each for each in run.verdict.checkers if each.checker == "statistics"]
    assert measured.statistics["acked"] == writes + sends
