"""Base URLs: reading, correcting, filling templates."""
