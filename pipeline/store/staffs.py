"""Last days of flags that staff set, as the history of uploads has them: what is left of a joint last day once a source says its own no more."""

from typing import Final

from pipeline.store.reading import items_query
from schemas.entities import FLAGS

# The last day (staffs_until) that an upload set last, or an undo put back, of each flag that stands since (customer_id, key), and nothing of others.
STAFFS_DAYS: Final = """
WITH told AS (
    SELECT customer_id, type_key(item) AS key, event_id,
           before ->> 'expires_on' AS was, (after ->> 'expires_on')::DATE AS staffs_until, before IS NULL AS is_first
    FROM history WHERE entity = 'flags' AND after IS NOT NULL AND batch_id IN (SELECT batch_id FROM batches WHERE kind IN ('apply', 'undo'))
), over AS (
    SELECT customer_id, type_key(item) AS key, max(event_id) AS event_id FROM history
    WHERE entity = 'flags' AND after IS NULL AND before IS NOT NULL AND customer_id IN (SELECT customer_id FROM told) GROUP BY ALL
)
SELECT customer_id, key, arg_max_null(staffs_until, t.event_id) AS staffs_until
FROM told t LEFT JOIN over o USING (customer_id, key)
WHERE t.event_id > coalesce(o.event_id, 0) AND (is_first OR was::DATE IS DISTINCT FROM staffs_until) GROUP BY ALL
"""
# All flags that stand, with the day that staff set.
STOOD: Final = (
    f"SELECT f.*, staffs_until, d.key IS NOT NULL AS has_staffs_day FROM ({items_query(FLAGS)}) f "
    f"LEFT JOIN ({STAFFS_DAYS}) d ON d.customer_id = f.customer_id AND d.key = type_key(item_name)"
)
