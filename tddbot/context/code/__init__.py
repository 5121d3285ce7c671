"""What is read off the repository's Python files: what they import, define and use. Pure."""
