"""The service clients below a model object of google-generativeai."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modelcatalog.providers.ended.generative_model.threads import Threaded


class AsyncServices(Threaded):
    """The model object's async service client, which knows too how to make the one that lists models."""

    def __init__(self, service: Any, model_service: Callable[[], Any]) -> None:
        super().__init__(service)
        self.model_service = model_service
