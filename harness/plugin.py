"""The pytest plugin: options, the `run_scenario` fixture, the stack that scenarios share."""

import secrets
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypedDict

import msgspec
import pytest

from harness.api import Run, Scenario, Topology
from harness.engine.campaign import seeds_from
from harness.engine.cluster import is_kafka_4, on_cluster, with_cluster
from harness.engine.run import run_scenario as run_one
from harness.engine.stacks import StackPool
from harness.kit.errors import HarnessError, UsageError
from harness.model.topology import Metadata
from harness.model.verdict import Validity

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

pytest_plugins = ("harness.plugin_workers",)

RunScenario: TypeAlias = Callable[[Scenario], Run]


class Cluster(TypedDict):
    """What the command line may ask of the cluster."""

    metadata: Metadata | None
    kafka_version: str | None


SEED: pytest.StashKey[int] = pytest.StashKey()
REPEATED = "repeated"
"""The property of a test that names a run which proved nothing and was repeated."""


def nightly(*values: object, marks: Sequence[pytest.MarkDecorator] = ()) -> object:
    """Parameters of a test that `scripts/test` leaves to the nightly suite, which runs all."""
    return pytest.param(*values, marks=[pytest.mark.nightly, *marks])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of a scenario run."""
    group = parser.getgroup("chaos harness")
    group.addoption("--seed", type=int, help="seed of every run (default: drawn, and printed)")
    group.addoption("--runs", type=int, default=1, help="run each scenario under N seeds in a row")
    group.addoption(
        "--repeat-unknown",
        type=int,
        default=0,
        metavar="TIMES",
        help="repeat a run that proved nothing, at most so often (default: it fails at once)",
    )
    group.addoption(
        "--reports-dir", type=Path, default=Path("reports"), help="where run folders are made"
    )
    group.addoption(
        "--keep-stack", action="store_true", help="leave the stack running for the next pytest"
    )
    group.addoption("--time-limit", type=float, help="seconds that chaos may last in each scenario")
    group.addoption(
        "--stack", choices=("docker", "fake"), default="docker", help="real containers, or fakes"
    )
    group.addoption(
        "--metadata",
        choices=("zookeeper", "kraft"),
        help="who keeps the cluster's metadata (default: what a scenario says, or zookeeper)",
    )
    group.addoption(
        "--kafka-version",
        metavar="VERSION",
        help="of brokers (default: what a scenario says, or the one pinned for the metadata)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed once, name the marker that scenarios carry, refuse a cluster that cannot be."""
    config.addinivalue_line("markers", "nightly: left out of scripts/test, which takes a part")
    config.addinivalue_line("markers", "claim(name): the claim that a scenario tests")
    config.addinivalue_line(
        "markers", "kafka_3_only(reason): why Kafka 4 does not do what the test expects"
    )
    config.addinivalue_line("markers", "docker_only(reason): why the fakes cannot run it")
    seed = getattr(config, "workerinput", {}).get("chaos_seed", config.getoption("--seed"))
    config.stash[SEED] = secrets.randbits(31) if seed is None else seed
    try:
        with_cluster(Topology(), **_cluster(config))
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "WorkerController") -> None:
    """Hand the seed that was drawn to a worker of pytest-xdist: all must collect the same tests."""
    node.workerinput["chaos_seed"] = node.config.stash[SEED]


def _cluster(config: pytest.Config) -> Cluster:
    """Which cluster is asked for, as `on_cluster` takes it."""
    return {
        "metadata": config.getoption("--metadata"),
        "kafka_version": config.getoption("--kafka-version"),
    }


