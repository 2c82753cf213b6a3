"""The Acme protocol for modelcatalog."""
