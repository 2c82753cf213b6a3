"""YAML into plain values with their positions, within bounds."""
