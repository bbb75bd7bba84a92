"""Flagbook's pipeline: files come in, rules decide, the book is written, workbooks go out."""

__version__ = "0.1.0"
