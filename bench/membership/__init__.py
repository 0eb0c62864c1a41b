"""How fast membership follows: batches by stage, and a steady stream over HTTP."""
