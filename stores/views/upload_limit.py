"""Refuses a file while it arrives, instead of after all of it has."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest


class UploadLimit(FileUploadHandler):
    """Lets a file through to the other handlers up to `most_bytes`; then the rest is read and dropped.

    The connection is kept, or the browser would show a broken connection in place of our answer.
    """

    def __init__(self, request: HttpRequest, most_bytes: int) -> None:
        super().__init__(request)
        self.most_bytes = most_bytes
        self.is_exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > self.most_bytes:
            self.is_exceeded = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The file is made by a handler after this one."""
