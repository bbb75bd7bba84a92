"""Settings and maps as TOML: whatever a file holds, it is read or is not valid."""

import tomllib
from typing import Any


def parse_toml(text: str) -> dict[str, Any]:
    """Return what a TOML text says; raise `tomllib.TOMLDecodeError`, which says what is wrong and where that can be told, for one that can't be read."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise tomllib.TOMLDecodeError("lists or tables lie too deep in one another") from None
    except ValueError:  # numbers of thousands of digits, which Python makes no number of
        raise tomllib.TOMLDecodeError("a number has too many digits") from None
