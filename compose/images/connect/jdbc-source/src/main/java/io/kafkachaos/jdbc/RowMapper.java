package io.kafkachaos.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.TimeZone;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.ConnectException;

/** Turns the rows of a result into structs with its columns in their order. */
final class RowMapper {
    /** Numbers with more digits than this may not fit into 8, 16, 32 and 64 bits. */
    private static final int[] DIGITS_THAT_FIT = {2, 4, 9, 18};

    private interface Reader {
        Object read(ResultSet row, int column) throws SQLException;
    }

    private record Type(SchemaBuilder schema, Reader reader) { }

    private final String numericMapping;
    private final Calendar calendar;
    // Connect wants days and times of day counted in UTC, and they have no time zone in SQL.
    private final Calendar utc = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
    private final Schema schema;
    private final List<Reader> readers = new ArrayList<>();

    RowMapper(JdbcSourceConfig config, String name, ResultSetMetaData columns) throws SQLException {
        numericMapping = config.getString(JdbcSourceConfig.NUMERIC_MAPPING);
        calendar = Calendar.getInstance(config.timeZone());
        SchemaBuilder builder = SchemaBuilder.struct().name(name);
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            Type type = type(columns, column);
            if (columns.isNullable(column) != ResultSetMetaData.columnNoNulls) {
                type.schema.optional();
            }
            builder.field(columns.getColumnLabel(column), type.schema.build());
            readers.add(type.reader);
        }
        schema = builder.build();
    }

    Schema schema() {
        return schema;
    }

    Struct map(ResultSet row) throws SQLException {
        Struct value = new Struct(schema);
        for (int column = 1; column <= readers.size(); column++) {
            Object read = readers.get(column - 1).read(row, column);
            value.put(schema.fields().get(column - 1), row.wasNull() ? null : read);
        }
        return value;
    }

    private Type type(ResultSetMetaData columns, int column) throws SQLException {
        boolean signed = columns.isSigned(column);
        return switch (columns.getColumnType(column)) {
            case Types.BOOLEAN -> new Type(SchemaBuilder.bool(), ResultSet::getBoolean);
            // MySQL's driver reports TINYINT(1) as a bit, and it may hold other numbers.
            case Types.BIT -> columns.getPrecision(column) > 1 ? bytes() : integer(8);
            case Types.TINYINT -> integer(signed ? 8 : 16);
            case Types.SMALLINT -> integer(signed ? 16 : 32);
            case Types.INTEGER -> integer(signed ? 32 : 64);
            case Types.BIGINT -> integer(64);
            case Types.REAL -> new Type(SchemaBuilder.float32(), ResultSet::getFloat);
            case Types.FLOAT, Types.DOUBLE -> real();
            case Types.NUMERIC, Types.DECIMAL -> decimal(columns, column);
            case Types.CHAR, Types.VARCHAR, Types.LONGVARCHAR, Types.CLOB,
                    Types.NCHAR, Types.NVARCHAR, Types.LONGNVARCHAR, Types.NCLOB ->
                    new Type(SchemaBuilder.string(), ResultSet::getString);
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> bytes();
            case Types.DATE -> new Type(Date.builder(), (row, at) -> plain(row.getDate(at, utc)));
            case Types.TIME -> new Type(Time.builder(), (row, at) -> plain(row.getTime(at, utc)));
            case Types.TIMESTAMP -> new Type(
                    Timestamp.builder(), (row, at) -> plain(row.getTimestamp(at, calendar)));
            default -> throw new ConnectException(
                    "column %s has type %s, which is not mapped: CAST it, or leave it out, in a %s"
                            .formatted(
                                    columns.getColumnLabel(column),
                                    columns.getColumnTypeName(column),
                                    JdbcSourceConfig.QUERY));
        };
    }

    private static Type integer(int bits) {
        return switch (bits) {
            case 8 -> new Type(SchemaBuilder.int8(), ResultSet::getByte);
            case 16 -> new Type(SchemaBuilder.int16(), ResultSet::getShort);
            case 32 -> new Type(SchemaBuilder.int32(), ResultSet::getInt);
            default -> new Type(SchemaBuilder.int64(), ResultSet::getLong);
        };
    }

    private static Type real() {
        return new Type(SchemaBuilder.float64(), ResultSet::getDouble);
    }

    private static Type bytes() {
        return new Type(SchemaBuilder.bytes(), ResultSet::getBytes);
    }

    private Type decimal(ResultSetMetaData columns, int column) throws SQLException {
        int digits = columns.getPrecision(column);
        int scale = columns.getScale(column);
        boolean fits = digits <= DIGITS_THAT_FIT[DIGITS_THAT_FIT.length - 1];
        if (fits && scale == 0 && !numericMapping.equals("none")) {
            int bits = 8;
            for (int i = 0; digits > DIGITS_THAT_FIT[i]; i++) {
                bits *= 2;
            }
            return integer(bits);
        }
        if (fits && numericMapping.equals("best_fit")) {
            return real();
        }
        return new Type(Decimal.builder(scale), ResultSet::getBigDecimal);
    }

    /** Without the nanoseconds of a driver's own class, which Connect has no place for. */
    private static java.util.Date plain(java.util.Date value) {
        return value == null ? null : new java.util.Date(value.getTime());
    }
}
