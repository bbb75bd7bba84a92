-- What the reports show. A macro ending in _at takes the moment that divides past and future; the view of the same name takes now.
-- Days are those of the business time zone, which the book carries. The order of a report is that of its macro's last line.

CREATE OR REPLACE MACRO business_day(t) AS (t AT TIME ZONE (SELECT value FROM book WHERE key = 'timezone'))::DATE;

CREATE OR REPLACE MACRO day_begins(d) AS d::TIMESTAMP AT TIME ZONE (SELECT value FROM book WHERE key = 'timezone');

CREATE OR REPLACE MACRO filled(t) AS nullif(trim(t, ' ' || chr(9) || chr(10) || chr(13)), '');

-- What a value of the history says, in words: a comment (with the last day, where there is one), an alert, a status, a reason; else all of it.
CREATE OR REPLACE MACRO in_words(v) AS coalesce('(through ' || (v ->> 'expires_on') || ') ' || (v ->> 'comment'), v ->> 'comment', v ->> 'alert_message', v ->> 'status', v ->> 'blocked_reason', v ->> 'source_alert',
    CASE WHEN json_exists(v, '$.tagged_by') OR json_exists(v, '$.blocked_by') OR json_exists(v, '$.alert_message') OR json_exists(v, '$.source_alert') OR json_exists(v, '$.events') THEN NULL ELSE v::VARCHAR END);

CREATE OR REPLACE VIEW named AS
SELECT customer_id, coalesce(filled(concat_ws(' ', filled(first_name), filled(last_name))), filled(company), customer_id) AS name,
       coalesce(filled(concat_ws(', ', filled(last_name), filled(first_name))), filled(company), customer_id) AS search_name
FROM customers;

CREATE OR REPLACE VIEW flag_history AS
SELECT h.event_id, h.batch_id, h.customer_id, n.name, h.item AS flag_type, h.action, h.changed_at,
       before ->> 'comment' AS comment_before, after ->> 'comment' AS comment_after,
       (before ->> 'expires_on')::DATE AS expires_on_before, (after ->> 'expires_on')::DATE AS expires_on_after,
       h.reason, h.changed_by, h.file_no, h.sheet, h.source_row
FROM history h LEFT JOIN named n ON n.customer_id = h.customer_id WHERE h.entity = 'flags';

-- A flag type as it is compared: the settings may write it otherwise than a flag has it.
-- NOTE: a map, and not a query for each name, so that it may stand in the condition of a join.
CREATE OR REPLACE MACRO type_key(w) AS coalesce((SELECT map(list(name), list(key)) FROM type_keys)[w], lower(w));

-- A type that has left the settings comes after the others; one that they write in other letters is the same.
CREATE OR REPLACE VIEW ranked_flags AS
SELECT f.*, coalesce(t.severity, 1000) AS severity, coalesce(t.holds, false) AS holds, t.colour
FROM flags f LEFT JOIN flag_types t ON type_key(t.name) = type_key(f.flag_type);

CREATE OR REPLACE VIEW customer_flags AS
SELECT customer_id, string_agg(flag_type, ', ' ORDER BY severity, flag_type) AS flags, min(severity) AS severity, bool_or(holds) AS held,
       string_agg(flag_type, ', ' ORDER BY severity, flag_type) FILTER (holds) AS held_for,
       arg_min(flag_type, {'severity': severity, 'name': flag_type}) AS most_severe,
       min(flagged_at) AS oldest_flag_at, string_agg(DISTINCT flagged_by, ', ' ORDER BY flagged_by) AS flagged_by
FROM ranked_flags GROUP BY customer_id;

CREATE OR REPLACE MACRO agenda_at(t) AS TABLE
SELECT business_day(b.starts_at) AS day, b.starts_at, b.ends_at, b.booking_id, b.service, b.staff, b.customer_id,
       c.first_name, c.last_name, c.company, f.flags, b.alert_message, coalesce(f.held, false) AS held
FROM bookings b
LEFT JOIN customers c ON c.customer_id = b.customer_id
LEFT JOIN customer_flags f ON f.customer_id = b.customer_id
WHERE b.status = 'booked' AND b.starts_at >= t
ORDER BY b.starts_at, b.service, b.staff, b.booking_id;

CREATE OR REPLACE VIEW agenda AS SELECT * FROM agenda_at(now());

