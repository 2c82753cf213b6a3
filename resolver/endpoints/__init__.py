"""Base URLs: what is wrong with one, hosts, templates."""
