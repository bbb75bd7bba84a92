-- What seals the history (see store/sealing.py): a commitment to each event, with its salt, and a head for each batch.
-- erased_by: the batch that took the event's personal data away, and its salt. Both are bytes by chance: to try and pack them only takes time.

CREATE TABLE IF NOT EXISTS commitments (event_id BIGINT NOT NULL, batch_id BIGINT NOT NULL, salt BLOB USING COMPRESSION uncompressed, commitment BLOB NOT NULL USING COMPRESSION uncompressed, erased_by BIGINT);

CREATE TABLE IF NOT EXISTS heads (batch_id BIGINT NOT NULL, head VARCHAR NOT NULL);

-- Who was erased, as keyed hashes of their id, e-mail addresses and phone numbers; the key stands in `book`.
CREATE TABLE IF NOT EXISTS suppressed (kind VARCHAR NOT NULL, hash VARCHAR NOT NULL, batch_id BIGINT NOT NULL);
