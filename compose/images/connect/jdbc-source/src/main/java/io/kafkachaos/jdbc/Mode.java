package io.kafkachaos.jdbc;

import java.util.Arrays;

/** How new rows are recognised. */
enum Mode {
    BULK("bulk"),
    INCREMENTING("incrementing"),
    TIMESTAMP("timestamp"),
    TIMESTAMP_INCREMENTING("timestamp+incrementing");

    final String label;

    Mode(String label) {
        this.label = label;
    }

    static String[] labels() {
        return Arrays.stream(values()).map(mode -> mode.label).toArray(String[]::new);
    }

    static Mode of(String label) {
        return Arrays.stream(values())
                .filter(mode -> mode.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such mode: " + label));
    }

    boolean usesTimestamp() {
        return this == TIMESTAMP || this == TIMESTAMP_INCREMENTING;
    }

    boolean usesIncrementing() {
        return this == INCREMENTING || this == TIMESTAMP_INCREMENTING;
    }
}
