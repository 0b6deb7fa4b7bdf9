"""Every sweep of the project is on the beat, and nothing else is."""

from celery import current_app
from django.conf import settings


def test_every_sweep_is_swept() -> None:
    current_app.loader.import_default_modules()
    ours = {name for name in current_app.tasks if name.partition(".")[0] in settings.INSTALLED_APPS}
    sweeps = {name for name in ours if name.rpartition(".")[2].startswith(("sweep_", "deliver_due"))}

    assert set(settings.CELERY_BEAT_SCHEDULE) == sweeps
    assert set(current_app.conf.beat_schedule) == sweeps
