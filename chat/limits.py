"""How fast a client may talk."""

from collections import deque

from django.core.cache import cache
from redis.exceptions import RedisError

from stores.errors import TooMany

FRAMES = 60
SECONDS = 10
# Beyond this a client is broken or hostile, and its socket is closed.
FLOOD_FRAMES = 600


class Window:
    """A sliding window over the frames of one socket; `at` is any monotonic clock in seconds."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=FLOOD_FRAMES)

    def count(self, at: float) -> int:
        """Note one frame and return how many there were within SECONDS, up to FLOOD_FRAMES."""
        while self._times and self._times[0] <= at - SECONDS:
            self._times.popleft()
        self._times.append(at)
        return len(self._times)


def limit_requests(who: str) -> None:
    """Raise TooMany when `who` has sent more than FRAMES within SECONDS by HTTP, whichever process it met.

    Redis keeps the count. Without Redis nobody is refused: the chat goes on, as it does without its doorbell.
    """
    key = f"chat.requests.{who}"
    try:
        cache.add(key, 0, timeout=SECONDS)
        count = cache.incr(key)
    except (RedisError, ValueError):
        return
    if count > FRAMES:
        raise TooMany()
