package io.kafkachaos.jdbc;

import static io.kafkachaos.jdbc.Fixture.column;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each mode reads, and what it does not. */
class ModesTest {
    private Fixture db;

    @BeforeEach
    void createTable() throws SQLException {
        db = new Fixture();
        db.execute("CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(9),"
                + " changed DATETIME(6) NOT NULL)");
    }

    @AfterEach
    void close() throws SQLException {
        db.close();
    }

    private void insert(long id, String time) throws SQLException {
        db.execute("INSERT INTO t VALUES (%d, 'v1', '2030-01-01 %s')".formatted(id, time));
    }

    private Map<String, String> timestamps(String mode, String... more) {
        Map<String, String> settings = db.settings(mode, more);
        settings.put(JdbcSourceConfig.TIMESTAMP_COLUMNS, "changed");
        return settings;
    }

    @Test
    void bulkReadsAllRowsInEachPass() throws Exception {
        insert(1, "10:00:00");
        insert(2, "10:00:00");
        db.start(db.settings("bulk"));
        assertEquals(List.of(1L, 2L), column("id", db.poll()));
        List<SourceRecord> again = db.poll();
        assertEquals(List.of(1L, 2L), column("id", again));
        assertNull(again.get(0).sourceOffset());
    }

    @Test
    void aRecordHasTheTopicThePartitionAndTheOffsetOfConfluentsConnector() throws Exception {
        insert(7, "10:00:00.000123");
        db.start(timestamps("timestamp+incrementing"));
        SourceRecord record = db.poll().get(0);
        assertEquals("db-t", record.topic());
        assertNull(record.key());
        assertEquals("t", record.valueSchema().name());
        assertEquals(Map.of("protocol", "1", "table", "public.t"), record.sourcePartition());
        assertEquals(
                Map.of("incrementing", 7L, "timestamp", 1893492000000L, "timestamp_nanos", 123000L),
                record.sourceOffset());
    }

    @Test
    void incrementingReadsNewRowsInOrderAndNoUpdates() throws Exception {
        insert(2, "10:00:00");
        insert(1, "10:00:00");
        db.start(db.settings("incrementing"));
        assertEquals(List.of(1L, 2L), column("id", db.poll()));
        db.execute("UPDATE t SET name = 'v2' WHERE id = 1", "DELETE FROM t WHERE id = 2");
        insert(3, "10:00:00");
        assertEquals(List.of(3L), column("id", db.poll()));
        assertEquals(List.of(), db.poll());
    }

    @Test
    void timestampReadsUpdates() throws Exception {
        insert(1, "10:00:00");
        db.start(timestamps("timestamp"));
        assertEquals(List.of("v1"), column("name", db.poll()));
        db.execute("UPDATE t SET name = 'v2', changed = '2030-01-01 10:00:01'");
        assertEquals(List.of("v2"), column("name", db.poll()));
    }

    @Test
    void timestampMissesALaterRowOfTheSameTimeAndWithIncrementingItIsRead() throws Exception {
        for (String mode : List.of("timestamp", "timestamp+incrementing")) {
            db.execute("DELETE FROM t");
            insert(1, "10:00:00");
            db.start(timestamps(mode, JdbcSourceConfig.TOPIC_PREFIX, mode));
            assertEquals(List.of(1L), column("id", db.poll()));
            insert(2, "10:00:00");
            List<Long> seen = mode.equals("timestamp") ? List.of() : List.of(2L);
            assertEquals(seen, column("id", db.poll()));
            db.close();
            createTable();
        }
    }

    @Test
    void rowsOfTheFutureWaitForTheirTime() throws Exception {
        insert(1, "12:00:00");
        db.start(timestamps("timestamp"));
        assertEquals(List.of(), db.poll());
        db.now = db.now.plusSeconds(1);
        assertEquals(List.of(1L), column("id", db.poll()));
    }

