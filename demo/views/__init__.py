"""The pages of the shop, of its office and of the mailbox."""
