package io.kafkachaos.jdbc;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads some of the tables in turn, one pass each every poll interval. */
public final class JdbcSourceTask extends SourceTask {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcSourceTask.class);

    /** A task is asked to stop between two polls only, so none of them may wait for long. */
    private static final long POLL_LIMIT_MS = 100;

    private final TableReader.Clock clock;
    private JdbcSourceConfig config;
    private Database database;
    private Deque<Turn> turns;
    private int failures;
    private long retryAtMs;

    /** When the next pass over a table may begin. */
    private static final class Turn {
        private final TableReader reader;
        private long dueAtMs;

        private Turn(TableReader reader) {
            this.reader = reader;
        }
    }

    /** Used by Connect. */
    public JdbcSourceTask() {
        this(Database::now);
    }

    JdbcSourceTask(TableReader.Clock clock) {
        this.clock = clock;
    }

    @Override
    public String version() {
        return JdbcSourceConnector.VERSION;
    }

    @Override
    public void start(Map<String, String> settings) {
        config = new JdbcSourceConfig(settings);
        database = new Database(config);
    }

    @Override
    public List<SourceRecord> poll() throws InterruptedException {
        if (!await(retryAtMs)) {
            return null;
        }
        try {
            List<SourceRecord> records = read();
            failures = 0;
            return records;
        } catch (SQLException error) {
            throw failed(error);
        }
    }

    private List<SourceRecord> read() throws SQLException, InterruptedException {
        if (turns == null) {
            turns = turns();
        }
        Turn turn = turns.getFirst();
        if (!await(turn.dueAtMs)) {
            return null;
        }
        if (turn.reader.isBetweenPasses()) {
            turn.dueAtMs = nowMs() + config.getLong(JdbcSourceConfig.POLL_INTERVAL_MS);
        }
        List<SourceRecord> records =
                turn.reader.read(config.getInt(JdbcSourceConfig.BATCH_MAX_ROWS));
        if (turn.reader.isBetweenPasses()) {
            turns.addLast(turns.removeFirst());
        }
        return records.isEmpty() ? null : records;
    }

    private Deque<Turn> turns() throws SQLException {
        Deque<Turn> found = new ArrayDeque<>();
        if (!config.getString(JdbcSourceConfig.QUERY).isBlank()) {
            found.add(turn(null));
        }
        for (String table : config.getList(JdbcSourceConfig.TABLES)) {
            found.add(turn(database.qualified(table)));
        }
        return found;
    }

    private Turn turn(String table) {
        Map<String, Object> stored =
                context.offsetStorageReader().offset(TableReader.partition(table));
        return new Turn(new TableReader(config, database, clock, table, stored));
    }

    private ConnectException failed(SQLException error) {
        // MySQL's driver calls a connection invalid while a result is still being read from it.
        abandonPasses();
        boolean isPassing = database.isPassing(error);
        database.close();
        failures++;
        if (!isPassing) {
            return new ConnectException("the query failed: " + error.getMessage(), error);
        }
        if (failures >= config.getInt(JdbcSourceConfig.ATTEMPTS)) {
            return new ConnectException("given up after %d attempts (%s): %s"
                    .formatted(failures, JdbcSourceConfig.ATTEMPTS, error.getMessage()), error);
        }
        retryAtMs = nowMs() + config.getLong(JdbcSourceConfig.BACKOFF_MS);
        LOG.warn("attempt {} failed: {}", failures, error.getMessage());
        return new RetriableException("attempt " + failures + " failed", error);
    }

    /** Waits for a moment, or as long as a poll may, and says whether the moment has come. */
    private static boolean await(long atMs) throws InterruptedException {
        long waitMs = atMs - nowMs();
        if (waitMs > 0) {
            Thread.sleep(Math.min(waitMs, POLL_LIMIT_MS));
        }
        return waitMs <= POLL_LIMIT_MS;
    }

    private static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    private void abandonPasses() {
        if (turns != null) {
            turns.forEach(turn -> turn.reader.abandon());
        }
    }

    @Override
    public void stop() {
        if (database != null) {
            abandonPasses();
            database.close();
        }
    }
}
