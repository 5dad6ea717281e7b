"""Whether the source's server writes a binary log by which a run can be judged.

What the server says of itself counts, not what was set, and it is asked before anything is made.
"""

from contextlib import closing

from harness.kit.errors import UsageError
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.databases import MySql

NEEDED = {
    "log_bin": ("ON", "without a binary log the committed changes are unknown"),
    "binlog_format": ("ROW", "statements do not say which rows they changed"),
    "binlog_row_metadata": ("FULL", "without it rows have no names of columns"),
    "super_read_only": ("OFF", "writers could not write"),
}
"""Variable → the value that it must have, and why."""
IMAGES = {"binlog": ("FULL", "NOBLOB"), "debezium": ("FULL",)}
"""What feeds that follow the binary log must find there of each row."""
WHERE = "change it in Topology.mysql_settings"


def check(mysql: MySql, workload: PipelineWorkload) -> None:
    """Refuse a server whose binary log would not tell every change.

    Raises:
        UsageError: a variable has another value than is needed, or databases are left out.
        pymysql.Error, OSError: it cannot be asked.
    """
    with closing(mysql.connection(autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute("SHOW GLOBAL VARIABLES")
        found = {str(name): str(value) for name, value in cursor.fetchall()}
        for name, (value, why) in NEEDED.items():
            if found[name] != value:
                raise UsageError(
                    f"the source's MySQL server has {name}={found[name]}, the harness needs "
                    f"{name}={value}: {why}; {WHERE}"
                )
        cursor.execute("SHOW BINARY LOG STATUS")
        _, _, only, without, *_ = cursor.fetchone()
    if only or without:
        raise UsageError(
            "the source's MySQL server leaves databases out of its binary log "
            f"(binlog-do-db={only}, binlog-ignore-db={without}), and the harness reads there what "
            f"was committed; {WHERE}"
        )
    for path in workload.paths:
        images = IMAGES.get(path.feed.kind, (found["binlog_row_image"],))
        if found["binlog_row_image"] not in images:
            raise UsageError(
                f"the feed of path {path.name} takes each change with the row before it from the "
                f"binary log, which has binlog_row_image={found['binlog_row_image']}; it needs "
                f"{' or '.join(images)}; {WHERE}"
            )
