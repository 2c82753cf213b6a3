"""Adapters: one module for each SDK or wire protocol, and what they share."""
