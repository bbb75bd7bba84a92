"""What the source says against what the book knows (rule 4.5): the source's word counts where it is not what it said before."""

from typing import Any

import narwhals.stable.v2 as nw

from pipeline.rules.frames import same


def merge_with_source(frame: Any) -> Any:
    """Return the rows whose value changes: key, before, after and remembered.

    `frame`: key (unique), stored (the book's value), remembered (what the source said last time) and said (what it says now).
    """
    changes = frame.filter(~same(nw.col("said"), nw.col("remembered")) & ~same(nw.col("said"), nw.col("stored")))
    return changes.select("key", nw.col("stored").alias("before"), nw.col("said").alias("after"), "remembered")
