"""The domain behind the handlers: what a transfer of a chat or an SMS is."""

import logging

# Whatever the function's log level is: at DEBUG, botocore logs the secret that it has read.
logging.getLogger("botocore").setLevel(logging.INFO)
