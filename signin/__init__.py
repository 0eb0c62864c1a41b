"""How staff come in: passwords, second factors, passkeys, a company's log-in, invitations, and how long all that lasts."""
