"""What the settings of a path permit to be made of the contents of a row."""

from collections.abc import Iterator

from harness.checkers.evidence.pipeline.settings import feed_settings
from harness.checkers.permissions.permission import Permission, permits
from harness.model.pipeline.hops import hop_names
from harness.model.pipeline.paths import Path
from harness.model.scenario import Scenario
from harness.model.value import Settings

ALTERED = ("altered-row",)
MILLISECONDS = "Connect's own types of moments hold milliseconds, whatever a column holds"
LOSSY = {
    ("time.precision.mode", "connect"): MILLISECONDS,
    ("decimal.handling.mode", "double"): "a double holds some fifteen digits, whatever a column "
    "holds",
}
"""Settings of Debezium's source by which a value loses digits, each with the reason."""
ON_PURPOSE = ("column.include.", "column.exclude.", "column.truncate.", "column.mask.")


@permits("contents", Path, rank=40)
def content_permissions(path: Path, scenario: Scenario) -> Iterator[Permission]:
    """The permissions of `path`."""
    names = hop_names(path, scenario.pipeline.source)
    feed = path.feed
    if feed.kind == "debezium":
        for setting, reason in _of_debezium(feed_settings(feed)):
            yield Permission(
                setting=f"{setting} of {path.name}", reason=reason, kinds=ALTERED, hops=names
            )
    elif feed.kind == "jdbc":
        yield Permission(
            setting=f"a feed over JDBC of {path.name}",
            reason=MILLISECONDS,
            kinds=ALTERED,
            hops=names,
        )
    for copy, name in zip(path.copies, names[1:], strict=True):
        if copy.ddl:
            yield Permission(
                setting=f"ddl of {copy.name}",
                reason="the copy's own columns may be narrower than the source's",
                kinds=ALTERED,
                hops=(name,),
            )


def _of_debezium(settings: Settings) -> Iterator[tuple[str, str]]:
    for name, value in settings.items():
        reason = LOSSY.get((name, str(value)))
        if name.startswith(ON_PURPOSE):
            reason = "columns are left out, cut or masked on purpose"
        if reason is not None:
            yield f"{name}={value}", reason
