package io.kafkachaos.jdbc;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.util.ConnectorUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls tables of a database for new rows. What it can and cannot see follows from the mode:
 *
 * <ul>
 *   <li>bulk: every row again in each pass.
 *   <li>incrementing: rows with a greater value in a column that only grows; no updates.
 *   <li>timestamp: rows with a later time of change. A row that gets the time of one that was
 *       already read is never read.
 *   <li>timestamp+incrementing: updates as well, and rows of one time are told apart.
 * </ul>
 *
 * <p>No mode sees deletes, nor a row that is committed after one with a greater value was read.
 */
public final class JdbcSourceConnector extends SourceConnector {
    static final String VERSION = "1";

    private static final Logger LOG = LoggerFactory.getLogger(JdbcSourceConnector.class);

    private Map<String, String> settings = Map.of();

    @Override
    public String version() {
        return VERSION;
    }

    @Override
    public ConfigDef config() {
        return JdbcSourceConfig.DEFINITION;
    }

    @Override
    public Config validate(Map<String, String> given) {
        Config config = super.validate(given);
        Map<String, String> contradictions = JdbcSourceConfig.contradictions(given);
        for (ConfigValue value : config.configValues()) {
            String message = contradictions.get(value.name());
            if (message != null) {
                value.addErrorMessage(value.name() + ": " + message);
            }
        }
        return config;
    }

    @Override
    public void start(Map<String, String> given) {
        new JdbcSourceConfig(given); // throws when it is wrong
        settings = Map.copyOf(given);
    }

    @Override
    public Class<? extends Task> taskClass() {
        return JdbcSourceTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        JdbcSourceConfig config = new JdbcSourceConfig(settings);
        if (!config.getString(JdbcSourceConfig.QUERY).isBlank()) {
            return List.of(settings);
        }
        List<String> tables = tables(config);
        if (tables.isEmpty()) {
            LOG.warn("there is no table to read in {}", config.getString(JdbcSourceConfig.URL));
            return List.of();
        }
        return ConnectorUtils.groupPartitions(tables, Math.min(maxTasks, tables.size())).stream()
                .map(this::taskConfig)
                .toList();
    }

    private Map<String, String> taskConfig(List<String> tables) {
        Map<String, String> task = new HashMap<>(settings);
        task.put(JdbcSourceConfig.TABLES, String.join(",", tables));
        return task;
    }

    private static List<String> tables(JdbcSourceConfig config) {
        List<String> listed = config.getList(JdbcSourceConfig.WHITELIST);
        if (!listed.isEmpty()) {
            return listed;
        }
        Set<String> unwanted = Set.copyOf(config.getList(JdbcSourceConfig.BLACKLIST));
        try (Database database = new Database(config)) {
            return database.tables().stream().filter(table -> !unwanted.contains(table)).toList();
        } catch (SQLException error) {
            // Connect tries again, with longer and longer pauses.
            throw new ConnectException("the tables cannot be listed: " + error.getMessage(), error);
        }
    }

    @Override
    public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> given) {
        // Without an incrementing column, rows of one time share a position: a task that starts
        // again in the middle of them cannot know which ones were sent.
        return new JdbcSourceConfig(given).mode().usesIncrementing()
                ? ExactlyOnceSupport.SUPPORTED
                : ExactlyOnceSupport.UNSUPPORTED;
    }

    @Override
    public void stop() {
        settings = Map.of();
    }
}
