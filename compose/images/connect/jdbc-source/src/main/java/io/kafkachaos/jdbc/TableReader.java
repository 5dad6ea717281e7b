package io.kafkachaos.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one table, or the configured query, pass after pass. A pass is one execution of the query;
 * its result is read over several polls and may outlive none of them when the connection is lost.
 */
final class TableReader {
    /** The time of the database. */
    interface Clock {
        Timestamp now(Database database) throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(TableReader.class);

    private final JdbcSourceConfig config;
    private final Database database;
    private final Clock clock;
    private final String table;
    private final Map<String, String> partition;
    private final String topic;
    private Position position;
    private Query query;
    private PreparedStatement statement;
    private ResultSet rows;
    private RowMapper mapper;
    private Row next;

    /** A row, read before it is known whether the one after it has the same timestamp. */
    private record Row(Struct value, Position position) { }

    /**
     * Makes a reader that goes on after `stored`.
     *
     * @param table its full name, or null to read the configured query
     * @param stored null where nothing was stored
     */
    TableReader(
            JdbcSourceConfig config,
            Database database,
            Clock clock,
            String table,
            Map<String, ?> stored) {
        this.config = config;
        this.database = database;
        this.clock = clock;
        this.table = table;
        this.partition = partition(table);
        String prefix = config.getString(JdbcSourceConfig.TOPIC_PREFIX);
        this.topic = table == null ? prefix : prefix + shortName(table);
        this.position = Position.of(stored);
        LOG.info("reading {} from {}", table == null ? "the query" : table, position);
    }

    /** What Connect stores the position of a table under; null is the configured query. */
    static Map<String, String> partition(String table) {
        // Connect compares the bytes that it makes from this, so the order of the entries counts: a
        // HashMap's is the same in every JVM, and it is what Confluent's connector uses.
        Map<String, String> partition = new HashMap<>();
        if (table == null) {
            partition.put("query", "query");
        } else {
            partition.put("table", table);
            partition.put("protocol", "1");
        }
        return partition;
    }

    private static String shortName(String table) {
        return table.substring(table.lastIndexOf('.') + 1);
    }

    /** Reads up to `limit` rows of this pass, and begins a pass when there is none. */
    List<SourceRecord> read(int limit) throws SQLException {
        Position before = position;
        try {
            return readOn(limit);
        } catch (SQLException error) {
            // The rows that were read in this call reach nobody.
            position = before;
            throw error;
        }
    }

    private List<SourceRecord> readOn(int limit) throws SQLException {
        if (rows == null) {
            begin();
        }
        List<SourceRecord> records = new ArrayList<>();
        while (next != null && records.size() < limit) {
            Row row = next;
            next = fetch();
            records.add(record(row));
        }
        if (next == null) {
            abandon();
        }
        return records;
    }

    boolean isBetweenPasses() {
        return rows == null;
    }

    /** Forgets the pass; the next one begins after the last row whose position is known. */
    void abandon() {
        for (AutoCloseable resource : new AutoCloseable[] {rows, statement}) {
            try {
                if (resource != null) {
                    resource.close();
                }
            } catch (Exception error) { // that is what close() throws: the connection is gone
                LOG.debug("a result did not close", error);
            }
        }
        rows = null;
        statement = null;
        next = null;
    }

    private void begin() throws SQLException {
        if (query == null) {
            query = table == null
                    ? Query.ofConfig(config, database)
                    : Query.ofTable(config, database, table);
        }
        Timestamp until = null;
        if (config.mode().usesTimestamp()) {
            Timestamp now = clock.now(database);
            long delayMs = config.getLong(JdbcSourceConfig.TIMESTAMP_DELAY_MS);
            until = new Timestamp(now.getTime() - delayMs);
            if (position.timestamp() == null) {
                position = new Position(initial(now), position.incrementing());
            }
        }
        statement = database.prepare(query.sql());
        query.bind(statement, position, until);
        rows = statement.executeQuery();
        mapper = new RowMapper(config, table == null ? null : shortName(table), rows.getMetaData());
        next = fetch();
    }

    private Timestamp initial(Timestamp now) {
        Long given = config.getLong(JdbcSourceConfig.TIMESTAMP_INITIAL_MS);
        if (given == null) {
            return null;
        }
        return given == -1 ? now : new Timestamp(given);
    }

    private Row fetch() throws SQLException {
        return rows.next() ? new Row(mapper.map(rows), query.position(rows)) : null;
    }

    private SourceRecord record(Row row) {
        boolean distinct = config.mode() != Mode.TIMESTAMP
                || next == null
                || !next.position.timestamp().equals(row.position.timestamp());
        // Rows of one timestamp share a position. It is stored with the last of them only: a task
        // that starts again among them sends some twice, where it would otherwise skip the rest.
        if (distinct) {
            position = row.position;
        }
        return new SourceRecord(
                partition,
                config.mode() == Mode.BULK ? null : position.toOffset(),
                topic,
                null,
                null,
                null,
                row.value.schema(),
                row.value);
    }
}
