"""The plan, and how it is made from an entry, arguments and the environment."""
