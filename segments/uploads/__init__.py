"""Lists kept from files: read one, find whom it means, show what would happen, and do it in the background."""
