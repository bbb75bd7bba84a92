-- last_batch stays null for rows of before: nobody knows which load wrote to them last.
-- What a book of an earlier format lacks, besides the tables of entities and the views. Every statement may run twice.

ALTER TABLE customers ADD COLUMN IF NOT EXISTS last_batch BIGINT;
ALTER TABLE bookings ADD COLUMN IF NOT EXISTS last_batch BIGINT;
