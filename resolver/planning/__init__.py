"""The plan of a model name, and what it is made of: arguments, headers, endpoint, packages, lifecycle."""
