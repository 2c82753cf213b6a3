"""Adapters for the mistralai SDK: Mistral itself, and on Azure."""
