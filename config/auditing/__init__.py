"""What staff and keys ask of the web process is written into the audit log (access/audit.py), whatever view answers it."""
