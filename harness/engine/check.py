"""Check a run folder: judge its history again and write verdict, page and JUnit file."""

from harness.checkers.judge import judge
from harness.history.load import load
from harness.model.facts import Facts
from harness.model.verdict import Verdict
from harness.reporting.folder import RunFolder
from harness.reporting.junit import junit
from harness.reporting.page import render

STOPPED_EARLY = "the run was stopped before anything could be measured"


def check(folder: RunFolder) -> Verdict:
    """Judge the run in `folder` from its files alone, and write what came out beside them.

    Raises:
        RunFolderError: plan or history cannot be read.
    """
    manifest, plan = folder.manifest(), folder.plan()
    facts = folder.facts() if folder.has(Facts) else Facts(unknowns=(STOPPED_EARLY,))
    history = load(folder.history)
    verdict = judge(history, facts, plan.scenario)
    folder.save(verdict)
    folder.write_report(
        render(manifest, plan, history, facts, verdict), junit(manifest, plan, verdict)
    )
    return verdict
