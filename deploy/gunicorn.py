"""Gunicorn for pages and the API: a few processes with threads that live long and keep their database connections."""

import os

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "3"))
threads = int(os.environ.get("PAGE_THREADS", "12"))
timeout = 60
graceful_timeout = 30
# A leak in a library must not become an outage; the jitter keeps processes from restarting together.
max_requests = 20_000
max_requests_jitter = 4_000
# Heartbeat files on a disk that may stall would get healthy workers killed.
worker_tmp_dir = "/dev/shm"
accesslog = None
control_socket_disable = True
