package io.kafkachaos.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;

/** A database of its own, a clock that stands still, and a task that remembers its offsets. */
final class Fixture implements AutoCloseable {
    private final String name = UUID.randomUUID().toString();
    private final String options = ";MODE=MySQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1";
    private final Map<Map<String, ?>, Map<String, Object>> offsets = new HashMap<>();
    private final Connection connection = connect();
    private JdbcSourceTask task;

    /** What the database says the time is. */
    Instant now = Instant.parse("2030-01-01T12:00:00Z");

    Fixture() throws SQLException {
        FlakyDriver.reset();
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:h2:mem:" + name + options);
    }

    void execute(String... statements) throws SQLException {
        execute(connection, statements);
    }

    static void execute(Connection on, String... statements) throws SQLException {
        try (Statement statement = on.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The settings for a mode, and more as name, value, name, value. */
    Map<String, String> settings(String mode, String... more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                JdbcSourceConfig.URL, FlakyDriver.PREFIX + "mem:" + name + options,
                JdbcSourceConfig.MODE, mode,
                JdbcSourceConfig.TOPIC_PREFIX, "db-",
                JdbcSourceConfig.POLL_INTERVAL_MS, "0",
                JdbcSourceConfig.BACKOFF_MS, "0",
                JdbcSourceConfig.TABLES, "t"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    /** Starts a task; it goes on where the stored offsets say. */
    void start(Map<String, String> settings) {
        if (task != null) {
            task.stop();
        }
        task = new JdbcSourceTask(database -> Timestamp.from(now));
        task.initialize(new Context(settings));
        task.start(settings);
    }

    /** One batch, empty when there is none; its offsets are stored. */
    List<SourceRecord> poll() throws InterruptedException {
        List<SourceRecord> records = pollUnstored();
        records.forEach(record -> offsets.put(record.sourcePartition(), offset(record)));
        return records;
    }

    /** One batch, of which nobody stores anything yet. */
    List<SourceRecord> pollUnstored() throws InterruptedException {
        List<SourceRecord> records = task.poll();
        return records == null ? List.of() : records;
    }

    /** Stores how far one record got, as Connect does when a worker dies within a batch. */
    void store(SourceRecord record) {
        offsets.put(record.sourcePartition(), offset(record));
    }

    void forgetOffsets() {
        offsets.clear();
    }

    private static Map<String, Object> offset(SourceRecord record) {
        if (record.sourceOffset() == null) {
            return null;
        }
        // As they come back from the offsets topic.
        return new HashMap<>(record.sourceOffset());
    }

    static List<Object> column(String name, List<SourceRecord> records) {
        List<Object> values = new ArrayList<>();
        records.forEach(record -> values.add(((Struct) record.value()).get(name)));
        return values;
    }

    @Override
    public void close() throws SQLException {
        if (task != null) {
            task.stop();
        }
        execute("SHUTDOWN");
    }

    private final class Context implements SourceTaskContext, OffsetStorageReader {
        private final Map<String, String> settings;

        private Context(Map<String, String> settings) {
            this.settings = settings;
        }

        @Override
        public Map<String, String> configs() {
            return settings;
        }

        @Override
        public OffsetStorageReader offsetStorageReader() {
            return this;
        }

        @Override
        public <T> Map<String, Object> offset(Map<String, T> partition) {
            return offsets.get(partition);
        }

        @Override
        public <T> Map<Map<String, T>, Map<String, Object>> offsets(
                Collection<Map<String, T>> partitions) {
            throw new UnsupportedOperationException();
        }
    }
}
