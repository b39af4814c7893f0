from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Photo(_message.Message):
    __slots__ = ("sha256", "width", "height", "format")
    SHA256_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    sha256: str
    width: int
    height: int
    format: str
    def __init__(self, sha256: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., format: _Optional[str] = ...) -> None: ...

class Toolset(_message.Message):
    __slots__ = ("name", "version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("id", "tool", "params", "reason", "mask")
    ID_FIELD_NUMBER: _ClassVar[int]
    TOOL_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MASK_FIELD_NUMBER: _ClassVar[int]
    id: str
    tool: str
    params: _struct_pb2.Struct
    reason: str
    mask: _struct_pb2.Struct
    def __init__(self, id: _Optional[str] = ..., tool: _Optional[str] = ..., params: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., reason: _Optional[str] = ..., mask: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class Program(_message.Message):
    __slots__ = ("toolset", "steps")
    TOOLSET_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    toolset: Toolset
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    def __init__(self, toolset: _Optional[_Union[Toolset, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("op", "step")
    class Op(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OP_UNSPECIFIED: _ClassVar[Change.Op]
        OP_ADD: _ClassVar[Change.Op]
        OP_ADJUST: _ClassVar[Change.Op]
        OP_REMOVE: _ClassVar[Change.Op]
        OP_RESET: _ClassVar[Change.Op]
    OP_UNSPECIFIED: Change.Op
    OP_ADD: Change.Op
    OP_ADJUST: Change.Op
    OP_REMOVE: Change.Op
    OP_RESET: Change.Op
    OP_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    op: Change.Op
    step: Step
    def __init__(self, op: _Optional[_Union[Change.Op, str]] = ..., step: _Optional[_Union[Step, _Mapping]] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("before", "after")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    before: float
    after: float
    def __init__(self, before: _Optional[float] = ..., after: _Optional[float] = ...) -> None: ...

class Effect(_message.Message):
    __slots__ = ("attributes",)
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Difference
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Difference, _Mapping]] = ...) -> None: ...
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    attributes: _containers.MessageMap[str, Difference]
    def __init__(self, attributes: _Optional[_Mapping[str, Difference]] = ...) -> None: ...

class StepEffect(_message.Message):
    __slots__ = ("step_id", "effect", "text")
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    step_id: str
    effect: Effect
    text: str
    def __init__(self, step_id: _Optional[str] = ..., effect: _Optional[_Union[Effect, _Mapping]] = ..., text: _Optional[str] = ...) -> None: ...
