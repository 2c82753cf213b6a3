"""What the larger commands print."""
