from iea.v1 import program_pb2 as _program_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Planner(_message.Message):
    __slots__ = ("backend", "model", "version")
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    backend: str
    model: str
    version: str
    def __init__(self, backend: _Optional[str] = ..., model: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class PastTurn(_message.Message):
    __slots__ = ("words", "patch", "program")
    WORDS_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    words: str
    patch: _containers.RepeatedCompositeFieldContainer[_program_pb2.Change]
    program: _program_pb2.Program
    def __init__(self, words: _Optional[str] = ..., patch: _Optional[_Iterable[_Union[_program_pb2.Change, _Mapping]]] = ..., program: _Optional[_Union[_program_pb2.Program, _Mapping]] = ...) -> None: ...

class PlanRequest(_message.Message):
    __slots__ = ("photo_sha256", "words", "history", "seed", "asked", "undone")
    PHOTO_SHA256_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    ASKED_FIELD_NUMBER: _ClassVar[int]
    UNDONE_FIELD_NUMBER: _ClassVar[int]
    photo_sha256: str
    words: str
    history: _containers.RepeatedCompositeFieldContainer[PastTurn]
    seed: int
    asked: str
    undone: _program_pb2.Program
    def __init__(self, photo_sha256: _Optional[str] = ..., words: _Optional[str] = ..., history: _Optional[_Iterable[_Union[PastTurn, _Mapping]]] = ..., seed: _Optional[int] = ..., asked: _Optional[str] = ..., undone: _Optional[_Union[_program_pb2.Program, _Mapping]] = ...) -> None: ...

class Reply(_message.Message):
    __slots__ = ("kind", "text")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Reply.Kind]
        KIND_EDITED: _ClassVar[Reply.Kind]
        KIND_CLARIFICATION: _ClassVar[Reply.Kind]
        KIND_REFUSED: _ClassVar[Reply.Kind]
        KIND_NO_CHANGE: _ClassVar[Reply.Kind]
    KIND_UNSPECIFIED: Reply.Kind
    KIND_EDITED: Reply.Kind
    KIND_CLARIFICATION: Reply.Kind
    KIND_REFUSED: Reply.Kind
    KIND_NO_CHANGE: Reply.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    kind: Reply.Kind
    text: str
    def __init__(self, kind: _Optional[_Union[Reply.Kind, str]] = ..., text: _Optional[str] = ...) -> None: ...

class PlanResponse(_message.Message):
    __slots__ = ("reply", "patch", "program", "undo", "planner")
    REPLY_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    UNDO_FIELD_NUMBER: _ClassVar[int]
    PLANNER_FIELD_NUMBER: _ClassVar[int]
    reply: Reply
    patch: _containers.RepeatedCompositeFieldContainer[_program_pb2.Change]
    program: _program_pb2.Program
    undo: int
    planner: Planner
    def __init__(self, reply: _Optional[_Union[Reply, _Mapping]] = ..., patch: _Optional[_Iterable[_Union[_program_pb2.Change, _Mapping]]] = ..., program: _Optional[_Union[_program_pb2.Program, _Mapping]] = ..., undo: _Optional[int] = ..., planner: _Optional[_Union[Planner, _Mapping]] = ...) -> None: ...

class GetPlannerRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPlannerResponse(_message.Message):
    __slots__ = ("planner",)
    PLANNER_FIELD_NUMBER: _ClassVar[int]
    planner: Planner
    def __init__(self, planner: _Optional[_Union[Planner, _Mapping]] = ...) -> None: ...
