"""The folders of the tests of the command line, here too."""

from tests.cli.conftest import bare, shop

__all__ = ["bare", "shop"]
