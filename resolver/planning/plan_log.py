"""The log of what was taken for a plan: which files, which entry, which variables. Never the value of a secret."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from modelcatalog.catalog.redaction.secret import redact

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.resolver.planning.plan import Plan


def log_plan(plan: Plan, catalog: Catalog) -> None:
    """Tell the logger `modelcatalog`, at DEBUG, what the plan was made of.

    Whoever wants to see it has imported `logging`; nobody else has to wait for its import.
    """
    logging = sys.modules.get("logging")
    if logging is None:
        return
    logger = logging.getLogger("modelcatalog")
    if not logger.isEnabledFor(logging.DEBUG):
        return
    files = ", ".join(layer.path for layer in catalog.layers)
    entry = f"entry {plan.entry.id} ({plan.entry.position})"
    lines = [f"catalog files {files}", f"{entry}, adapter {plan.entry.adapter}, client {plan.client}"]
    for name, setting in plan.settings.items():
        shown = plan.url if name == "base_url" and plan.url else setting.value
        # A secret is a Secret, no text; what else a text may hold of one is masked below.
        value = f" {shown!r}" if isinstance(shown, str | int | float) else ""
        if setting.is_set:
            lines.append(f"{name}{value} from {setting.source}")
        else:
            unset = ", ".join(looked.variable for looked in setting.looked)
            lines.append(f"{name} has no value" + (f" (looked for {unset})" if unset else ""))
    lines += [
        f"{one.name} from {one.source}, sent to {one.target}"
        for one in plan.arguments
        if one.target != "setting"
    ]
    lines += [f"{finding.severity} {finding.code}: {finding.message}" for finding in plan.findings]
    for line in lines:
        logger.debug("%s: %s", plan.ref, redact(line, plan.secrets))
