"""What makes a release: of no use to what runs."""
