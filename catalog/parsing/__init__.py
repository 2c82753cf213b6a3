"""YAML into plain values with positions, within bounds."""
