"""What is kept out of log lines."""

import logging
import re

# The address of an invitation ends in its token, and Django names the address in its warnings.
INVITATION = re.compile(r"(/invitation/[^/\s]+/)[^/\s?]+")


class HideSecrets(logging.Filter):
    """Puts "…" where a line names a secret of an address. Lets every line through."""

    def filter(self, record: logging.LogRecord) -> bool:
        words = record.getMessage()
        if (hidden := INVITATION.sub(r"\1…", words)) != words:
            record.msg, record.args = hidden, ()
        return True
