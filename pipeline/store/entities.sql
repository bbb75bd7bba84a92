-- What customers can be given, one table an entity (see schemas/entities.py): customer_id, the item, its fields, who and when, and
-- the version, which is the number of the history event that last changed it. A book that lacks one of them gets it when it is opened.

CREATE TABLE IF NOT EXISTS flags (
    customer_id VARCHAR NOT NULL,
    flag_type VARCHAR NOT NULL,
    comment VARCHAR NOT NULL,
    expires_on DATE,
    flagged_by VARCHAR NOT NULL,
    flagged_at TIMESTAMPTZ NOT NULL,
    updated_by VARCHAR,
    updated_at TIMESTAMPTZ,
    version BIGINT NOT NULL
);

-- By what flag types are compared (see store/typekeys.py).
CREATE TABLE IF NOT EXISTS type_keys (name VARCHAR PRIMARY KEY, key VARCHAR NOT NULL);

CREATE TABLE IF NOT EXISTS tags (
    customer_id VARCHAR NOT NULL,
    tag VARCHAR NOT NULL,
    tagged_by VARCHAR NOT NULL,
    tagged_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL
);
