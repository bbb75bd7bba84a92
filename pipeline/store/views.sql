-- What the reports show. Days are those of the business time zone, which the book carries.

CREATE OR REPLACE VIEW flag_history AS
SELECT event_id, batch_id, customer_id, item AS flag_type, action, changed_at,
       before ->> 'comment' AS comment_before, after ->> 'comment' AS comment_after,
       (before ->> 'expires_on')::DATE AS expires_on_before, (after ->> 'expires_on')::DATE AS expires_on_after,
       reason, changed_by, file_no, sheet, source_row
FROM history WHERE entity = 'flags';

CREATE OR REPLACE VIEW customer_flags AS
SELECT f.customer_id,
       string_agg(f.flag_type, ', ' ORDER BY coalesce(t.severity, 1000), f.flag_type) AS flags,
       min(coalesce(t.severity, 1000)) AS severity,
       bool_or(coalesce(t.holds, false)) AS held
FROM flags f LEFT JOIN flag_types t ON t.name = f.flag_type
GROUP BY f.customer_id;

CREATE OR REPLACE VIEW agenda AS
SELECT (b.starts_at AT TIME ZONE z.value)::DATE AS day, b.starts_at, b.ends_at, b.booking_id, b.service, b.staff, b.customer_id,
       c.first_name, c.last_name, c.company, f.flags, b.alert_message, coalesce(f.held, false) AS held
FROM bookings b
CROSS JOIN (SELECT value FROM book WHERE key = 'timezone') z
LEFT JOIN customers c ON c.customer_id = b.customer_id
LEFT JOIN customer_flags f ON f.customer_id = b.customer_id
WHERE b.status = 'booked' AND b.starts_at >= now()
ORDER BY b.starts_at, b.service, b.booking_id;

CREATE OR REPLACE VIEW held_bookings AS
SELECT * FROM agenda WHERE held;

CREATE OR REPLACE VIEW breaches AS
SELECT b.booking_id, b.customer_id, b.starts_at, b.status, coalesce(b.created_at, n.as_of) AS made_at, c.blocked_at, c.blocked_by, c.blocked_reason
FROM bookings b
JOIN customers c ON c.customer_id = b.customer_id
JOIN batches n ON n.batch_id = b.first_batch
WHERE c.blocked AND c.blocked_at < coalesce(b.created_at, n.as_of);

CREATE OR REPLACE VIEW customer_report AS
SELECT c.customer_id, c.first_name, c.last_name, c.company, c.email, c.phone, c.status, c.blocked, c.alert_message, f.flags,
       coalesce(n.total, 0) AS total_bookings, coalesce(n.past, 0) AS past_bookings, coalesce(n.future, 0) AS future_bookings, n.last_booking, n.next_booking
FROM customers c
LEFT JOIN customer_flags f ON f.customer_id = c.customer_id
LEFT JOIN (
    SELECT customer_id, count(*) AS total,
           count(*) FILTER (starts_at < now()) AS past, count(*) FILTER (starts_at >= now()) AS future,
           max(starts_at) FILTER (starts_at < now()) AS last_booking, min(starts_at) FILTER (starts_at >= now()) AS next_booking
    FROM bookings GROUP BY customer_id
) n ON n.customer_id = c.customer_id;
