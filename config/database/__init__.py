"""PostgreSQL as Django knows it, but for its pool: connections that died together are replaced together."""
