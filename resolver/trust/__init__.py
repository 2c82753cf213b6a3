"""Which decisions of a project's files are followed: effective request, origins, trusted files."""
