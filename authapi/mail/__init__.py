"""Mail: an outbox, and a sender that takes it to a mail server or the mailbox."""
