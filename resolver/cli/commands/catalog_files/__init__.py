"""Commands that read or change catalog files as such."""
