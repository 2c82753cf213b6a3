"""Adapters for SDKs whose makers have ended them: tested as the others are, and out of the extra `all`."""
