"""A source's states of flags on top of what the book has: its own text stays, the source's word stands below it and replaces its former one."""

from datetime import datetime

import polars as pl

from pipeline.effects import EXPIRED
from pipeline.legacy.flagging import FLAGGED
from schemas.entity import STAMPS
from schemas.plan import UTC_TIME

ITEM = "item"  # the number of a customer's flag of one type; rows of it stand together
# What the source says otherwise than last time is remembered, and so the history has it, where the book is so already: it says no more what it said,
# or says what stands.
UNSAID, SAID = "unsaid", "said"
LEFT = "left"  # unsaid after events; they tell that themselves, unless they found nothing: then the history does not say whose they are
IS_FIRST = (pl.col(ITEM) != pl.col(ITEM).shift(1)).fill_null(value=True)
JOINT = "\n"


def told_anew(distinct: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Return the flags of items that move, less those before the last that the source told last time.

    word is that of an event where a flag says again what stands, or what the source did not say last time: where it changes nothing, the history has it
    all the same.
    """
    last = moved.select(ITEM, "was_said", is_new=~(pl.col("is_same") | pl.col("has_events")))
    rows = distinct.join(last, on=ITEM, how="inner", validate="m:1", maintain_order="left")
    was, is_last = pl.col("was_said"), (pl.col(ITEM) != pl.col(ITEM).shift(-1)).fill_null(value=True)
    is_known = ((was == pl.col("said")) | was.str.starts_with(pl.col("said") + JOINT)).fill_null(value=False)
    is_plain = pl.col("is_again") & pl.col("until").eq_missing(pl.col("until").shift(1)) & ~is_known
    word = pl.when(is_last & pl.col("is_new")).then(pl.lit(SAID)).when(is_plain).then(pl.lit(FLAGGED))
    return rows.with_columns(word=word).filter(is_last | ~is_known)


def lay_on(steps: pl.DataFrame, moved: pl.DataFrame, standing: pl.DataFrame, doing: tuple[str, datetime]) -> pl.DataFrame:
    """Put the source's states on top of what the book has, and leave out steps that change nothing, save flags set and ended in the past.

    `doing`: who brings it, and the time of the batch: theirs is what the source does not date. What is past its last day and does not stand has expired
    already. What comes late (is_late; it comes first) leaves the book as it is, and the history has it all the same.

    Adds flag_type as the book writes it; is_before and before_ of the fields and stamps, and likewise after.
    """
    stamps = {f"old_{name}": pl.col(name) for name in STAMPS}
    flags = standing.drop_nulls(ITEM).select(
        *(ITEM, "item_name", "elsewhere", "elsewhere_until", "staffs_until", "has_staffs_day"),
        old="comment",
        old_until="expires_on",
        **stamps,
    )
    joined = moved.join(flags, on=ITEM, how="left", validate="1:1")
    items = joined.select(
        *(ITEM, "customer_id", "said", "said_until", "was_said", "was_until", "old", "old_until", "elsewhere_until"),
        *("staffs_until", "has_staffs_day"),
        *(f"old_{name}" for name in STAMPS),
        pl.coalesce("item_name", "flag_type").alias("flag_type"),
        is_left=_is_shared(),
        **_own_texts(joined),
    )
    rows = steps.join(items, on=ITEM, how="left", validate="m:1", maintain_order="left")
    text = pl.concat_str("own", "says", separator=JOINT, ignore_nulls=True)
    text = pl.when(pl.col("is_there") & (pl.col("says") == pl.col("said"))).then("old").otherwise(text)
    rows = rows.with_columns(comment=pl.when(text != "").then(text)).with_columns(expires_on=_last_day())
    rows = _unless_as_before(rows.with_columns(_unless_late(comment="old", expires_on="old_until")))
    differs = ~(pl.col("comment").eq_missing(_former("comment", "old")) & pl.col("expires_on").eq_missing(_former("expires_on", "old_until")))
    rows = rows.with_columns(differs.alias("differs"))
    is_told = (pl.col("word") == LEFT) & pl.any_horizontal(pl.col("old", "comment").is_not_null()).any().over(ITEM)
    is_news = (pl.col("word") != EXPIRED) | pl.col("is_whole")
    rows = rows.filter(pl.col("differs") | (is_news & ~is_told).fill_null(value=False))
    rows = rows.with_columns(before_comment=_former("comment", "old"), before_expires_on=_former("expires_on", "old_until"))
    return _stamped(_dated(rows, doing))


def _last_day() -> pl.Expr:
    """Return until when a flag stands after a step, by who says it and who says it no more."""
    return (
        pl.when(_is_day_as_before())
        .then("old_until")
        .when(_is_everyones())
        .then(_everyones_day("says", "until"))
        .when(_is_left_to_others())
        .then("elsewhere_until")
        .when(pl.col("staffs").is_not_null() | _is_told_first())
        .then(_later_day())
        .when("has_others")
        .then(_joint_day())
        .when(pl.col("comment").is_not_null())
        .then("until")
    )


def _dated(rows: pl.DataFrame, doing: tuple[str, datetime]) -> pl.DataFrame:
    """Say who did each step and when: the source's who and when are those of a flag being set, not of what changes about one that it told of before."""
    by, as_of = doing
    if rows["old"].null_count() < len(rows):
        lines, line = (pl.concat_str(pl.lit(JOINT), text, pl.lit(JOINT)) for text in ("was_said", "line"))
        is_told = lines.str.contains(line, literal=True) | (pl.col("at") == pl.col("old_made_at"))
        is_edit = pl.col("differs") & pl.col("before_comment").is_not_null() & pl.col("comment").is_not_null()
        is_known = is_edit & pl.col("old").is_not_null() & pl.col("line").is_not_null() & is_told.fill_null(value=False)
        rows = rows.with_columns(pl.when(~is_known).then(name).alias(name) for name in ("by", "at"))
    return rows.with_columns(pl.col("by").fill_null(pl.lit(by)), stamped_at=pl.coalesce("at", pl.lit(as_of).cast(UTC_TIME)))


def _unless_late(**stored: str) -> list[pl.Expr]:
    """Return columns as they are, save in steps that come late: there, as the book has them."""
    return [pl.when("is_late").then(old).otherwise(name).alias(name) for name, old in stored.items()]


def _unless_as_before(rows: pl.DataFrame) -> pl.DataFrame:
    """Let steps of flags that have a text of the book's own change nothing where their last leaves the flag as it was: it stood all the time."""
    own = rows.filter(pl.col("own").is_not_null() | pl.col("is_there"))
    last = own.group_by(ITEM).agg(pl.col("comment", "expires_on", "old", "old_until").last())
    same = last.filter(pl.col("comment").eq_missing(pl.col("old")) & pl.col("expires_on").eq_missing(pl.col("old_until")))
    if not len(same):
        return rows
    is_same = pl.col(ITEM).is_in(same[ITEM].implode())
    return rows.with_columns(pl.when(is_same).then(old).otherwise(name).alias(name) for name, old in (("comment", "old"), ("expires_on", "old_until")))


def _later_day() -> pl.Expr:
    """Return until when a flag stands whose comment has the book's own text: of its last day and the source's the later, none where one has none."""
    return pl.when(pl.col("says").is_null()).then("old_until").otherwise(_later("old_until", "until"))


def _later(one: str, other: str) -> pl.Expr:
    """Return the later of two days, none where one is none."""
    return pl.when(pl.col(one).is_not_null() & pl.col(other).is_not_null()).then(pl.max_horizontal(one, other))


def _is_day_as_before() -> pl.Expr:
    """Tell where the source says the same last day of a flag that stands as last time, or none as then: the book's stays, whoever set it."""
    is_same = pl.col("said_until").eq_missing(pl.col("was_until")) & pl.col("was_said").is_not_null() & pl.col("old").is_not_null()
    return is_same & pl.col("says").is_not_null().all().over(ITEM)


def _is_everyones() -> pl.Expr:
    """Tell where staff and sources say the flag, and its last day is the later of theirs, as it was when they said them: nobody has moved it since."""
    is_staffs = pl.col("staffs").is_not_null() & pl.col("has_staffs_day").fill_null(value=False) & pl.col("was_said").is_not_null()
    return is_staffs & pl.col("old_until").eq_missing(_everyones_day("was_said", "was_until"))


def _everyones_day(said: str, until: str) -> pl.Expr:
    """Return the later of staff's last day and of those who say something besides: the source (in `said`, through `until`), and other sources."""
    day = pl.when(pl.col(said).is_null()).then("staffs_until").otherwise(_later("staffs_until", until))
    other = pl.when(day.is_not_null() & pl.col("elsewhere_until").is_not_null()).then(pl.max_horizontal(day, "elsewhere_until"))
    return pl.when("has_others").then(other).otherwise(day)


def _joint_day() -> pl.Expr:
    """Return until when a flag stands that sources alone tell of: the later of their days, none where one has none; a day that staff moved stays."""
    told = pl.when(pl.col("was_said").is_null()).then("elsewhere_until").otherwise(_later("was_until", "elsewhere_until"))
    is_theirs, is_told = pl.col("old_until").eq_missing(told), pl.col("says").is_not_null()
    return pl.when(is_theirs).then(pl.when(is_told).then(_later("until", "elsewhere_until")).otherwise("elsewhere_until")).otherwise(_later_day())


def _is_told_first() -> pl.Expr:
    """Tell where the source says for the first time what the book has of its own, or of another source, word for word."""
    return pl.col("was_said").is_null() & (pl.col("old") == pl.col("said")).fill_null(value=False)


def _is_left_to_others() -> pl.Expr:
    """Tell where a source says no more what others say still, and the flag's last day is the later of theirs and its own: now it is theirs."""
    return pl.col("says").is_null() & pl.col("is_left") & pl.col("old_until").eq_missing(_later("was_until", "elsewhere_until"))


def _former(name: str, stored: str) -> pl.Expr:
    """Return a value after the step before this one; of an item's first step, the book's."""
    return pl.when(IS_FIRST).then(stored).otherwise(pl.col(name).shift(1))


def _is_shared() -> pl.Expr:
    """Tell whether other sources say all that the source said last time."""
    rest = pl.col("was_said").str.split(JOINT).list.set_difference(pl.col("elsewhere").str.split(JOINT))
    return (rest.list.len() == 0).fill_null(value=False)


def _own_texts(flags: pl.DataFrame) -> dict[str, pl.Series]:
    """Return what each flag's comment says besides the source's former word and its present one (own), null where that is nothing, line by line.

    What other sources say too is the book's own: it stays where this one says it no more. staffs is the rest of it, that no source says, and
    has_others tells that other sources say some of the flag's comment, is_there that the source says for the first time what stands there all the same.
    """
    nobody = flags.select(own="old", staffs="old", has_others=pl.lit(value=False), is_there=pl.lit(value=False)).to_dict()
    asked = flags.select("old", "was_said", "said", "elsewhere").with_row_index("n").filter(pl.col("old").is_not_null())
    if not len(asked):
        return nobody
    lines = {name: _lines(asked, name) for name in ("old", "was_said", "said", "elsewhere")}
    theirs = lines["was_said"].join(lines["elsewhere"], on=["n", "line"], how="anti")
    own = _joined(lines["old"].join(pl.concat([theirs, lines["said"]]).unique(), on=["n", "line", "turn"], how="anti", maintain_order="left"))
    staffs = _joined(_lines(own.rename({"text": "old"}), "old").join(lines["elsewhere"], on=["n", "line"], how="anti", maintain_order="left"))
    others = lines["old"].join(lines["elsewhere"], on=["n", "line"], how="semi").select("n").unique()
    every = pl.DataFrame({"n": pl.int_range(len(flags), dtype=pl.UInt32, eager=True)})
    found = [every.join(some, on="n", how="left", maintain_order="left")["text"] for some in (own, staffs)]
    moves = pl.concat([lines["said"].join(lines["old"], on=["n", "line", "turn"], how="anti"), theirs.join(lines["old"], on=["n", "line"], how="semi")])
    is_there = flags["said"].is_not_null() & flags["was_said"].is_null() & flags["old"].is_not_null() & ~every["n"].is_in(moves["n"].implode())
    return {"own": found[0], "staffs": found[1], "has_others": every["n"].is_in(others["n"].implode()), "is_there": is_there}


def _lines(texts: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the lines of texts (n, line), in their order; of those that are alike in one, turn counts from the last, since a source's stand below."""
    rows = texts.select("n", line=pl.col(name).str.split(JOINT)).explode("line").drop_nulls("line")
    return rows.with_columns(turn=pl.int_range(pl.len(), 0, -1, dtype=pl.Int64).over("n", "line"))


def _joined(lines: pl.DataFrame) -> pl.DataFrame:
    text = lines.group_by("n", maintain_order=True).agg(text=pl.col("line").str.join(JOINT).str.strip_chars())
    return text.filter(pl.col("text") != "")


def _stamped(rows: pl.DataFrame) -> pl.DataFrame:
    """Add who made a flag and when, and who changed it last and when, before each step and after it; a step that changes nothing leaves them."""
    is_before, is_after = pl.col("before_comment").is_not_null(), pl.col("comment").is_not_null()
    made, changed = is_after & ~is_before, is_after & is_before & pl.col("differs")
    rows = rows.with_columns(is_before=is_before, is_after=is_after)
    for name, value in (("made_by", "by"), ("made_at", "stamped_at")):
        carried = pl.when(made).then(value).when(IS_FIRST).then(f"old_{name}").forward_fill()
        rows = rows.with_columns(pl.when(is_after).then(carried).alias(f"after_{name}"))
    # A new flag has none: so the place of the step that says it is carried on, and not what it says.
    place = pl.when(made | changed | ~is_after | IS_FIRST).then(pl.int_range(pl.len())).forward_fill()
    for name, value in (("updated_by", "by"), ("updated_at", "stamped_at")):
        said = pl.when(changed).then(value).when(IS_FIRST & is_before).then(f"old_{name}")
        rows = rows.with_columns(pl.when(is_after).then(said.gather(place)).alias(f"after_{name}"))
    before = [_former(f"after_{name}", f"old_{name}").alias(f"before_{name}") for name in STAMPS]
    return rows.with_columns(*before, after_comment="comment", after_expires_on="expires_on")
