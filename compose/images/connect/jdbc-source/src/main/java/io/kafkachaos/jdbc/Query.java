package io.kafkachaos.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.connect.errors.ConnectException;

/** The query that finds the rows after a position, and the position of each row that it finds. */
final class Query {
    private final Mode mode;
    private final String sql;
    private final List<String> timestampColumns;
    private final String incrementingColumn;
    private final Calendar calendar;

    private Query(JdbcSourceConfig config, String select, String incrementing, Database database)
            throws SQLException {
        mode = config.mode();
        timestampColumns = config.getList(JdbcSourceConfig.TIMESTAMP_COLUMNS);
        incrementingColumn = incrementing;
        calendar = Calendar.getInstance(config.timeZone());
        sql = select + condition(database);
    }

    /** The query over a table, whose columns are checked. */
    static Query ofTable(JdbcSourceConfig config, Database database, String table)
            throws SQLException {
        String select = "SELECT * FROM " + database.quoted(table);
        String incrementing = config.getString(JdbcSourceConfig.INCREMENTING_COLUMN);
        try (PreparedStatement statement = database.prepare(select + " WHERE 1 = 0");
                ResultSet rows = statement.executeQuery()) {
            ResultSetMetaData columns = rows.getMetaData();
            if (config.mode().usesIncrementing() && incrementing.isBlank()) {
                incrementing = autoIncrement(columns, table);
            }
            if (config.getBoolean(JdbcSourceConfig.VALIDATE_NON_NULL)) {
                if (config.mode().usesIncrementing()) {
                    requireNotNull(columns, table, List.of(incrementing));
                }
                if (config.mode().usesTimestamp()) {
                    requireNotNull(
                            columns, table, config.getList(JdbcSourceConfig.TIMESTAMP_COLUMNS));
                }
            }
        }
        return new Query(config, select, incrementing, database);
    }

    /** The configured query, which cannot be checked before it is run. */
    static Query ofConfig(JdbcSourceConfig config, Database database) throws SQLException {
        return new Query(
                config,
                config.getString(JdbcSourceConfig.QUERY),
                config.getString(JdbcSourceConfig.INCREMENTING_COLUMN),
                database);
    }

    private String condition(Database database) throws SQLException {
        if (mode == Mode.BULK) {
            return "";
        }
        String id = mode.usesIncrementing() ? database.quoted(incrementingColumn) : "";
        if (mode == Mode.INCREMENTING) {
            return " WHERE %1$s > ? ORDER BY %1$s ASC".formatted(id);
        }
        List<String> columns = new ArrayList<>();
        for (String column : timestampColumns) {
            columns.add(database.quoted(column));
        }
        String time = columns.size() == 1
                ? columns.get(0)
                : columns.stream().collect(Collectors.joining(", ", "COALESCE(", ")"));
        if (mode == Mode.TIMESTAMP) {
            return " WHERE %1$s > ? AND %1$s < ? ORDER BY %1$s ASC".formatted(time);
        }
        return " WHERE (%1$s > ? OR (%1$s = ? AND %2$s > ?)) AND %1$s < ? ORDER BY %1$s, %2$s ASC"
                .formatted(time, id);
    }

    String sql() {
        return sql;
    }

    /**
     * Fills in the parameters.
     *
     * @param position after which rows are wanted
     * @param until before which the timestamp must be; unused where there is none
     */
    void bind(PreparedStatement statement, Position position, Timestamp until) throws SQLException {
        // Smaller than every value of a column, signed or not.
        long id = position.incrementing() == null ? Long.MIN_VALUE : position.incrementing();
        Timestamp time = position.timestamp() == null ? new Timestamp(0) : position.timestamp();
        switch (mode) {
            case BULK -> { }
            case INCREMENTING -> statement.setLong(1, id);
            case TIMESTAMP -> {
                statement.setTimestamp(1, time, calendar);
                statement.setTimestamp(2, until, calendar);
            }
            case TIMESTAMP_INCREMENTING -> {
                statement.setTimestamp(1, time, calendar);
                statement.setTimestamp(2, time, calendar);
                statement.setLong(3, id);
                statement.setTimestamp(4, until, calendar);
            }
        }
    }

    /** The position of the row that the result set stands on. */
    Position position(ResultSet row) throws SQLException {
        Timestamp time = null;
        for (String column : mode.usesTimestamp() ? timestampColumns : List.<String>of()) {
            time = time == null ? row.getTimestamp(column, calendar) : time;
        }
        return new Position(time, mode.usesIncrementing() ? row.getLong(incrementingColumn) : null);
    }

    private static String autoIncrement(ResultSetMetaData columns, String table)
            throws SQLException {
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            if (columns.isAutoIncrement(column)) {
                return columns.getColumnName(column);
            }
        }
        throw new ConnectException("%s has no column that the database increments: name one in %s"
                .formatted(table, JdbcSourceConfig.INCREMENTING_COLUMN));
    }

    /** At least one of the names must be of a column that is never null. */
    private static void requireNotNull(ResultSetMetaData columns, String table, List<String> names)
            throws SQLException {
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            String name = columns.getColumnName(column);
            if (names.stream().anyMatch(name::equalsIgnoreCase)
                    && columns.isNullable(column) == ResultSetMetaData.columnNoNulls) {
                return;
            }
        }
        throw new ConnectException(
                "%s has no column %s that is NOT NULL, and rows with nulls are never read; %s=false"
                        .formatted(table, String.join(" or ", names),
                                "accept that with " + JdbcSourceConfig.VALIDATE_NON_NULL));
    }
}
