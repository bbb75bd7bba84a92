from pathlib import Path

import pytest

from tests.spec.book import Spec


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    """A builder with a folder of its own."""
    return Spec(tmp_path)
