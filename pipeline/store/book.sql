-- The tables of the book. Uniqueness is checked batch by batch; keys on bookings and history would double the time of a load.
-- source_status and source_alert: what the source last said. book_alert: what the book itself wrote on a
-- booking as it came (what it wrote later is in the history). Ids hardly compress,
-- and trying to costs a fifth of a load's time; the numbers of batches and files are runs, of which nothing else need be tried.
-- run: under which a night wrote the batch, and as which step.

CREATE TABLE book (key VARCHAR PRIMARY KEY, value VARCHAR);

CREATE TABLE flag_types (name VARCHAR, severity INTEGER, colour VARCHAR, alerts BOOLEAN, holds BOOLEAN);

CREATE TABLE customers (
    customer_id VARCHAR NOT NULL,
    first_name VARCHAR,
    last_name VARCHAR,
    company VARCHAR,
    email VARCHAR,
    phone VARCHAR,
    status VARCHAR NOT NULL,
    blocked BOOLEAN NOT NULL DEFAULT false,
    blocked_at TIMESTAMPTZ,
    blocked_by VARCHAR,
    blocked_reason VARCHAR,
    alert_message VARCHAR,
    first_batch BIGINT NOT NULL,
    email_key VARCHAR,
    source_status VARCHAR,
    source_alert VARCHAR,
    last_batch BIGINT
);

CREATE TABLE bookings (
    booking_id VARCHAR USING COMPRESSION uncompressed NOT NULL,
    customer_id VARCHAR USING COMPRESSION uncompressed NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ,
    status VARCHAR NOT NULL,
    service VARCHAR,
    staff VARCHAR,
    price DECIMAL(18, 4),
    alert_message VARCHAR,
    created_at TIMESTAMPTZ,
    first_batch BIGINT USING COMPRESSION rle NOT NULL,
    source_alert VARCHAR,
    book_alert VARCHAR,
    last_batch BIGINT USING COMPRESSION rle,
    first_file BIGINT USING COMPRESSION rle,
    first_row BIGINT
);

-- Customers and bookings as they were before a batch wrote to them, whole: batch_id, then every column of the table.
CREATE TABLE former_customers AS SELECT 0::BIGINT AS batch_id, * FROM customers LIMIT 0;
CREATE TABLE former_bookings AS SELECT 0::BIGINT AS batch_id, * FROM bookings LIMIT 0;

CREATE TABLE history (
    event_id BIGINT NOT NULL,
    batch_id BIGINT NOT NULL,
    file_no BIGINT,
    sheet VARCHAR,
    source_row BIGINT,
    entity VARCHAR NOT NULL,
    customer_id VARCHAR,
    item VARCHAR,
    action VARCHAR NOT NULL,
    before JSON,
    after JSON,
    reason VARCHAR,
    changed_by VARCHAR,
    changed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE batches (
    batch_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    submitted_by VARCHAR,
    approved_by VARCHAR,
    reason VARCHAR,
    as_of TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    status VARCHAR NOT NULL,
    rows_read BIGINT NOT NULL DEFAULT 0,
    applied BIGINT NOT NULL DEFAULT 0,
    unchanged BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    ignored BIGINT NOT NULL DEFAULT 0,
    unprocessed BIGINT NOT NULL DEFAULT 0,
    bookings_updated BIGINT NOT NULL DEFAULT 0,
    bookings_cleared BIGINT NOT NULL DEFAULT 0,
    bookings_kept BIGINT NOT NULL DEFAULT 0,
    undoes BIGINT,
    run VARCHAR
);

CREATE TABLE batch_files (batch_id BIGINT NOT NULL, file_no BIGINT NOT NULL, name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, rows_digest VARCHAR, layout VARCHAR, rows_read BIGINT);

CREATE TABLE batch_rows (
    batch_id BIGINT NOT NULL,
    file_no BIGINT NOT NULL,
    sheet VARCHAR,
    source_row BIGINT NOT NULL,
    customer_id VARCHAR,
    action VARCHAR,
    item VARCHAR,
    outcome VARCHAR NOT NULL,
    code VARCHAR,
    message VARCHAR
);
