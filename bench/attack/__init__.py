"""Attacks on a running Carillon over HTTP, as strangers would make them: what must hold, measured."""
