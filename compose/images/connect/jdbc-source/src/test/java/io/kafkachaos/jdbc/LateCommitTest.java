package io.kafkachaos.jdbc;

import static io.kafkachaos.jdbc.Fixture.column;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A row that is committed after a later one was read, which polling cannot see: J-INC, J-TS. */
class LateCommitTest {
    private Fixture db;
    private Connection late;

    @BeforeEach
    void writeTwoRowsOneOfThemUncommitted() throws SQLException {
        db = new Fixture();
        db.execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, changed DATETIME NOT NULL)");
        late = db.connect();
        late.setAutoCommit(false);
        Fixture.execute(late, "INSERT INTO t VALUES (1, '2030-01-01 11:59:50')");
        db.execute("INSERT INTO t VALUES (2, '2030-01-01 11:59:55')");
    }

    @AfterEach
    void close() throws SQLException {
        late.close();
        db.close();
    }

    private List<Object> readThenCommitThenRead(Map<String, String> settings) throws Exception {
        db.start(settings);
        assertEquals(List.of(2), column("id", db.poll()));
        late.commit();
        return column("id", db.poll());
    }

    @Test
    void incrementingNeverReadsIt() throws Exception {
        assertEquals(List.of(), readThenCommitThenRead(db.settings("incrementing")));
    }

    @Test
    void timestampNeverReadsIt() throws Exception {
        assertEquals(List.of(), readThenCommitThenRead(
                db.settings("timestamp", JdbcSourceConfig.TIMESTAMP_COLUMNS, "changed")));
    }

    @Test
    void timestampAndIncrementingNeverReadsIt() throws Exception {
        assertEquals(List.of(), readThenCommitThenRead(db.settings(
                "timestamp+incrementing", JdbcSourceConfig.TIMESTAMP_COLUMNS, "changed")));
    }

    @Test
    void aDelayLongerThanTheTransactionPreventsTheLoss() throws Exception {
        db.start(db.settings("timestamp+incrementing",
                JdbcSourceConfig.TIMESTAMP_COLUMNS, "changed",
                JdbcSourceConfig.TIMESTAMP_DELAY_MS, "20000"));
        assertEquals(List.of(), db.poll());
        late.commit();
        db.now = db.now.plusSeconds(20);
        assertEquals(List.of(1, 2), column("id", db.poll()));
    }
}
