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
WRITES = "acknowledged writes"

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
    "unprocessed": Kind(
        meaning="Processors went past a record of their source, and their sink holds no result of "
        "it.",
        counted="records of a source have no result",
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
    "precommitted-read": Kind(
        meaning="A transaction saw a record that it had sent itself, before it committed.",
        counted="times a transaction saw its own records",
    ),
    "torn-commit": Kind(
        meaning="Of a transaction some records were read, and others are in no log.",
        counted="transactions are in their logs in part",
    ),
    "G1c": Kind(
        meaning="Transactions read from one another in a circle, so that each read what was not "
        "committed yet.",
        counted="circles of transactions that read from one another",
    ),
    "G1c-process": Kind(
        meaning="A circle of transactions that read from, or follow in one process, one another.",
        counted="circles of transactions that read from one another, or follow in one process",
    ),
    "G1c-realtime": Kind(
        meaning="A circle of transactions that read from one another, or begin after another "
        "ended, so that a record was read before it was sent, or before it was committed.",
        counted="circles of transactions that read from one another, or begin after another ended",
    ),
    "stuck": Kind(
        meaning="An acknowledged record reached a reader later than the reader was promised.",
        counted="logs kept readers waiting for longer than they were promised",
    ),
    "double-processing": Kind(
        meaning="Two committed transactions of one group consumed the same record, or a sink holds "
        "two results of it.",
        counted="records were processed more than once",
    ),
    "duplicate": Kind(
        meaning="A record stands at two or more offsets of a log.",
        counted="records stand in their log more than once",
    ),
    "duplicate-processing": Kind(
        meaning="A record was handed out twice to members of one group.",
        counted="records were handed to a group more than once",
    ),
    "dead-service": Kind(
        meaning="A broker, or whoever keeps the metadata, was started again and did not stay.",
        counted="services do not come back",
    ),
    "longer-session": Kind(
        meaning="A broker's session outlives it for longer than the broker asks for.",
        counted="brokers are given up on later than they ask for",
    ),
    "group-skip": Kind(
        meaning="A record between the first and the last that a group was given was never handed "
        "to any of its members.",
        counted="records were never handed to the group that passed them",
    ),
    "shared-ownership": Kind(
        meaning="In one generation of a group a log belonged to two members.",
        counted="logs belonged to two members of a group in one generation",
    ),
    "lost-commit": Kind(
        meaning="A commit was acknowledged, and what the coordinator wrote does not have it.",
        counted="acknowledged commits are not in what the coordinator wrote",
    ),
    "commit-regression": Kind(
        meaning="The committed offset of a group went back, and nobody had reset it.",
        counted="times a committed offset went back",
    ),
    "forgotten-commit": Kind(
        meaning="A coordinator forgot where a group stood.",
        counted="committed offsets were forgotten",
    ),
    "uncommitted-skip": Kind(
        meaning="A group went past a record that none of its members was handed, although nobody "
        "had tried to commit an offset behind it.",
        counted="records were left out by a group that had not committed past them",
    ),
    "committed-repeat": Kind(
        meaning="A member was handed a record that its group had committed before the member was "
        "given the log.",
        counted="records were handed to a group again although it had committed past them",
    ),
    "overlapping-ownership": Kind(
        meaning="Two members of a group held one log at one time, by what they were told.",
        counted="times two members held one log at one time",
    ),
    "realtime-order": Kind(
        meaning="A record was acknowledged before another was sent, yet stands behind it.",
        counted="records stand behind one sent after their acknowledgement",
    ),
    "reordered-result": Kind(
        meaning="The result of a record stands behind that of a later record of the same key.",
        counted="results stand behind that of a later record of their key",
    ),
    "stale-result": Kind(
        meaning="The last result of a key overwrites that of a later record: it is stale for ever.",
        counted="keys end with the result of an earlier record than their last",
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
    "G0": Kind(
        meaning="Records of transactions stand behind one another in a circle, as those of "
        "concurrent ones may.",
        counted="circles of transactions whose records stand behind one another",
    ),
    "G0-process": Kind(
        meaning="A circle as in G0, of which a step is the order of one process.",
        counted="such circles that an order within a process closes",
    ),
    "G0-realtime": Kind(
        meaning="A circle as in G0, of which a step is that one ended before the other began.",
        counted="such circles that an order in time closes",
    ),
    "G1c-ww": Kind(
        meaning="A circle of transactions, some linked by reading and some by the order of their "
        "records, as concurrent ones may be.",
        counted="circles of transactions that read from, or stand behind, one another",
    ),
    "early-removal": Kind(
        meaning="Retention removed a record that was neither old enough nor beyond the size to "
        "keep.",
        counted="records were removed before their time",
    ),
    "start-moved-back": Kind(
        meaning="A log starts at an earlier offset than it did before.",
        counted="times the start of a log moved back",
    ),
    "split-key": Kind(
        meaning="Records of one key stand in several partitions of a topic, so that nothing orders "
        "them.",
        counted="keys stand in several partitions",
    ),
    "reordered-key": Kind(
        meaning="A consumer was given a producer's later record of a key before its earlier one, "
        "from another partition.",
        counted="times a consumer was given records of a key in the wrong order",
    ),
    "lost-latest": Kind(
        meaning="A compacted log lacks the last record of a key.",
        counted="keys lost their last record to compaction",
    ),
    "early-burial": Kind(
        meaning="A compacted log lacks a tombstone that is younger than it must be kept.",
        counted="tombstones were removed before their time",
    ),
    "resurrected-key": Kind(
        meaning="A key was deleted, yet the last that a consumer was given of it is alive.",
        counted="keys that were deleted are alive for a consumer",
    ),
    "lost-topic": Kind(
        meaning="A topic was created, as its administrator was told, nobody deleted it, and it is "
        "not there.",
        counted="topics are lost",
    ),
    "resurrected-topic": Kind(
        meaning="A topic was deleted, as its administrator was told, and is there again.",
        counted="deleted topics are there again",
    ),
    "lost-partitions": Kind(
        meaning="A topic has fewer partitions than its administrator was told.",
        counted="topics have fewer partitions than were acknowledged",
    ),
    "lost-setting": Kind(
        meaning="A topic has another setting, or other replicas, than its administrator was told.",
        counted="topics have other settings than were acknowledged",
    ),
    "refused-change": Kind(
        meaning="A topic is as only a request asked for that was certainly refused, or nobody.",
        counted="topics are as nobody was granted",
    ),
    "divergent-metadata": Kind(
        meaning="In the end a topic is listed and cannot be described, or the other way round.",
        counted="topics are listed and not described, or the other way round",
    ),
    "lost-change": Kind(
        meaning="A write was acknowledged, yet the source's binary log or its table lacks it.",
        counted="are lost in the source",
        total=WRITES,
    ),
    "unlogged-change": Kind(
        meaning="The source's table holds in the end what its binary log does not tell of: a row "
        "was written or removed past the log, where no feed sees it.",
        counted="rows of the source were changed past its binary log",
    ),
    "missed-change": Kind(
        meaning="The source committed a change of which no event reached the topics.",
        counted="committed changes never reached the topics",
    ),
    "failed-task": Kind(
        meaning="A connector or a task of it is FAILED, and stays so until somebody restarts it.",
        counted="connectors stand still, FAILED",
    ),
    "refused-row": Kind(
        meaning="A sink's task is FAILED because its database refused a row, and stays so until "
        "somebody restarts it.",
        counted="sinks stand still, FAILED over a row that their database refused",
    ),
    "missing-row": Kind(
        meaning="The source holds a row in the end that a copy lacks.",
        counted="rows of the source are missing in a copy",
    ),
    "resurrected-row": Kind(
        meaning="A row was removed from the source, yet is alive in a copy.",
        counted="rows that the source removed are alive in a copy",
    ),
    "stale-row": Kind(
        meaning="A copy holds an older version of a row than the source, in the end: it is stale "
        "for ever.",
        counted="rows of a copy are older than the source's, for ever",
    ),
    "foreign-row": Kind(
        meaning="A copy holds a version of a row that the source does not have: nobody wrote it, "
        "it was rolled back, or the source lost it.",
        counted="rows of a copy hold a version that the source does not have",
    ),
    "altered-row": Kind(
        meaning="A copy holds the right version of a row with other contents: a digit, a moment or "
        "a text is not what the source holds.",
        counted="rows of a copy have other contents than the source's",
    ),
    "extra-row": Kind(
        meaning="A copy holds a row that the source never had, or had and lost.",
        counted="rows of a copy are none of the source's",
    ),
    "phantom-change": Kind(
        meaning="An event tells of a change that the source did not commit, or not from that "
        "version, or no longer has.",
        counted="events tell of what the source did not commit",
    ),
    "torn-transaction": Kind(
        meaning="Of a transaction some changes reached the topics and others never did.",
        counted="transactions reached the topics in part",
    ),
    "undecodable": Kind(
        meaning="A record of a change topic cannot be decoded.",
        counted="events cannot be decoded",
    ),
    "aliased-record": Kind(
        meaning="A record is decoded with another schema than it was written with.",
        counted="records are taken for what they are not, as the id of their schema changed",
    ),
    "schema-id-changed": Kind(
        meaning="The registry gives another schema for an id than before.",
        counted="ids of schemas changed their meaning",
    ),
    "schema-lost": Kind(
        meaning="The registry knows nothing any more of an id that it gave.",
        counted="ids of schemas are not known any more",
    ),
    "skipped-record": Kind(
        meaning="A sink passed over a record that it could not use, and nothing is left of it.",
        counted="records were passed over by a sink without a trace",
    ),
    "missing-tombstone": Kind(
        meaning="A delete has no tombstone behind it, where the feed promises one.",
        counted="deletes have no tombstone",
    ),
    "reordered-change": Kind(
        meaning="An event stands behind one of a later change of the same row.",
        counted="events stand behind a later change of their row",
    ),
    "broken-chain": Kind(
        meaning="An event starts from another version than the event of that row before it ended "
        "with.",
        counted="events do not go on where the one before them ended",
    ),
    "nonmonotonic-sighting": Kind(
        meaning="A reader of a copy saw a row go back to an older version.",
        counted="times a reader saw a row go back",
    ),
    "stale-beyond-bound": Kind(
        meaning="A reader of a copy saw a row that had been out of date for longer than promised.",
        counted="times a reader saw a row staler than promised",
    ),
    "duplicate-row": Kind(
        meaning="A copy holds several rows for one key.",
        counted="keys have several rows in a copy",
    ),
    "repeated-snapshot": Kind(
        meaning="Snapshots showed one version of a row more than once.",
        counted="rows were shown by more than one snapshot",
    ),
    "duplicate-change": Kind(
        meaning="One change reached the topics more than once.",
        counted="changes reached the topics more than once",
    ),
}
