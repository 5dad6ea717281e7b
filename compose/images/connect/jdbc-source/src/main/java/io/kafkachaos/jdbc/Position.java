package io.kafkachaos.jdbc;

import java.sql.Timestamp;
import java.util.HashMap;
import java.util.Map;

/**
 * Up to where a table was read. It is stored as Confluent's connector stores it, so that one can go
 * on where the other stopped.
 *
 * @param timestamp of the last row, or null where none was read
 * @param incrementing the last row's value of the incrementing column, or null
 */
record Position(Timestamp timestamp, Long incrementing) {
    static final Position START = new Position(null, null);

    private static final String INCREMENTING = "incrementing";
    private static final String TIMESTAMP = "timestamp";
    private static final String NANOS = "timestamp_nanos";

    static Position of(Map<String, ?> offset) {
        if (offset == null) {
            return START;
        }
        Timestamp timestamp = null;
        // The offsets topic is JSON, which knows no difference between int and long.
        if (offset.get(TIMESTAMP) instanceof Number millis) {
            timestamp = new Timestamp(millis.longValue());
            if (offset.get(NANOS) instanceof Number nanos) {
                timestamp.setNanos(nanos.intValue());
            }
        }
        return new Position(
                timestamp,
                offset.get(INCREMENTING) instanceof Number value ? value.longValue() : null);
    }

    Map<String, Object> toOffset() {
        Map<String, Object> offset = new HashMap<>();
        if (incrementing != null) {
            offset.put(INCREMENTING, incrementing);
        }
        if (timestamp != null) {
            offset.put(TIMESTAMP, timestamp.getTime());
            offset.put(NANOS, (long) timestamp.getNanos());
        }
        return offset;
    }
}
