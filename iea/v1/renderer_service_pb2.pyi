from google.protobuf import any_pb2 as _any_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from iea.v1 import program_pb2 as _program_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RenderRequest(_message.Message):
    __slots__ = ("photo_sha256", "program", "suffix", "quality", "no_gps")
    PHOTO_SHA256_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    SUFFIX_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    NO_GPS_FIELD_NUMBER: _ClassVar[int]
    photo_sha256: str
    program: _program_pb2.Program
    suffix: str
    quality: int
    no_gps: bool
    def __init__(self, photo_sha256: _Optional[str] = ..., program: _Optional[_Union[_program_pb2.Program, _Mapping]] = ..., suffix: _Optional[str] = ..., quality: _Optional[int] = ..., no_gps: _Optional[bool] = ...) -> None: ...

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

class RenderBatchRequest(_message.Message):
    __slots__ = ("request_id", "photo_sha256s", "programs", "suffix", "quality", "no_gps")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PHOTO_SHA256S_FIELD_NUMBER: _ClassVar[int]
    PROGRAMS_FIELD_NUMBER: _ClassVar[int]
    SUFFIX_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    NO_GPS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    photo_sha256s: _containers.RepeatedScalarFieldContainer[str]
    programs: _containers.RepeatedCompositeFieldContainer[_program_pb2.Program]
    suffix: str
    quality: int
    no_gps: bool
    def __init__(self, request_id: _Optional[str] = ..., photo_sha256s: _Optional[_Iterable[str]] = ..., programs: _Optional[_Iterable[_Union[_program_pb2.Program, _Mapping]]] = ..., suffix: _Optional[str] = ..., quality: _Optional[int] = ..., no_gps: _Optional[bool] = ...) -> None: ...

class RenderBatchResponse(_message.Message):
    __slots__ = ("item", "rendered", "error")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    RENDERED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    item: int
    rendered: RenderResponse
    error: _any_pb2.Any
    def __init__(self, item: _Optional[int] = ..., rendered: _Optional[_Union[RenderResponse, _Mapping]] = ..., error: _Optional[_Union[_any_pb2.Any, _Mapping]] = ...) -> None: ...

class PreviewRequest(_message.Message):
    __slots__ = ("open", "change")
    OPEN_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    open: OpenPreview
    change: ChangePreview
    def __init__(self, open: _Optional[_Union[OpenPreview, _Mapping]] = ..., change: _Optional[_Union[ChangePreview, _Mapping]] = ...) -> None: ...

class OpenPreview(_message.Message):
    __slots__ = ("photo_sha256", "max_width", "max_height", "encoding", "quality")
    class Encoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ENCODING_UNSPECIFIED: _ClassVar[OpenPreview.Encoding]
        ENCODING_JPEG: _ClassVar[OpenPreview.Encoding]
        ENCODING_RGB: _ClassVar[OpenPreview.Encoding]
    ENCODING_UNSPECIFIED: OpenPreview.Encoding
    ENCODING_JPEG: OpenPreview.Encoding
    ENCODING_RGB: OpenPreview.Encoding
    PHOTO_SHA256_FIELD_NUMBER: _ClassVar[int]
    MAX_WIDTH_FIELD_NUMBER: _ClassVar[int]
    MAX_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    photo_sha256: str
    max_width: int
    max_height: int
    encoding: OpenPreview.Encoding
    quality: int
    def __init__(self, photo_sha256: _Optional[str] = ..., max_width: _Optional[int] = ..., max_height: _Optional[int] = ..., encoding: _Optional[_Union[OpenPreview.Encoding, str]] = ..., quality: _Optional[int] = ...) -> None: ...

class ChangePreview(_message.Message):
    __slots__ = ("sequence", "program")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    program: _program_pb2.Program
    def __init__(self, sequence: _Optional[int] = ..., program: _Optional[_Union[_program_pb2.Program, _Mapping]] = ...) -> None: ...

class PreviewResponse(_message.Message):
    __slots__ = ("sequence", "width", "height", "chunk", "last")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    width: int
    height: int
    chunk: bytes
    last: bool
    def __init__(self, sequence: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., chunk: _Optional[bytes] = ..., last: _Optional[bool] = ...) -> None: ...

class AblateRequest(_message.Message):
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

class Ablation(_message.Message):
    __slots__ = ("step_id", "without")
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_FIELD_NUMBER: _ClassVar[int]
    step_id: str
    without: RenderResponse
    def __init__(self, step_id: _Optional[str] = ..., without: _Optional[_Union[RenderResponse, _Mapping]] = ...) -> None: ...

class AblateResponse(_message.Message):
    __slots__ = ("ablations",)
    ABLATIONS_FIELD_NUMBER: _ClassVar[int]
    ablations: _containers.RepeatedCompositeFieldContainer[Ablation]
    def __init__(self, ablations: _Optional[_Iterable[_Union[Ablation, _Mapping]]] = ...) -> None: ...

class MakeMaskRequest(_message.Message):
    __slots__ = ("photo_sha256", "mask", "max_side")
    PHOTO_SHA256_FIELD_NUMBER: _ClassVar[int]
    MASK_FIELD_NUMBER: _ClassVar[int]
    MAX_SIDE_FIELD_NUMBER: _ClassVar[int]
    photo_sha256: str
    mask: _struct_pb2.Struct
    max_side: int
    def __init__(self, photo_sha256: _Optional[str] = ..., mask: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., max_side: _Optional[int] = ...) -> None: ...

class MakeMaskResponse(_message.Message):
    __slots__ = ("blob_sha256", "width", "height", "share")
    BLOB_SHA256_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    blob_sha256: str
    width: int
    height: int
    share: float
    def __init__(self, blob_sha256: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., share: _Optional[float] = ...) -> None: ...

class ListToolsRequest(_message.Message):
    __slots__ = ("toolset",)
    TOOLSET_FIELD_NUMBER: _ClassVar[int]
    toolset: str
    def __init__(self, toolset: _Optional[str] = ...) -> None: ...

class ListToolsResponse(_message.Message):
    __slots__ = ("toolset", "tools", "renderer_version")
    TOOLSET_FIELD_NUMBER: _ClassVar[int]
    TOOLS_FIELD_NUMBER: _ClassVar[int]
    RENDERER_VERSION_FIELD_NUMBER: _ClassVar[int]
    toolset: _program_pb2.Toolset
    tools: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    renderer_version: str
    def __init__(self, toolset: _Optional[_Union[_program_pb2.Toolset, _Mapping]] = ..., tools: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., renderer_version: _Optional[str] = ...) -> None: ...
