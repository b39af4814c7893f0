from google.protobuf import struct_pb2 as _struct_pb2
from iea.v1 import program_pb2 as _program_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RenderRequest(_message.Message):
    __slots__ = ("photo_sha256", "program", "suffix", "quality")
    PHOTO_SHA256_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    SUFFIX_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    photo_sha256: str
    program: _program_pb2.Program
    suffix: str
    quality: int
    def __init__(self, photo_sha256: _Optional[str] = ..., program: _Optional[_Union[_program_pb2.Program, _Mapping]] = ..., suffix: _Optional[str] = ..., quality: _Optional[int] = ...) -> None: ...

class RenderResponse(_message.Message):
    __slots__ = ("pixels_sha256", "width", "height", "blob_sha256", "renderer_version")
    PIXELS_SHA256_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    BLOB_SHA256_FIELD_NUMBER: _ClassVar[int]
    RENDERER_VERSION_FIELD_NUMBER: _ClassVar[int]
    pixels_sha256: str
    width: int
    height: int
    blob_sha256: str
    renderer_version: str
    def __init__(self, pixels_sha256: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., blob_sha256: _Optional[str] = ..., renderer_version: _Optional[str] = ...) -> None: ...

class ListToolsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListToolsResponse(_message.Message):
    __slots__ = ("toolset", "tools", "renderer_version")
    TOOLSET_FIELD_NUMBER: _ClassVar[int]
    TOOLS_FIELD_NUMBER: _ClassVar[int]
    RENDERER_VERSION_FIELD_NUMBER: _ClassVar[int]
    toolset: _program_pb2.Toolset
    tools: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    renderer_version: str
    def __init__(self, toolset: _Optional[_Union[_program_pb2.Toolset, _Mapping]] = ..., tools: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., renderer_version: _Optional[str] = ...) -> None: ...
