package io.kafkachaos.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;
import org.apache.kafka.common.config.types.Password;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that is opened when it is needed, and again after it was lost. */
final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int VALID_WITHIN_S = 2;

    private final JdbcSourceConfig config;
    private final String url;
    private Connection connection;

    Database(JdbcSourceConfig config) {
        this.config = config;
        this.url = config.getString(JdbcSourceConfig.URL);
    }

    /** Prepares a query whose result is read row by row. */
    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = connection()
                .prepareStatement(sql, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        // This value makes MySQL's driver read from the network as rows are asked for, instead of
        // the whole table at once. Others refuse it.
        statement.setFetchSize(
                url.startsWith("jdbc:mysql:")
                        ? Integer.MIN_VALUE
                        : config.getInt(JdbcSourceConfig.BATCH_MAX_ROWS));
        return statement;
    }

    /** The database's time in whole seconds, because this second may still get more rows. */
    Timestamp now() throws SQLException {
        try (Statement statement = connection().createStatement();
                ResultSet rows = statement.executeQuery("SELECT CURRENT_TIMESTAMP")) {
            rows.next();
            Timestamp now = rows.getTimestamp(1, Calendar.getInstance(config.timeZone()));
            return new Timestamp(now.getTime() / 1000 * 1000);
        }
    }

    /** Names of all tables of the connection's database, sorted. */
    List<String> tables() throws SQLException {
        Connection open = connection();
        List<String> names = new ArrayList<>();
        try (ResultSet rows = open.getMetaData()
                .getTables(open.getCatalog(), open.getSchema(), "%", new String[] {"TABLE"})) {
            while (rows.next()) {
                names.add(rows.getString("TABLE_NAME"));
            }
        }
        return names.stream().sorted().toList();
    }

    /** The name with the database in front, which a table keeps whatever the URL says later. */
    String qualified(String table) throws SQLException {
        if (table.contains(".")) {
            return table;
        }
        Connection open = connection();
        // MySQL calls a database a catalog and has no schemas.
        String schema = open.getSchema();
        return (schema == null ? open.getCatalog() : schema) + "." + table;
    }

    /** Each part of a dotted name in the quotes of this database. */
    String quoted(String name) throws SQLException {
        String quote = connection().getMetaData().getIdentifierQuoteString();
        return quote + name.replace(".", quote + "." + quote) + quote;
    }

    /** Whether the same may succeed later: the connection was lost, or a lock was not given. */
    boolean isPassing(SQLException error) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        return error instanceof SQLTransientException
                || error instanceof SQLRecoverableException
                || error instanceof SQLNonTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("40")
                || isLost();
    }

    private boolean isLost() {
        try {
            return connection == null || !connection.isValid(VALID_WITHIN_S);
        } catch (SQLException error) {
            return true;
        }
    }

    private Connection connection() throws SQLException {
        if (connection == null) {
            connection = open();
            // Only what is committed, and in each query as of its own start.
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            connection.setReadOnly(true);
        }
        return connection;
    }

    private Connection open() throws SQLException {
        Properties properties = new Properties();
        String user = config.getString(JdbcSourceConfig.USER);
        Password password = config.getPassword(JdbcSourceConfig.PASSWORD);
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password.value());
        }
        // Not through DriverManager, which looks once and only where the worker's own classes are.
        for (Driver driver : ServiceLoader.load(Driver.class, Database.class.getClassLoader())) {
            if (driver.acceptsURL(url)) {
                LOG.info("connecting to {}", url);
                return driver.connect(url, properties);
            }
        }
        throw new SQLException("there is no driver for " + url);
    }

    @Override
    public void close() {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException error) {
            LOG.info("the connection did not close: {}", error.getMessage());
        }
        connection = null;
    }
}
