"""What the commands that look into the book answer: each as one object, as text for people and as JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Paint = Callable[[str, str | None], str]
WIDEST = 60
SHOWN = 10  # coming bookings in a text


def plain(text: str, colour: str | None) -> str:  # noqa: ARG001  # a painter that paints nothing
    """Return the text as it is."""
    return text


@dataclass(frozen=True)
class Listing:
    """Rows under a title; `key` is what the JSON object calls them. `more` is what that has besides, of which remarks are in the text too."""

    key: str
    title: str
    rows: Sequence[Mapping[str, Any]]
    columns: Sequence[str]
    zone: ZoneInfo
    more: Mapping[str, Any]
    exit_code: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the rows under their key, with all their columns."""
        return {**self.more, self.key: [dict(row) for row in self.rows]}

    def to_text(self) -> str:
        """Return the rows as a table."""
        notes = (f"Note: {remark}" for remark in self.more.get("remarks", ()))
        return "\n".join([self.title, *draw_table(self.rows, self.columns, self.zone), *notes])


@dataclass(frozen=True)
class BatchReport:
    """One batch with its files, counts and findings."""

    found: Mapping[str, Any]
    zone: ZoneInfo
    exit_code: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return batch, files and findings."""
        return dict(self.found)

    def to_text(self) -> str:
        """Return the batch as lines of name and value."""
        record = self.found["batch"]
        lines = [f"Batch {record['batch_id']}: {record['kind']}, {record['status']}"]
        lines += [
            f"  {name.replace('_', ' ')}: {show_value(value, self.zone)}"
            for name, value in record.items()
            if value is not None and name not in ("batch_id", "kind", "status")
        ]
        lines += [f"  file {file['file_no']}: {file['name']}  (SHA-256 {file['sha256'][:12]}…)" for file in self.found["files"]]
        lines += [f"  came back: {count:,} with {code}" for code, count in self.found["findings"].items()]
        return "\n".join(lines)


@dataclass(frozen=True)
class CustomerReport:
    """A customer at a glance: flags, tags and the like, alert, coming bookings and flag history."""

    customer: Mapping[str, Any]
    flags: Sequence[Mapping[str, Any]]
    items: Mapping[str, Sequence[Mapping[str, Any]]]
    bookings: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]
    zone: ZoneInfo
    exit_code: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return customer, flags, bookings and history."""
        return {
            "customer": dict(self.customer),
            "flags": [dict(flag) for flag in self.flags],
            **{name: [dict(item) for item in items] for name, items in self.items.items()},
            "bookings": [dict(one) for one in self.bookings],
            "history": [dict(one) for one in self.events],
        }

    def to_text(self, paint: Paint = plain) -> str:
        """Return the glance; `paint` colours a text where the terminal can."""
        one = self.customer
        name = " ".join(part for part in (one["first_name"], one["last_name"]) if part) or one["company"] or ""
        lines = [f"{one['customer_id']}  {name}  ({one['status']}{', blocked' if one['blocked'] else ''})"]
        lines += [f"  {what}: {one[what]}" for what in ("company", "email", "phone") if one[what]]
        if one["blocked"]:
            why = f": {flat(one['blocked_reason'])}" if one["blocked_reason"] else ""
            lines.append(paint(f"  BLOCKED{why}  ({one['blocked_by']}, {show_value(one['blocked_at'], self.zone)})", "red"))
        lines += [f"  {name}: {', '.join(_said(item) for item in items)}" for name, items in self.items.items() if items]
        lines.append(f"  alert: {flat(one['alert_message'])}" if one["alert_message"] else "  no alert")
        lines += ["", "Flags" if self.flags else "No flags"]
        for flag in self.flags:
            until = f", through {flag['expires_on']}" if flag["expires_on"] else ""
            edited = f"; edited by {flag['updated_by']}, {show_value(flag['updated_at'], self.zone)}" if flag["updated_by"] else ""
            who = f"{flag['flagged_by']}, {show_value(flag['flagged_at'], self.zone)}{until}{edited}"
            lines.append(f"  {paint('⚑ ' + flag['flag_type'], flag['colour'])}  {flat(flag['comment'])}  ({who})")
        lines += ["", "Coming bookings" if self.bookings else "No coming bookings"]
        lines += draw_table(self.bookings[:SHOWN], ("starts_at", "booking_id", "service", "staff", "alert_message"), self.zone)
        lines += [f"  … and {len(self.bookings) - SHOWN:,} more (--json lists all)"] if len(self.bookings) > SHOWN else []
        lines += ["", "Flag history" if self.events else "No flag history"]
        columns = ("changed_at", "action", "flag_type", "comment_before", "comment_after", "expires_on_after", "changed_by", "batch_id")
        undone = ("undone_by",) if any(event["undone_by"] for event in self.events) else ()
        lines += draw_table(self.events, (*columns, *undone), self.zone)
        return "\n".join(lines)


def _said(item: Mapping[str, Any]) -> str:
    """Return an item on one line: its name, and what text it has."""
    name, *rest = (flat(value) for key, value in item.items() if isinstance(value, str) and not key.endswith("_by"))
    return f"{name} ({'; '.join(rest)})" if rest else name


def flat(text: str) -> str:
    """Return a text on one line."""
    return " ⏎ ".join(text.splitlines()).replace("\t", " ")


def show_value(value: Any, zone: ZoneInfo) -> str:
    """Return a value as a person reads it: times in the business time zone to the minute."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return f"{value:,}"
    return flat(str(value))


def draw_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], zone: ZoneInfo) -> list[str]:
    """Return rows as aligned lines under their headers; a text too wide for its column ends in …."""
    if not rows:
        return []
    cells = [[column.replace("_", " ") for column in columns]]
    cells += [[_fit(show_value(row[column], zone)) for column in columns] for row in rows]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    return ["  " + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def _fit(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
