package io.kafkachaos.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Properties;
import java.util.logging.Logger;

/** H2 behind a network that breaks when a test says so: `jdbc:flaky:` instead of `jdbc:h2:`. */
public final class FlakyDriver implements Driver {
    static final String PREFIX = "jdbc:flaky:";

    /** How many more rows can be read until the connection breaks; negative: all. */
    static int rowsLeft = -1;

    /** How many more attempts to connect are refused. */
    static int refusals = 0;

    static int connections = 0;

    private static int openResults = 0;

    static void reset() {
        rowsLeft = -1;
        refusals = 0;
        connections = 0;
        openResults = 0;
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        if (refusals > 0) {
            refusals--;
            throw broken();
        }
        connections++;
        String real = "jdbc:h2:" + url.substring(PREFIX.length());
        return wrap(Connection.class, new org.h2.Driver().connect(real, info));
    }

    private static SQLException broken() {
        return new SQLNonTransientConnectionException("the network is gone", "08S01");
    }

    private static <T> T wrap(Class<T> type, T real) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (real instanceof ResultSet && method.getName().equals("next") && rowsLeft >= 0) {
                if (rowsLeft == 0) {
                    rowsLeft = -1;
                    throw broken();
                }
                rowsLeft--;
            }
            if (real instanceof ResultSet && method.getName().equals("close")) {
                openResults--;
            }
            // As MySQL's driver has it while rows are read from the network one by one.
            if (method.getName().equals("isValid") && openResults > 0) {
                return false;
            }
            Object result;
            try {
                result = method.invoke(real, arguments);
            } catch (InvocationTargetException error) {
                throw error.getCause();
            }
            if (result instanceof PreparedStatement statement) {
                return wrap(PreparedStatement.class, statement);
            }
            if (result instanceof ResultSet rows) {
                openResults++;
                return wrap(ResultSet.class, rows);
            }
            return result;
        };
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }
}