def pytest_report_header(config: pytest.Config) -> str:
    """Say what reproduces this session, first thing."""
    words = {"seed": config.stash[SEED], "stack": config.getoption("--stack"), **_cluster(config)}
    said = [
        f"--{name.replace('_', '-')} {word}" for name, word in words.items() if word is not None
    ]
    return f"chaos harness: {' '.join(said)}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each run that proved nothing and was repeated: a test that passed later hides none."""
    reports = (report for reports in terminalreporter.stats.values() for report in reports)
    properties = (
        each
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for each in report.user_properties
    )
    if repeated := [str(value) for name, value in properties if name == REPEATED]:
        terminalreporter.section("runs that proved nothing and were repeated")
        for line in repeated:
            terminalreporter.write_line(line)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot come out so on the cluster that was asked for; say why, also unasked."""
    unfit = {
        "kafka_3_only": ("Kafka 4", is_kafka_4(**_cluster(item.config))),
        "docker_only": ("fakes", item.config.getoption("--stack") == "fake"),
    }
    for name, (what, asked_for) in unfit.items():
        marker = item.get_closest_marker(name)
        if marker is not None and asked_for:
            reason = f"not with {what}: {marker.args[0]}"
            _teller(item.config)(reason)
            pytest.skip(reason)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every scenario its seeds."""
    if "chaos_seed" in metafunc.fixturenames:
        first, count = metafunc.config.stash[SEED], metafunc.config.getoption("--runs")
        metafunc.parametrize("chaos_seed", seeds_from(first, count), ids="seed={}".format)


@pytest.fixture(scope="session")
def stack_pool(request: pytest.FixtureRequest) -> Iterator[StackPool]:
    """The stacks that scenarios of this session share."""
    config = request.config
    pool = StackPool(
        config.getoption("--stack"), kept=config.getoption("--keep-stack"), tell=_teller(config)
    )
    # A job that is cancelled gets SIGTERM; it unwinds like Ctrl-C, so that faults are healed.
    handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield pool
    finally:
        pool.close()
        signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def run_scenario(
    request: pytest.FixtureRequest,
    stack_pool: StackPool,
    chaos_seed: int,
) -> RunScenario:
    """Run a scenario and hand over its verdict."""
    config = request.config
    tell = _teller(config)

    def run(scenario: Scenario) -> Run:
        __tracebackhide__ = True
        limit_s = config.getoption("--time-limit")
        if limit_s is not None:
            limits = msgspec.structs.replace(scenario.limits, chaos_s=limit_s)
            scenario = msgspec.structs.replace(scenario, limits=limits)
        reports = config.getoption("--reports-dir")
        try:
            scenario = on_cluster(scenario, **_cluster(config))
            done = run_one(scenario, chaos_seed, stack_pool, reports, tell=tell)
            for _ in range(config.getoption("--repeat-unknown")):
                if done.verdict.validity is not Validity.UNKNOWN:
                    break
                nothing = f"{request.node.name}: {done.verdict.headline} ({done.folder.report})"
                request.node.user_properties.append((REPEATED, nothing))
                tell(f"it proved nothing; once more: {nothing}")
                done = run_one(scenario, chaos_seed, stack_pool, reports, tell=tell)
        except HarnessError as error:
            # It says what to do; where in the harness it was raised helps nobody.
            pytest.fail(f"the harness cannot go on: {error}", pytrace=False)
        # Not through `record_property`: it warns of every family of JUnit files but the oldest.
        request.node.user_properties += [
            ("seed", chaos_seed),
            ("verdict", str(done.verdict.validity)),
            ("report", str(done.folder.report)),
        ]
        return done

    return run


def _teller(config: pytest.Config) -> Callable[[str], None]:
    """Write progress past pytest's capture, one line each, unless pytest is to be quiet."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    capture = config.pluginmanager.getplugin("capturemanager")
    if reporter is None or capture is None or config.getoption("verbose") < 0:
        return lambda _line: None

    def tell(line: str) -> None:
        with capture.global_and_fixture_disabled():
            reporter.ensure_newline()
            reporter.write_line(f"  {line}")
            reporter.flush()  # whoever reads it through a pipe watches a run, too

    return tell
