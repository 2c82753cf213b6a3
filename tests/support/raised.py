"""The error that some code raises, in one expression."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modelcatalog import ModelCatalogError


def raised(code: Callable[[], object]) -> ModelCatalogError:
    """The error of ours that the code raises; a failure of the test when it raises none."""
    with pytest.raises(ModelCatalogError) as caught:
        code()
    return caught.value
