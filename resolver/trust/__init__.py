"""Which values of a project's files may reach which host: origins, comparison, trusted files."""
