from google.protobuf import struct_pb2 as _struct_pb2
from iea.v1 import planner_service_pb2 as _planner_service_pb2
from iea.v1 import program_pb2 as _program_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UploadPhotoRequest(_message.Message):
    __slots__ = ("chunk", "display_name")
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    display_name: str
    def __init__(self, chunk: _Optional[bytes] = ..., display_name: _Optional[str] = ...) -> None: ...

class UploadPhotoResponse(_message.Message):
    __slots__ = ("photo",)
    PHOTO_FIELD_NUMBER: _ClassVar[int]
    photo: _program_pb2.Photo
    def __init__(self, photo: _Optional[_Union[_program_pb2.Photo, _Mapping]] = ...) -> None: ...

class CreateSessionRequest(_message.Message):
    __slots__ = ("photo_sha256", "seed", "consent")
    PHOTO_SHA256_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    photo_sha256: str
    seed: int
    consent: str
    def __init__(self, photo_sha256: _Optional[str] = ..., seed: _Optional[int] = ..., consent: _Optional[str] = ...) -> None: ...

class CreateSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class EditRequest(_message.Message):
    __slots__ = ("session", "words", "request_id")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session: str
    words: str
    request_id: str
    def __init__(self, session: _Optional[str] = ..., words: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class EditResponse(_message.Message):
    __slots__ = ("turn", "reply", "head")
    TURN_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    turn: _struct_pb2.Struct
    reply: _planner_service_pb2.Reply
    head: str
    def __init__(self, turn: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., reply: _Optional[_Union[_planner_service_pb2.Reply, _Mapping]] = ..., head: _Optional[str] = ...) -> None: ...

class GetSessionRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class GetSessionResponse(_message.Message):
    __slots__ = ("trace", "turn")
    TRACE_FIELD_NUMBER: _ClassVar[int]
    TURN_FIELD_NUMBER: _ClassVar[int]
    trace: _struct_pb2.Struct
    turn: _struct_pb2.Struct
    def __init__(self, trace: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., turn: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class DownloadPictureRequest(_message.Message):
    __slots__ = ("session", "turn", "suffix", "quality", "no_gps")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    TURN_FIELD_NUMBER: _ClassVar[int]
    SUFFIX_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    NO_GPS_FIELD_NUMBER: _ClassVar[int]
    session: str
    turn: str
    suffix: str
    quality: int
    no_gps: bool
    def __init__(self, session: _Optional[str] = ..., turn: _Optional[str] = ..., suffix: _Optional[str] = ..., quality: _Optional[int] = ..., no_gps: _Optional[bool] = ...) -> None: ...

class DownloadPictureResponse(_message.Message):
    __slots__ = ("chunk",)
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    def __init__(self, chunk: _Optional[bytes] = ...) -> None: ...
