"""The settings of tests: those of the demo, on the servers and the database that conftest.py chose for this process."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import STORAGES

FOLDER = Path(os.environ["PEERSIDE_TEST_FOLDER"])

# Tasks run at once, where they were sent: on commit.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Publishing knows nothing of database numbers: the prefix keeps the processes of a test run apart.
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "prefix": f"peerside-{os.getpid()}"},
    }
}
STATIC_ROOT = FOLDER / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Otherwise each new test client reads the whole folder of static files first: 70 ms, a thousand times.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FOLDER / "files"}}
}
