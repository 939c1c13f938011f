"""E-mail addresses: given, confirmed by mailbox and account together, changed, removed."""