-- Bookings of one service by one person at one time share a slot: a class, a tour. Without a service each booking is one of its own.
-- NOTE: sorting one list a slot is five times as quick as three string_agg that sort each for itself.
CREATE OR REPLACE MACRO agenda_slots_between(t, until) AS TABLE
SELECT business_day(starts_at) AS day, starts_at, ends_at, service, staff, bookings, flagged, held,
       array_to_string(list_transform(people, lambda one: CASE WHEN one.flags IS NULL THEN one.name ELSE '⚑ ' || one.name || ' (' || one.flags || ')' END), chr(10))
           AS customers,
       nullif(array_to_string(list_transform(people, lambda one: one.name || ': ' || one.alert), chr(10)), '') AS alerts,
       array_to_string(list_transform(people, lambda one: one.booking_id), ', ') AS booking_ids
FROM (
    SELECT starts_at, ends_at, service, staff, count(*) AS bookings, count(flags) AS flagged, count(*) FILTER (held) AS held,
           list_sort(list({'unflagged': flags IS NULL, 'name': name, 'booking_id': booking_id, 'flags': flags, 'alert': alert})) AS people
    FROM (
        SELECT b.starts_at, b.ends_at, b.service, b.staff, b.booking_id, n.name, f.flags, coalesce(f.held, false) AS held, filled(b.alert_message) AS alert,
               CASE WHEN b.service IS NULL THEN b.booking_id END AS alone
        FROM bookings b JOIN named n ON n.customer_id = b.customer_id LEFT JOIN customer_flags f ON f.customer_id = b.customer_id
        WHERE b.status = 'booked' AND b.starts_at >= t AND b.starts_at < until)
    GROUP BY starts_at, ends_at, service, staff, alone)
ORDER BY starts_at, service, staff, ends_at, booking_ids;

CREATE OR REPLACE MACRO agenda_slots_at(t) AS TABLE SELECT * FROM agenda_slots_between(t, 'infinity'::TIMESTAMPTZ);

CREATE OR REPLACE MACRO check_in_on(d) AS TABLE
SELECT f.flags IS NOT NULL AS flagged, n.search_name AS name, b.starts_at, b.service, b.staff, f.flags, b.alert_message,
       CASE WHEN filled(c.alert_message) IS DISTINCT FROM filled(b.alert_message) THEN c.alert_message END AS customer_alert, c.blocked, c.phone, b.customer_id,
       b.booking_id
FROM bookings b JOIN customers c ON c.customer_id = b.customer_id JOIN named n ON n.customer_id = b.customer_id
LEFT JOIN customer_flags f ON f.customer_id = b.customer_id
WHERE b.status = 'booked' AND b.starts_at >= day_begins(d) AND b.starts_at < day_begins(d + 1)
ORDER BY lower(n.search_name), n.search_name, b.starts_at, b.booking_id;

CREATE OR REPLACE MACRO held_bookings_at(t) AS TABLE
SELECT a.*, f.held_for, f.flagged_by FROM agenda_at(t) a JOIN customer_flags f ON f.customer_id = a.customer_id
WHERE a.held ORDER BY a.starts_at, a.service, a.staff, a.booking_id;

CREATE OR REPLACE VIEW held_bookings AS SELECT * FROM held_bookings_at(now());

CREATE OR REPLACE VIEW breaches AS
SELECT b.booking_id, b.customer_id, b.starts_at, b.status, coalesce(b.created_at, n.as_of) AS made_at, c.blocked_at, c.blocked_by, c.blocked_reason,
       c.first_name, c.last_name, c.company, b.service, b.staff
FROM bookings b
JOIN customers c ON c.customer_id = b.customer_id
JOIN batches n ON n.batch_id = b.first_batch
WHERE c.blocked AND c.blocked_at < coalesce(b.created_at, n.as_of)
ORDER BY b.starts_at, b.booking_id;

CREATE OR REPLACE MACRO customer_report_at(t) AS TABLE
SELECT c.customer_id, c.first_name, c.last_name, c.company, c.email, c.phone, c.status, c.blocked, c.alert_message, f.flags,
       coalesce(n.total, 0) AS total_bookings, coalesce(n.past, 0) AS past_bookings, coalesce(n.future, 0) AS future_bookings, n.last_booking, n.next_booking,
       g.tags
