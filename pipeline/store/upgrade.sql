-- last_batch stays null for rows of before: nobody knows which load wrote to them last.
-- What a book of an earlier format lacks, besides the tables of entities and the views. Every statement may run twice.

ALTER TABLE customers ADD COLUMN IF NOT EXISTS last_batch BIGINT;
ALTER TABLE bookings ADD COLUMN IF NOT EXISTS last_batch BIGINT;
ALTER TABLE customers ADD COLUMN IF NOT EXISTS source_alert VARCHAR;
ALTER TABLE bookings ADD COLUMN IF NOT EXISTS book_alert VARCHAR;
ALTER TABLE bookings ADD COLUMN IF NOT EXISTS first_file BIGINT;
ALTER TABLE bookings ADD COLUMN IF NOT EXISTS first_row BIGINT;
ALTER TABLE batch_files ADD COLUMN IF NOT EXISTS layout VARCHAR;
ALTER TABLE batch_files ADD COLUMN IF NOT EXISTS rows_read BIGINT;
ALTER TABLE batches ADD COLUMN IF NOT EXISTS run VARCHAR;

-- Phone numbers are brought into normal form when they are asked for.
ALTER TABLE customers DROP COLUMN IF EXISTS phone_key;
DELETE FROM book WHERE key = 'phone_region';

-- A text that the source never said was written by the book.
UPDATE bookings SET book_alert = alert_message WHERE book_alert IS NULL AND alert_message IS DISTINCT FROM source_alert;

-- After the columns: these tables have all of them. NOTE: a column that is added to one of the two later must be added to its former_ table too.
CREATE TABLE IF NOT EXISTS former_customers AS SELECT 0::BIGINT AS batch_id, * FROM customers LIMIT 0;
CREATE TABLE IF NOT EXISTS former_bookings AS SELECT 0::BIGINT AS batch_id, * FROM bookings LIMIT 0;
