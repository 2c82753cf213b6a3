"""What models in this process share: hardware, folders, chat templates, tool calls."""
