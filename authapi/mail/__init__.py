"""Mail: what is due waits in an outbox, a sender takes it to a mail server or to the mailbox."""