    @Test
    void timestampInitialLeavesOutOlderRows() throws Exception {
        insert(1, "10:00:00");
        insert(2, "11:00:00");
        db.start(timestamps("timestamp", JdbcSourceConfig.TIMESTAMP_INITIAL_MS, "1893492000000"));
        assertEquals(List.of(2L), column("id", db.poll()));
        db.start(timestamps("timestamp", JdbcSourceConfig.TIMESTAMP_INITIAL_MS, "-1",
                JdbcSourceConfig.TABLES, "public.t"));
        assertEquals(List.of(), db.poll());
    }

    @Test
    void theFirstTimestampThatIsNotNullCounts() throws Exception {
        db.execute("CREATE TABLE u (id INT, created DATETIME NOT NULL, updated DATETIME)",
                "INSERT INTO u VALUES (1, '2030-01-01 10:00:00', '2030-01-01 10:00:05')",
                "INSERT INTO u VALUES (2, '2030-01-01 10:00:04', NULL)");
        db.start(db.settings("timestamp", JdbcSourceConfig.TIMESTAMP_COLUMNS, "updated,created",
                JdbcSourceConfig.TABLES, "u"));
        assertEquals(List.of(2, 1), column("id", db.poll()));
    }

    @Test
    void aQueryIsReadIntoTheTopicOfThePrefix() throws Exception {
        insert(1, "10:00:00");
        db.start(db.settings("incrementing", JdbcSourceConfig.INCREMENTING_COLUMN, "id",
                JdbcSourceConfig.QUERY, "SELECT name, id FROM t"));
        SourceRecord record = db.poll().get(0);
        assertEquals("db-", record.topic());
        assertEquals("name", record.valueSchema().fields().get(0).name());
        assertEquals(Map.of("query", "query"), record.sourcePartition());
    }

    @Test
    void tablesOfATaskAreReadInTurn() throws Exception {
        db.execute("CREATE TABLE u (id INT AUTO_INCREMENT PRIMARY KEY)",
                "INSERT INTO u VALUES (5)");
        insert(1, "10:00:00");
        db.start(db.settings("incrementing", JdbcSourceConfig.TABLES, "t,u"));
        Set<String> topics = new HashSet<>();
        db.poll().forEach(record -> topics.add(record.topic()));
        db.poll().forEach(record -> topics.add(record.topic()));
        assertEquals(Set.of("db-t", "db-u"), topics);
    }

    @Test
    void aPassIsHandedOutInBatches() throws Exception {
        for (int id = 1; id <= 5; id++) {
            insert(id, "10:00:00");
        }
        db.start(db.settings("incrementing", JdbcSourceConfig.BATCH_MAX_ROWS, "2"));
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sizes.add(db.poll().size());
        }
        assertEquals(List.of(2, 2, 1, 0), sizes);
    }

    @Test
    void columnsThatMayBeNullAreRefusedUnlessTheyAreAccepted() throws Exception {
        db.execute("CREATE TABLE u (id INT, changed DATETIME)",
                "INSERT INTO u VALUES (1, '2030-01-01 10:00:00'), (2, NULL)");
        Map<String, String> settings = timestamps("timestamp", JdbcSourceConfig.TABLES, "u");
        db.start(settings);
        String said = assertThrows(ConnectException.class, db::poll).getMessage();
        assertTrue(said.contains("no column changed that is NOT NULL"), said);
        settings.put(JdbcSourceConfig.VALIDATE_NON_NULL, "false");
        db.start(settings);
        assertEquals(List.of(1), column("id", db.poll()));
    }

    @Test
    void aTableWithoutAnIncrementedColumnAsksForItsName() throws Exception {
        db.execute("CREATE TABLE u (id INT NOT NULL)");
        db.start(db.settings("incrementing", JdbcSourceConfig.TABLES, "u"));
        String said = assertThrows(ConnectException.class, db::poll).getMessage();
        assertTrue(said.contains("incrementing.column.name"), said);
    }
}