FROM customers c
LEFT JOIN customer_flags f ON f.customer_id = c.customer_id
LEFT JOIN (
    SELECT customer_id, count(*) AS total,
           count(*) FILTER (starts_at < t) AS past, count(*) FILTER (starts_at >= t) AS future,
           max(starts_at) FILTER (starts_at < t) AS last_booking, min(starts_at) FILTER (starts_at >= t AND status = 'booked') AS next_booking
    FROM bookings GROUP BY customer_id
) n ON n.customer_id = c.customer_id
LEFT JOIN (SELECT customer_id, string_agg(tag, ', ' ORDER BY tag) AS tags FROM tags GROUP BY customer_id) g ON g.customer_id = c.customer_id
ORDER BY c.customer_id;

CREATE OR REPLACE VIEW customer_report AS SELECT * FROM customer_report_at(now());

CREATE OR REPLACE MACRO workstack_at(t) AS TABLE
SELECT f.most_severe, f.flags, c.customer_id, n.name, c.alert_message, f.oldest_flag_at, business_day(t) - business_day(f.oldest_flag_at) AS oldest_flag_days,
       f.flagged_by, coalesce(b.future, 0) AS coming_bookings, b.next_booking, f.held, c.blocked, c.status, c.company, c.email, c.phone
FROM customer_flags f JOIN customers c ON c.customer_id = f.customer_id JOIN named n ON n.customer_id = c.customer_id
LEFT JOIN (
    SELECT customer_id, count(*) AS future, min(starts_at) AS next_booking FROM bookings SEMI JOIN customer_flags USING (customer_id)
    WHERE status = 'booked' AND starts_at >= t GROUP BY customer_id
) b ON b.customer_id = c.customer_id
ORDER BY f.severity, f.most_severe, f.oldest_flag_at, c.customer_id;

CREATE OR REPLACE VIEW workstack AS SELECT * FROM workstack_at(now());

CREATE OR REPLACE VIEW changes AS
SELECT h.customer_id, n.name, h.changed_at, h.entity, h.item, h.action, in_words(h.before) AS before, in_words(h.after) AS after, h.reason, h.changed_by,
       h.batch_id, h.event_id
FROM history h LEFT JOIN named n ON n.customer_id = h.customer_id
WHERE h.entity <> 'bookings'
ORDER BY h.customer_id, h.event_id;

-- Flags that end within some days (a flag past its last day is active until the night ends it), and those older than some days whose
-- customer has had no booking since that was not cancelled.
CREATE OR REPLACE MACRO expiring_and_stale_at(t, ends_within, stale_after) AS TABLE
SELECT CASE WHEN f.expires_on <= business_day(t) + ends_within::INTEGER THEN 'expiring' ELSE 'stale' END AS list, f.flag_type, f.customer_id, n.name, f.comment,
       f.expires_on, f.expires_on - business_day(t) AS days_left, f.flagged_at, business_day(t) - business_day(f.flagged_at) AS age_days, f.flagged_by,
       b.last_booking
FROM ranked_flags f LEFT JOIN named n ON n.customer_id = f.customer_id
LEFT JOIN (
    SELECT customer_id, max(starts_at) AS last_booking FROM bookings SEMI JOIN flags USING (customer_id) WHERE status <> 'cancelled' GROUP BY customer_id
) b ON b.customer_id = f.customer_id
WHERE f.expires_on <= business_day(t) + ends_within::INTEGER
   OR (business_day(t) - business_day(f.flagged_at) > stale_after AND (b.last_booking IS NULL OR b.last_booking < f.flagged_at))
ORDER BY list, f.expires_on NULLS LAST, f.flagged_at, f.severity, f.customer_id, f.flag_type;

CREATE OR REPLACE VIEW expiring_and_stale AS SELECT * FROM expiring_and_stale_at(now(), 14, 180);

CREATE OR REPLACE MACRO kept_alerts_at(t) AS TABLE
SELECT business_day(b.starts_at) AS day, b.starts_at, b.service, b.staff, b.customer_id, n.name, f.flags, c.alert_message AS customer_alert,
       b.alert_message AS booking_alert, b.booking_id
FROM bookings b JOIN customers c ON c.customer_id = b.customer_id JOIN named n ON n.customer_id = b.customer_id
LEFT JOIN customer_flags f ON f.customer_id = b.customer_id
WHERE b.status = 'booked' AND b.starts_at >= t AND filled(c.alert_message) IS NOT NULL AND filled(b.alert_message) <> filled(c.alert_message)
ORDER BY b.starts_at, b.booking_id;

CREATE OR REPLACE VIEW kept_alerts AS SELECT * FROM kept_alerts_at(now());
