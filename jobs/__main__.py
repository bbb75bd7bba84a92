"""`python -m jobs` is `flagbook`."""

from jobs.cli import main

if __name__ == "__main__":
    main()
