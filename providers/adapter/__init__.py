"""What an adapter is, which ones there are, and what goes into one and comes out of it."""
