from iea.v1 import program_pb2 as _program_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MeasureProgramRequest(_message.Message):
    __slots__ = ("photo_sha256", "program")
    PHOTO_SHA256_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    photo_sha256: str
    program: _program_pb2.Program
    def __init__(self, photo_sha256: _Optional[str] = ..., program: _Optional[_Union[_program_pb2.Program, _Mapping]] = ...) -> None: ...

class MeasureProgramResponse(_message.Message):
    __slots__ = ("effect", "steps")
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    effect: _program_pb2.Effect
    steps: _containers.RepeatedCompositeFieldContainer[_program_pb2.StepEffect]
    def __init__(self, effect: _Optional[_Union[_program_pb2.Effect, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[_program_pb2.StepEffect, _Mapping]]] = ...) -> None: ...

class ScoreRequest(_message.Message):
    __slots__ = ("original_sha256", "edited_sha256", "reference_sha256")
    ORIGINAL_SHA256_FIELD_NUMBER: _ClassVar[int]
    EDITED_SHA256_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    original_sha256: str
    edited_sha256: str
    reference_sha256: str
    def __init__(self, original_sha256: _Optional[str] = ..., edited_sha256: _Optional[str] = ..., reference_sha256: _Optional[str] = ...) -> None: ...

class ScoreResponse(_message.Message):
    __slots__ = ("effect", "metrics")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    effect: _program_pb2.Effect
    metrics: _containers.ScalarMap[str, float]
    def __init__(self, effect: _Optional[_Union[_program_pb2.Effect, _Mapping]] = ..., metrics: _Optional[_Mapping[str, float]] = ...) -> None: ...
