"""Background work of the lowest floor: each task takes ids, and is safe to run twice."""

import uuid

from celery import shared_task
from django.utils import timezone

from stores.services import import_work, imports


@shared_task
def work_import(store_id: str, import_id: str) -> None:
    """Work an import that was started."""
    import_work.work_import(store_id=uuid.UUID(store_id), import_id=uuid.UUID(import_id))


@shared_task
def sweep_imports() -> None:
    """The periodic sweep: take up what no worker holds, and let go of what nobody started."""
    now = timezone.now()
    for store_id, import_id in imports.stalled_imports(now=now):
        work_import.delay(str(store_id), str(import_id))
    for store_id, import_id in imports.forgotten_imports(now=now):
        imports.forget_import(store_id=store_id, import_id=import_id, now=now)
