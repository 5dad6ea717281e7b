package io.kafkachaos.jdbc;

import static org.apache.kafka.common.config.ConfigDef.NO_DEFAULT_VALUE;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/** The settings, with the names and defaults of Confluent's JDBC source connector. */
final class JdbcSourceConfig extends AbstractConfig {
    static final String URL = "connection.url";
    static final String USER = "connection.user";
    static final String PASSWORD = "connection.password";
    static final String ATTEMPTS = "connection.attempts";
    static final String BACKOFF_MS = "connection.backoff.ms";
    static final String MODE = "mode";
    static final String INCREMENTING_COLUMN = "incrementing.column.name";
    static final String TIMESTAMP_COLUMNS = "timestamp.column.name";
    static final String TIMESTAMP_DELAY_MS = "timestamp.delay.interval.ms";
    static final String TIMESTAMP_INITIAL_MS = "timestamp.initial";
    static final String VALIDATE_NON_NULL = "validate.non.null";
    static final String WHITELIST = "table.whitelist";
    static final String BLACKLIST = "table.blacklist";
    static final String QUERY = "query";
    static final String TOPIC_PREFIX = "topic.prefix";
    static final String POLL_INTERVAL_MS = "poll.interval.ms";
    static final String BATCH_MAX_ROWS = "batch.max.rows";
    static final String NUMERIC_MAPPING = "numeric.mapping";
    static final String TIME_ZONE = "db.timezone";

    /** The tables of one task; the connector sets it. */
    static final String TABLES = "tables";

    static final ConfigDef DEFINITION = new ConfigDef()
            .define(URL, Type.STRING, NO_DEFAULT_VALUE, new Prefix("jdbc:"), Importance.HIGH,
                    "JDBC URL of the database")
            .define(USER, Type.STRING, null, Importance.HIGH, "user")
            .define(PASSWORD, Type.PASSWORD, null, Importance.HIGH, "password")
            .define(ATTEMPTS, Type.INT, 3, atLeast(1), Importance.LOW,
                    "how many failures of the connection in a row fail the task")
            .define(BACKOFF_MS, Type.LONG, 10_000L, atLeast(0), Importance.LOW,
                    "pause after a failure of the connection")
            .define(MODE, Type.STRING, NO_DEFAULT_VALUE, ValidString.in(Mode.labels()),
                    Importance.HIGH, "how new rows are recognised")
            .define(INCREMENTING_COLUMN, Type.STRING, "", Importance.MEDIUM,
                    "the column that only grows; empty: the one that the database increments")
            .define(TIMESTAMP_COLUMNS, Type.LIST, "", Importance.MEDIUM,
                    "columns with the time of the last change; the first that is not null counts")
            .define(TIMESTAMP_DELAY_MS, Type.LONG, 0L, atLeast(0), Importance.HIGH,
                    "leave rows younger than this for later: longer than the longest transaction, "
                            + "or a row that is committed late is never read")
            .define(TIMESTAMP_INITIAL_MS, Type.LONG, null, Importance.LOW,
                    "read rows later than this epoch time; -1: the current time; default: all rows")
            .define(VALIDATE_NON_NULL, Type.BOOLEAN, true, Importance.LOW,
                    "refuse tables whose incrementing or timestamp columns may be null")
            .define(WHITELIST, Type.LIST, "", Importance.MEDIUM, "tables to read, default all")
            .define(BLACKLIST, Type.LIST, "", Importance.MEDIUM, "tables not to read")
            .define(QUERY, Type.STRING, "", Importance.MEDIUM,
                    "a query to read instead of tables; the topic is then topic.prefix alone, and "
                            + "in all modes but bulk it must not have a WHERE of its own")
            .define(TOPIC_PREFIX, Type.STRING, NO_DEFAULT_VALUE, Importance.HIGH,
                    "a table's topic is this and its name")
            .define(POLL_INTERVAL_MS, Type.LONG, 5_000L, atLeast(0), Importance.HIGH,
                    "from the start of one pass over a table to the start of the next")
            .define(BATCH_MAX_ROWS, Type.INT, 100, atLeast(1), Importance.LOW,
                    "most rows handed to Connect at once")
            .define(NUMERIC_MAPPING, Type.STRING, "none",
                    ValidString.in("none", "precision_only", "best_fit"), Importance.LOW,
                    "which DECIMAL columns become integers or doubles instead of Decimal")
            .define(TIME_ZONE, Type.STRING, "UTC", new Zone(), Importance.MEDIUM,
                    "time zone of the database session, in which DATETIME values are meant")
            .define(TABLES, Type.LIST, "", Importance.LOW, "set by the connector for its tasks");

    JdbcSourceConfig(Map<String, String> settings) {
        super(DEFINITION, settings, false);
        contradictions(settings).forEach((name, message) -> {
            throw new ConfigException(name, settings.get(name), message);
        });
    }

    /** What each setting for itself allows, but not all of them together: name and message. */
    static Map<String, String> contradictions(Map<String, String> settings) {
        Map<String, String> found = new LinkedHashMap<>();
        boolean query = isGiven(settings, QUERY);
        if (isGiven(settings, WHITELIST) && isGiven(settings, BLACKLIST)) {
            found.put(BLACKLIST, "give " + WHITELIST + " or " + BLACKLIST + ", not both");
        }
        if (query && (isGiven(settings, WHITELIST) || isGiven(settings, BLACKLIST))) {
            found.put(QUERY, "a query replaces the tables: give no list of tables with it");
        }
        String label = settings.get(MODE);
        if (label == null || !List.of(Mode.labels()).contains(label)) {
            return found; // reported as a value that the definition does not allow
        }
        Mode mode = Mode.of(label);
        if (mode.usesTimestamp() && !isGiven(settings, TIMESTAMP_COLUMNS)) {
            found.put(TIMESTAMP_COLUMNS, "mode " + label + " needs a timestamp column");
        }
        if (mode.usesIncrementing() && query && !isGiven(settings, INCREMENTING_COLUMN)) {
            found.put(INCREMENTING_COLUMN, "mode " + label + " with a query needs its name");
        }
        if (!mode.usesTimestamp() && isGiven(settings, TIMESTAMP_COLUMNS)) {
            found.put(TIMESTAMP_COLUMNS, "mode " + label + " uses no timestamp column");
        }
        if (!mode.usesIncrementing() && isGiven(settings, INCREMENTING_COLUMN)) {
            found.put(INCREMENTING_COLUMN, "mode " + label + " uses no incrementing column");
        }
        return found;
    }

    private static boolean isGiven(Map<String, String> settings, String name) {
        String value = settings.get(name);
        return value != null && !value.isBlank();
    }

    Mode mode() {
        return Mode.of(getString(MODE));
    }

    TimeZone timeZone() {
        return TimeZone.getTimeZone(ZoneId.of(getString(TIME_ZONE)));
    }

    private record Prefix(String prefix) implements ConfigDef.Validator {
        @Override
        public void ensureValid(String name, Object value) {
            if (value == null || !value.toString().startsWith(prefix)) {
                throw new ConfigException(name, value, "must start with " + prefix);
            }
        }
    }

    private record Zone() implements ConfigDef.Validator {
        @Override
        public void ensureValid(String name, Object value) {
            try {
                ZoneId.of(String.valueOf(value));
            } catch (DateTimeException error) {
                throw new ConfigException(name, value, "is not a time zone");
            }
        }
    }
}
