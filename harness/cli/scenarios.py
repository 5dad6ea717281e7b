"""`harness init`, `harness scenarios`, `harness catalogue`: scenarios, and the words."""

from pathlib import Path


def init(folder: Path = Path("scenarios"), /, *, pipeline: bool = False) -> int:
    """Write a first scenario file for pytest.

    Args:
        folder: the folder for the file.
        pipeline: test a pipeline from MySQL through Debezium into a table instead of a topic.
    """
    from harness.engine.commands.starters import write_starter

    path = write_starter(folder, pipeline=pipeline)
    print(f"wrote {path}")
    if not pipeline:
        print(f"  pytest {path} --stack fake    runs it in memory, without Docker")
    print(f"  pytest {path}    runs it on real brokers, in containers")
    print("Each run leaves a folder in reports/; add reports/ to .gitignore.")
    return 0


def scenarios(*places: Path) -> int:
    """List scenarios by name: yours, then the shipped ones.

    Args:
        places: your files and folders; by default `scenarios/`, `tests/` and test files in this
            folder.
    """
    from harness.engine.catalogue.own_scenarios import held_in
    from harness.engine.catalogue.scenarios import scenarios as shipped
    from harness.reporting.words import aligned

    own = [(str(held.path), held.scenarios) for held in held_in(Path(), places)]
    known = [] if places else [("shipped with the harness", tuple(shipped().values()))]
    for title, listed in (*own, *known):
        print(title)
        for line in aligned([(f"  {each.name}", each.about) for each in listed]):
            print(line)
    return 0


def catalogue(*, write: bool = False) -> int:
    """Print the glossary and all scenarios, services, faults, claims, anomalies and checkers.

    Args:
        write: update docs/glossary.md and docs/catalogue.md of a checkout instead.
    """
    from harness.engine.catalogue import handbook

    if write:
        changed = handbook.write_documents()
        print(f"docs/ {'is updated' if changed else 'was up to date'}")
    else:
        print("\n".join(handbook.documents().values()))
    return 0
