"""The catalogue: every kind of anomaly a checker can report, and what it means."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of anomaly.

    `counted` finishes the sentence "7 ..." of a headline; `total` is what the seven are out of.
    """

    meaning: str
    counted: str
    total: str | None = None


ACKED = "acknowledged records"

# In order of weight: the headline of a verdict speaks of the first that counts.
ANOMALIES: dict[str, Kind] = {
    "lost-write": Kind(
        meaning="A record was acknowledged, yet the log does not hold it.",
        counted="are lost",
        total=ACKED,
    ),
    "unsent": Kind(
        meaning="The application took a record as sent, no delivery was ever reported, and the "
        "log does not hold it.",
        counted="records believed sent never reached the log",
    ),
    "ghost": Kind(
        meaning="A reader saw a record that the log no longer holds.",
        counted="records were seen by a reader and are gone",
    ),
    "unseen": Kind(
        meaning="A record was acknowledged and nobody ever read it, from a log that was not read "
        "to its end: lost or just slow.",
        counted="were never read",
        total=ACKED,
    ),
    "forked-offset": Kind(
        meaning="Two readers saw different records at one offset.",
        counted="offsets showed different records to different readers",
    ),
    "inconsistent-offsets": Kind(
        meaning="One offset was given to two records: by delivery reports, by readers, or by both.",
        counted="offsets were given to more than one record",
    ),
    "phantom": Kind(
        meaning="A reader saw a value that nobody sent.",
        counted="records were read that nobody sent",
    ),
    "misrouted": Kind(
        meaning="A record was read from another topic than it was sent to, or from another "
        "partition than its sender was told.",
        counted="records were read from the wrong log",
    ),
    "G1a": Kind(
        meaning="A reader saw a record whose send certainly failed (an aborted read).",
        counted="reads saw a record whose send failed",
    ),
    "duplicate": Kind(
        meaning="A record stands at two or more offsets of a log.",
        counted="records stand in their log more than once",
    ),
    "duplicate-processing": Kind(
        meaning="A record was handed out twice to members of one group.",
        counted="records were handed to a group more than once",
    ),
    "group-skip": Kind(
        meaning="A record between the first and the last that a group was given was never handed "
        "to any of its members.",
        counted="records were never handed to the group that passed them",
    ),
    "realtime-order": Kind(
        meaning="A record was acknowledged before another was sent, yet stands behind it.",
        counted="records stand behind one sent after their acknowledgement",
    ),
    "nonmonotonic-send": Kind(
        meaning="A producer's later record stands before its earlier one.",
        counted="times a producer's records stand in another order than it sent them",
    ),
    "int-nonmonotonic-send": Kind(
        meaning="Within one transaction, a later record stands before an earlier one.",
        counted="times a transaction's records stand in another order than it sent them",
    ),
    "nonmonotonic-poll": Kind(
        meaning="A reader went back to, or before, a record that it had already been given.",
        counted="times a reader went back",
    ),
    "int-nonmonotonic-poll": Kind(
        meaning="Within one poll, a reader was given records out of order or twice.",
        counted="times a poll went back",
    ),
    "poll-skip": Kind(
        meaning="Between two polls, a reader passed over records of its log.",
        counted="times a reader skipped records",
    ),
    "int-poll-skip": Kind(
        meaning="Within one poll, a reader passed over records of its log.",
        counted="times a poll skipped records",
    ),
    "int-send-skip": Kind(
        meaning="Within one transaction, two records of one log have others between them, as "
        "records of concurrent senders may.",
        counted="times a transaction's records have others between them",
    ),
}
