package io.kafkachaos.jdbc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Types and values of columns. */
class RowMapperTest {
    private Fixture db;

    @BeforeEach
    void open() throws SQLException {
        db = new Fixture();
    }

    @AfterEach
    void close() throws SQLException {
        db.close();
    }

    private Struct read(String type, String literal, String... more) throws Exception {
        db.execute("DROP TABLE IF EXISTS t", "CREATE TABLE t (v " + type + ")",
                "INSERT INTO t VALUES (" + literal + ")");
        db.start(db.settings("bulk", more));
        return (Struct) db.poll().get(0).value();
    }

    private static Schema fieldOf(Struct value) {
        return value.schema().field("v").schema();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "TINYINT      | 5               | INT8",
        "SMALLINT     | 5               | INT16",
        "INT          | 5               | INT32",
        "BIGINT       | 5               | INT64",
        "BOOLEAN      | TRUE            | BOOLEAN",
        "REAL         | 1.5             | FLOAT32",
        "DOUBLE       | 1.5             | FLOAT64",
        "CHAR(2)      | 'ab'            | STRING",
        "VARCHAR(9)   | 'ab'            | STRING",
        "TEXT         | 'ab'            | STRING",
        "BINARY(1)    | X'00'           | BYTES",
        "BLOB         | X'00'           | BYTES",
        "DATE         | '2030-01-02'    | INT32",
        "TIME         | '10:00:00'      | INT32",
        "DATETIME     | '2030-01-02'    | INT64",
        "DECIMAL(9,2) | 1.5             | BYTES",
    })
    void aTypeHasItsSchemaAndNullIsNull(String type, String literal, Schema.Type schema)
            throws Exception {
        Struct value = read(type + " NOT NULL", literal);
        assertEquals(schema, fieldOf(value).type());
        assertEquals(false, fieldOf(value).isOptional());
        value.validate();
        Struct nothing = read(type, "NULL");
        assertTrue(fieldOf(nothing).isOptional());
        assertNull(nothing.get("v"));
    }

    @Test
    void valuesArriveAsTheyAre() throws Exception {
        assertEquals(Instant.parse("2030-01-02T03:04:05.678Z"),
                ((Date) read("DATETIME(6)", "'2030-01-02 03:04:05.678901'").get("v")).toInstant());
        assertEquals(Timestamp.LOGICAL_NAME, fieldOf(read("DATETIME", "NULL")).name());
        assertEquals(Instant.parse("2030-01-02T00:00:00Z"),
                ((Date) read("DATE", "'2030-01-02'").get("v")).toInstant());
        Struct time = read("TIME", "'03:04:05'");
        assertEquals(11_045_000, Time.fromLogical(fieldOf(time), (Date) time.get("v")));
        assertEquals(new BigDecimal("1.50"), read("DECIMAL(9,2)", "1.5").get("v"));
        assertArrayEquals(new byte[] {0, 1}, read("VARBINARY(9)", "X'0001'").getBytes("v"));
        assertEquals(Long.MIN_VALUE, read("BIGINT", "-9223372036854775808").get("v"));
    }

    @Test
    void aDatetimeIsMeantInTheTimeZoneOfTheDatabase() throws Exception {
        Struct value =
                read("DATETIME", "'2030-01-02 03:04:05'", JdbcSourceConfig.TIME_ZONE, "+02:00");
        assertEquals(Instant.parse("2030-01-02T01:04:05Z"), ((Date) value.get("v")).toInstant());
    }

    @ParameterizedTest
    @CsvSource({
        "none,           9, 0, BYTES", "none,           9, 2, BYTES",
        "precision_only, 2, 0, INT8",  "precision_only, 9, 2, BYTES",
        "best_fit,       2, 0, INT8",  "best_fit,       3, 0, INT16",
        "best_fit,       9, 0, INT32", "best_fit,      18, 0, INT64",
        "best_fit,      19, 0, BYTES", "best_fit,       9, 2, FLOAT64",
        "best_fit,      30, 2, BYTES",
    })
    void decimalsAreMappedAsAsked(String mapping, int digits, int scale, Schema.Type type)
            throws Exception {
        Struct value = read("DECIMAL(%d,%d)".formatted(digits, scale), "7",
                JdbcSourceConfig.NUMERIC_MAPPING, mapping);
        assertEquals(type, fieldOf(value).type());
        if (type == Schema.Type.BYTES) {
            assertEquals(Decimal.LOGICAL_NAME, fieldOf(value).name());
        }
        assertEquals(7, value.get("v") instanceof BigDecimal exact
                ? exact.intValueExact()
                : ((Number) value.get("v")).intValue());
    }

    /** What MySQL's driver says of a column, which H2 has no types for. */
    private static Schema schemaOf(int type, int precision, boolean signed) throws SQLException {
        Map<String, Object> answers = Map.of(
                "getColumnCount", 1, "getColumnType", type, "getPrecision", precision,
                "isSigned", signed, "isNullable", ResultSetMetaData.columnNoNulls,
                "getColumnLabel", "v", "getColumnTypeName", "GEOMETRY", "getScale", 0);
        ResultSetMetaData columns = (ResultSetMetaData) Proxy.newProxyInstance(
                RowMapperTest.class.getClassLoader(), new Class<?>[] {ResultSetMetaData.class},
                (proxy, method, arguments) -> answers.get(method.getName()));
        JdbcSourceConfig config = new JdbcSourceConfig(
                Map.of("connection.url", "jdbc:x", "mode", "bulk", "topic.prefix", "p"));
        RowMapper mapper = new RowMapper(config, "t", columns);
        return mapper.schema().field("v").schema();
    }

    @Test
    void unsignedNumbersHaveRoomAndBitsAreNumbersOrBytes() throws SQLException {
        assertEquals(Schema.Type.INT16, schemaOf(Types.TINYINT, 3, false).type());
        assertEquals(Schema.Type.INT32, schemaOf(Types.SMALLINT, 5, false).type());
        assertEquals(Schema.Type.INT64, schemaOf(Types.INTEGER, 10, false).type());
        assertEquals(Schema.Type.INT64, schemaOf(Types.BIGINT, 20, false).type());
        assertEquals(Schema.Type.INT8, schemaOf(Types.BIT, 1, true).type());
        assertEquals(Schema.Type.BYTES, schemaOf(Types.BIT, 8, true).type());
    }

    @Test
    void aTypeWithoutAMappingIsNamed() {
        ConnectException error =
                assertThrows(ConnectException.class, () -> schemaOf(Types.OTHER, 0, true));
        assertTrue(error.getMessage().startsWith("column v has type GEOMETRY"));
    }

    @Test
    void fieldsAreInTheOrderOfTheColumns() throws Exception {
        db.execute("CREATE TABLE t (b INT, a INT, c INT)", "INSERT INTO t VALUES (1, 2, 3)");
        db.start(db.settings("bulk"));
        assertEquals("[b, a, c]", db.poll().get(0).valueSchema().fields().stream()
                .map(field -> field.name()).toList().toString());
    }
}
