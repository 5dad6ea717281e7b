package io.kafkachaos.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused, and how the tables are divided. */
class ConfigTest {
    private static Map<String, String> settings(String... more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "connection.url", "jdbc:mysql://db/x",
                "mode", "incrementing",
                "topic.prefix", "p"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "mode                     | sometimes              | must be one of",
        "mode                     | timestamp              | needs a timestamp column",
        "connection.url           | mysql://db             | must start with jdbc:",
        "query                    | SELECT 1               | with a query needs its name",
        "timestamp.column.name    | changed                | uses no timestamp column",
        "poll.interval.ms         | -1                     | must be at least 0",
        "batch.max.rows           | 0                      | must be at least 1",
        "db.timezone              | Mars                   | is not a time zone",
        "numeric.mapping          | sometimes              | must be one of",
    })
    void whatIsWrongIsSaidWithTheNameOfTheSetting(String name, String value, String message) {
        Map<String, String> wrong = settings(name, value);
        ConfigException error =
                assertThrows(ConfigException.class, () -> new JdbcSourceConfig(wrong));
        String shown = errors(wrong).toString();
        for (String said : List.of(error.getMessage(), shown)) {
            assertTrue(said.toLowerCase().contains(message), said);
        }
    }

    @Test
    void listsOfTablesExcludeEachOther() {
        assertTrue(errors(settings("table.whitelist", "a", "table.blacklist", "b")).toString()
                .contains("not both"));
        assertTrue(errors(settings("table.whitelist", "a", "query", "SELECT 1")).toString()
                .contains("replaces the tables"));
        assertEquals(List.of(), errors(settings("table.whitelist", "a")));
    }

    private static List<String> errors(Map<String, String> settings) {
        return new JdbcSourceConnector().validate(settings).configValues().stream()
                .flatMap(value -> value.errorMessages().stream())
                .toList();
    }

    @Test
    void tablesAreDividedAmongTheTasks() {
        JdbcSourceConnector connector = new JdbcSourceConnector();
        connector.start(settings("table.whitelist", "a,b,c"));
        assertEquals(List.of("a,b", "c"), tables(connector, 2));
        assertEquals(List.of("a", "b", "c"), tables(connector, 9));
        connector.start(settings("query", "SELECT 1", "incrementing.column.name", "id"));
        assertEquals(1, connector.taskConfigs(9).size());
    }

    @Test
    void withoutAListAllTablesOfTheDatabaseAreTaken() throws SQLException {
        try (Fixture db = new Fixture()) {
            for (String table : List.of("b", "a", "c")) {
                db.execute("CREATE TABLE " + table + " (id INT)");
            }
            JdbcSourceConnector connector = new JdbcSourceConnector();
            connector.start(db.settings("bulk", "table.blacklist", "b"));
            assertEquals(List.of("a,c"), tables(connector, 1));
        }
    }

    private static List<String> tables(JdbcSourceConnector connector, int tasks) {
        return connector.taskConfigs(tasks).stream().map(task -> task.get("tables")).toList();
    }

    @Test
    void onlyAnExactPositionSupportsExactlyOnce() {
        JdbcSourceConnector connector = new JdbcSourceConnector();
        assertEquals(ExactlyOnceSupport.SUPPORTED, connector.exactlyOnceSupport(settings()));
        assertEquals(ExactlyOnceSupport.SUPPORTED, connector.exactlyOnceSupport(
                settings("mode", "timestamp+incrementing", "timestamp.column.name", "c")));
        assertEquals(ExactlyOnceSupport.UNSUPPORTED, connector.exactlyOnceSupport(
                settings("mode", "timestamp", "timestamp.column.name", "c")));
        assertEquals(ExactlyOnceSupport.UNSUPPORTED,
                connector.exactlyOnceSupport(settings("mode", "bulk")));
    }

    @Test
    void connectFindsItByItsManifest() {
        ServiceLoader<SourceConnector> found = ServiceLoader.load(SourceConnector.class);
        assertTrue(found.stream().anyMatch(each -> each.type() == JdbcSourceConnector.class));
    }
}
