"""The next number in the history."""

from pipeline.store.book import Book


def next_event(book: Book) -> int:
    """Return the number of the history's next event; they run without gaps."""
    n: int = book.ask("SELECT coalesce(max(event_id), 0) + 1 AS n FROM history")["n"][0]
    return n
