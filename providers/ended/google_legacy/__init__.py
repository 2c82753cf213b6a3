"""The adapter for the ended google-generativeai."""
