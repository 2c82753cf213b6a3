"""What exists: catalog files, loaded, validated and laid over each other; typed entries; every error."""
