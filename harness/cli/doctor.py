"""`harness doctor`: the prerequisites of a run."""


def doctor() -> int:
    """Check the prerequisites of a run, and print how to install what is missing."""
    from harness.engine.commands.doctor import examine

    findings = examine()
    for finding in findings:
        print(f"{'ok' if finding.ok else 'MISSING':<8}{finding.what:<24}{finding.seen}")
        if not finding.ok:
            print(f"{'':<8}{finding.remedy}")
    return 0 if all(finding.ok for finding in findings) else 4
