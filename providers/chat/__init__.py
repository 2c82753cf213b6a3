"""What adapters share of a chat: one template of the calls, OpenAI's codec, emulated tools."""
