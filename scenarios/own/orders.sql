CREATE TABLE orders (
    id       BIGINT NOT NULL PRIMARY KEY,
    version  BIGINT NOT NULL,
    customer VARCHAR(40) NOT NULL,
    amount   DECIMAL(10, 2) NOT NULL,
    placed   DATETIME NOT NULL
)
