"""Who may do what: roles on sites, keys, what was done by whom. The lowest app: every door asks it."""
