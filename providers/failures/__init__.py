"""Why a call failed: from an SDK's exception to a step and a reason."""
