"""What the book's rules say, as pure functions from frames to frames, written once in Narwhals for every engine.

Nothing here opens a file, reads a clock or an environment, prints or logs. Text is compared as it comes: trimming, case and
normal forms are intake's work. Row order is never relied on; where order matters, `seq` says it.
"""
