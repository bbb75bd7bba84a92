"""The book: one DuckDB file, its tables and views, one transaction a batch, reading only what a batch touches."""
