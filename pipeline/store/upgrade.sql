-- What a book of an earlier format lacks, besides the tables of entities and the views. Every statement may run twice.

ALTER TABLE customers ADD COLUMN IF NOT EXISTS last_batch BIGINT;
ALTER TABLE bookings ADD COLUMN IF NOT EXISTS last_batch BIGINT;
UPDATE customers SET last_batch = first_batch WHERE last_batch IS NULL;
UPDATE bookings SET last_batch = first_batch WHERE last_batch IS NULL;
