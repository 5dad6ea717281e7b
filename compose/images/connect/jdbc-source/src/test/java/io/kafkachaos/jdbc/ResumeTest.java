package io.kafkachaos.jdbc;

import static io.kafkachaos.jdbc.Fixture.column;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a task goes on after it was started again, or after its connection was lost. */
class ResumeTest {
    private static final int ROWS = 6;

    private Fixture db;

    @BeforeEach
    void writeRowsInPairsOfOneTime() throws SQLException {
        db = new Fixture();
        db.execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, changed DATETIME NOT NULL)");
        for (int id = 1; id <= ROWS; id++) {
            int second = (id - 1) / 2;
            db.execute("INSERT INTO t VALUES (%d, '2030-01-01 10:00:%02d')".formatted(id, second));
        }
    }

    @AfterEach
    void close() throws SQLException {
        db.close();
    }

    private Map<String, String> settings(String mode, String... more) {
        Map<String, String> settings = db.settings(mode, more);
        if (mode.startsWith("timestamp")) {
            settings.put(JdbcSourceConfig.TIMESTAMP_COLUMNS, "changed");
        }
        return settings;
    }

    /** What is read after the offset of the first `stored` records was the last to be stored. */
    private List<Object> readAgainAfter(int stored, Map<String, String> settings) throws Exception {
        db.forgetOffsets();
        db.start(settings);
        db.store(db.pollUnstored().get(stored - 1));
        db.start(settings);
        return column("id", db.poll());
    }

    @Test
    void withAnIncrementingColumnItGoesOnAtExactlyTheNextRow() throws Exception {
        for (String mode : List.of("incrementing", "timestamp+incrementing")) {
            for (int stored = 1; stored < ROWS; stored++) {
                List<Object> rest = new ArrayList<>();
                for (int id = stored + 1; id <= ROWS; id++) {
                    rest.add(id);
                }
                assertEquals(rest, readAgainAfter(stored, settings(mode)), mode + " " + stored);
            }
        }
    }

    @Test
    void withATimestampAloneItSendsARowAgainButSkipsNone() throws Exception {
        assertEquals(List.of(1, 2, 3, 4, 5, 6), readAgainAfter(1, settings("timestamp")));
        assertEquals(List.of(3, 4, 5, 6), readAgainAfter(2, settings("timestamp")));
        assertEquals(List.of(3, 4, 5, 6), readAgainAfter(3, settings("timestamp")));
    }

    @Test
    void aLostConnectionIsOpenedAgainAndNoRowIsLostOrRepeated() throws Exception {
        for (int rows = 0; rows <= ROWS; rows++) {
            db.start(settings("incrementing", JdbcSourceConfig.BATCH_MAX_ROWS, "2",
                    JdbcSourceConfig.ATTEMPTS, "2"));
            FlakyDriver.reset();
            FlakyDriver.rowsLeft = rows;
            assertEquals(List.of(1, 2, 3, 4, 5, 6), readAllOverAFailure());
            assertEquals(2, FlakyDriver.connections);
        }
    }

    private List<Object> readAllOverAFailure() throws InterruptedException {
        List<Object> seen = new ArrayList<>();
        int failures = 0;
        while (seen.size() < ROWS) {
            try {
                seen.addAll(column("id", db.pollUnstored()));
            } catch (RetriableException error) {
                failures++;
            }
        }
        assertEquals(1, failures);
        return seen;
    }

    @Test
    void attemptsToConnectAreLimitedAndCountedFromTheLastSuccess() throws Exception {
        db.start(settings("incrementing", JdbcSourceConfig.ATTEMPTS, "3"));
        FlakyDriver.refusals = 2;
        assertThrows(RetriableException.class, db::poll);
        assertThrows(RetriableException.class, db::poll);
        assertEquals(ROWS, db.poll().size());
        db.start(settings("incrementing", JdbcSourceConfig.ATTEMPTS, "3"));
        FlakyDriver.refusals = 3;
        assertThrows(RetriableException.class, db::poll);
        assertThrows(RetriableException.class, db::poll);
        ConnectException error = assertThrows(ConnectException.class, db::poll);
        assertTrue(error.getMessage().startsWith("given up after 3 attempts"), error.getMessage());
    }

    @Test
    void aWrongQueryIsNotTriedAgain() {
        db.start(settings("bulk", JdbcSourceConfig.TABLES, "nowhere"));
        ConnectException error = assertThrows(ConnectException.class, db::poll);
        assertTrue(error.getMessage().startsWith("the query failed"), error.getMessage());
    }

    @Test
    void aValueThatCannotBeReadIsNotTriedAgain() throws Exception {
        db.execute("CREATE TABLE u (id DECIMAL(20) PRIMARY KEY)",
                "INSERT INTO u VALUES (18446744073709551614)");
        db.start(settings("incrementing", JdbcSourceConfig.TABLES, "u",
                JdbcSourceConfig.INCREMENTING_COLUMN, "id"));
        ConnectException error = assertThrows(ConnectException.class, db::poll);
        assertTrue(error.getMessage().startsWith("the query failed"), error.getMessage());
    }

    @Test
    void anOffsetSurvivesItsWayThroughTheOffsetsTopic() {
        Map<String, Object> offset = Map.of(
                "incrementing", 5, "timestamp", 1893492000123L, "timestamp_nanos", 123456789);
        Position position = Position.of(offset);
        assertEquals(5L, position.incrementing());
        assertEquals(123456789, position.timestamp().getNanos());
        assertEquals(1893492000123L, position.timestamp().getTime());
        assertEquals(position, Position.of(position.toOffset()));
        assertEquals(Position.START, Position.of(Position.START.toOffset()));
    }

    @Test
    void thePartitionIsWrittenTheSameInEveryWorker() {
        // Connect looks for its bytes. Map.of has another order in every JVM.
        assertEquals("{protocol=1, table=a.b}", TableReader.partition("a.b").toString());
        assertEquals(HashMap.class, TableReader.partition("a.b").getClass());
    }

    @Test
    void bulkStartsAPassAgain() throws Exception {
        db.start(settings("bulk", JdbcSourceConfig.BATCH_MAX_ROWS, "4"));
        List<SourceRecord> first = db.poll();
        FlakyDriver.rowsLeft = 0;
        assertThrows(RetriableException.class, db::poll);
        assertEquals(column("id", first), column("id", db.poll()));
    }
}
