"""The pytest plugin: options, the `run_scenario` fixture, the stack that scenarios share.

pytest loads it in every repository in whose environment the harness is installed, so it imports
the harness itself only when a scenario runs, and takes no name that is somebody else's.
"""

import secrets
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypedDict

import pytest

from harness.plugin_options import add_options, add_short_names

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

    from harness.api import Run, Scenario
    from harness.engine.stacks.pool import StackPool
    from harness.model.topology import Metadata

pytest_plugins = ("harness.plugin_workers",)

RunScenario: TypeAlias = "Callable[[Scenario], Run]"


class Cluster(TypedDict):
    """What the command line may ask of the cluster."""

    metadata: "Metadata | None"
    kafka_version: str | None


SEED: pytest.StashKey[int] = pytest.StashKey()
REPEATED = "repeated"
"""The property of a test that names a run which proved nothing and was repeated."""


def nightly(*values: object, marks: Sequence[pytest.MarkDecorator] = ()) -> object:
    """Parameters of a test that `scripts/test` leaves to the nightly suite, which runs all."""
    return pytest.param(*values, marks=[pytest.mark.nightly, *marks])


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Options of a scenario run; their short names too when a conftest.py loads the plugin."""
    add_options(parser)
    if any(str(name).endswith("conftest.py") for name, _ in pluginmanager.list_name_plugin()):
        add_short_names(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> Iterator[None]:
    """Add the short names that no other plugin and no conftest.py has taken."""
    yield
    add_short_names(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed once, name the marker that scenarios carry, refuse a cluster that cannot be."""
    config.addinivalue_line(
        "markers", "nightly: not run by scripts/test, only by the nightly suite"
    )
    config.addinivalue_line("markers", "claim(name): the claim that a scenario tests")
    config.addinivalue_line(
        "markers", "kafka_3_only(reason): why Kafka 4 does not do what the test expects"
    )
    config.addinivalue_line("markers", "docker_only(reason): why the fake stack cannot run it")
    seed = getattr(config, "workerinput", {}).get("chaos_seed", config.getoption("chaos_seed"))
    config.stash[SEED] = secrets.randbits(31) if seed is None else seed
    if any(_cluster(config).values()):
        _require_cluster(config)


def _require_cluster(config: pytest.Config) -> None:
    from harness.engine.cluster import with_cluster
    from harness.kit.errors import UsageError
    from harness.model.topology import Topology

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
        "metadata": config.getoption("chaos_metadata"),
        "kafka_version": config.getoption("chaos_kafka_version"),
    }


def pytest_report_header(config: pytest.Config) -> str:
    """Say what reproduces this session, first thing."""
    words = {
        "seed": config.stash[SEED],
        "stack": config.getoption("chaos_stack"),
        **_cluster(config),
        "source": config.getoption("chaos_source"),
    }
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
        terminalreporter.section("UNKNOWN runs that were repeated")
        for line in repeated:
            terminalreporter.write_line(line)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot come out so on the cluster that was asked for; say why, also unasked."""
    unfit = {"kafka_3_only": ("Kafka 4", _is_kafka_4), "docker_only": ("the fake stack", _is_fake)}
    for name, (what, asked_for) in unfit.items():
        marker = item.get_closest_marker(name)
        if marker is not None and asked_for(item.config):
            reason = f"not on {what}: {marker.args[0]}"
            _teller(item.config)(reason)
            pytest.skip(reason)


def _is_kafka_4(config: pytest.Config) -> bool:
    from harness.engine.cluster import is_kafka_4

    return is_kafka_4(**_cluster(config))


def _is_fake(config: pytest.Config) -> bool:
    return bool(config.getoption("chaos_stack") == "fake")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Take a module that leaves by itself for an error: `sys.exit(0)` would be green."""
    try:
        return (yield)
    except SystemExit as left:
        if not _imports_the_harness(collector):
            raise
        said = f"{collector.nodeid}: it calls sys.exit({left.code!r}), so its scenarios cannot run"
        return pytest.CollectReport(collector.nodeid, "failed", said, [])


def _imports_the_harness(collector: pytest.Collector) -> bool:
    """Whether it is a module of a session in which anybody has asked for scenarios so far."""
    return isinstance(collector, pytest.Module) and "harness.api" in sys.modules


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every scenario its seeds.

    A seed that was drawn is no part of a test's id, which `--lf` and a CI's history go by.
    """
    if "chaos_seed" not in metafunc.fixturenames:
        return
    first, count = metafunc.config.stash[SEED], metafunc.config.getoption("chaos_runs")
    seeds = range(first, first + count)
    if metafunc.config.getoption("chaos_seed") is not None:
        ids = [f"seed={seed}" for seed in seeds]
    elif count > 1:
        ids = [f"run={number}" for number, _ in enumerate(seeds, start=1)]
    else:
        return
    metafunc.parametrize("chaos_seed", seeds, ids=ids, indirect=True)


@pytest.fixture
def chaos_seed(request: pytest.FixtureRequest) -> int:
    """The seed of a test's runs."""
    return int(getattr(request, "param", request.config.stash[SEED]))


@pytest.fixture(scope="session")
def stack_pool(request: pytest.FixtureRequest) -> "Iterator[StackPool]":
    """The stacks that scenarios of this session share."""
    from harness.engine.stacks.opening import open_stacks

    config = request.config
    pool = open_stacks(
        config.getoption("chaos_stack"),
        kept=config.getoption("chaos_keep_stack"),
        tell=_teller(config),
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
    stack_pool: "StackPool",
    chaos_seed: int,
) -> RunScenario:
    """Run a scenario and hand over its verdict."""
    import msgspec

    from harness.engine.cluster import on_cluster
    from harness.engine.run import run_scenario as run_one
    from harness.engine.source_choice import UnfitError, on_source
    from harness.engine.validation.scenario import shaped
    from harness.kit.crashes import as_harness_error
    from harness.model.verdict import Validity

    config = request.config
    tell = _teller(config)

    def run(scenario: "Scenario") -> "Run":
        __tracebackhide__ = True
        limit_s = config.getoption("chaos_time_limit")
        reports, file = config.getoption("chaos_reports_dir"), Path(request.node.location[0])
        try:
            scenario = shaped(scenario, file=file)
            if limit_s is not None:
                limits = msgspec.structs.replace(scenario.limits, chaos_s=limit_s)
                scenario = msgspec.structs.replace(scenario, limits=limits)
            scenario = on_cluster(scenario, **_cluster(config))
            try:
                scenario = on_source(scenario, config.getoption("chaos_source"))
            except UnfitError as error:
                tell(str(error))
                pytest.skip(str(error))
            if lacking := stack_pool.lacks(scenario):
                pytest.skip(lacking)
            again = partial(
                run_one, scenario, chaos_seed, stack_pool, reports, tell=tell, file=file
            )
            done = again()
            for _ in range(config.getoption("chaos_repeat_unknown")):
                if done.verdict.validity is not Validity.UNKNOWN:
                    break
                nothing = f"{request.node.name}: {done.verdict.headline} ({done.folder.report})"
                request.node.user_properties.append((REPEATED, nothing))
                tell(f"the run proved nothing, so it is repeated: {nothing}")
                done = again()
        except Exception as error:  # noqa: BLE001 - a crash of the harness is no verdict either
            # It says what to do; where in the harness it was raised helps nobody.
            said = f"the harness failed: {as_harness_error(error)}"
            raise pytest.fail.Exception(said, pytrace=False) from None
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
