"""Adapter for the goodfire SDK."""
