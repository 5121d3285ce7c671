"""Brief to proposals: the reasoning model with its ladder and edit formats, and the offline generator."""
