"""Files: read whole, written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from iea import files
from iea.errors import IeaError, InvalidError, NotFoundError
from iea.files import read, write
from iea.formats import check_suffix


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "out.jpg"
    for data in (b"first", b"second"):
        write(path, data)
        assert read(path) == data
    assert os.listdir(tmp_path) == ["out.jpg"]


def test_a_missing_photo_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for path in (tmp_path / "no.jpg", tmp_path / "file" / "no.jpg"):
        with pytest.raises(NotFoundError, match=r"no\.jpg does not exist"):
            read(path)


def test_what_is_no_photo_on_disk_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    os.mkfifo(tmp_path / "pipe")
    faults = {
        tmp_path: "is a folder",
        tmp_path / "empty.jpg": "is empty",
        tmp_path / "pipe": "no ordinary file",
        Path("/dev/zero"): "no ordinary file",
        tmp_path / ("n" * 300): "too long",
        Path("nul\0.jpg"): "null",
    }
    for path, said in faults.items():
        with pytest.raises(InvalidError, match=said) as caught:
            read(path)
        assert "\n" not in str(caught.value)


def test_a_file_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    (tmp_path / "a.jpg").write_bytes(b"x")
    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(InvalidError, match=r"a\.jpg may not be read: change its permissions"):
        read(tmp_path / "a.jpg")


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    with path.open("wb") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(InvalidError, match="1,073,741,825 bytes, more than the limit"):
        read(path)


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), PermissionError(13, "")])
def test_a_fault_at_any_step_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, fault: OSError
) -> None:
    def failing(*_: object) -> None:
        raise fault

    path = tmp_path / "out.jpg"
    path.write_bytes(b"old")
    if step == "open":
        monkeypatch.setattr(Path, "open", failing)
    else:
        monkeypatch.setattr(files.os, step, failing)
    with pytest.raises(InvalidError, match=r"out\.jpg (cannot|may not) be written") as caught:
        write(path, b"new")
    monkeypatch.undo()
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.jpg"]


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "out.jpg", b"new")
    assert os.listdir(tmp_path) == []


def test_places_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    faults = {
        tmp_path: "is a folder",
        tmp_path / "none" / "out.jpg": "its folder does not exist",
        tmp_path / "file" / "out.jpg": "its folder does not exist",
        Path("/dev/null"): "no ordinary file",
        tmp_path / ("n" * 300 + ".jpg"): "too long",
    }
    for path, said in faults.items():
        with pytest.raises(IeaError, match=said):
            write(path, b"new")
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_stays_a_link_and_new_files_have_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "real.jpg").write_bytes(b"old")
    (tmp_path / "link.jpg").symlink_to("real.jpg")
    write(tmp_path / "link.jpg", b"new")
    assert (tmp_path / "link.jpg").is_symlink()
    assert (tmp_path / "real.jpg").read_bytes() == b"new"
    (tmp_path / "plain").touch()
    usual = stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    assert stat.S_IMODE((tmp_path / "real.jpg").stat().st_mode) == usual


def test_suffixes_are_checked_before_any_work() -> None:
    known = {"out.JPG": ".jpg", Path("a/b.jpeg"): ".jpeg", ".png": ".png", "x.y.TIFF": ".tiff"}
    for given, expected in known.items():
        assert check_suffix(given) == expected
    for wrong in ("out", "out.gif", "", ".", "jpg", "folder.jpg/out"):
        with pytest.raises(InvalidError, match=r"let it end in \.jpg, \.jpeg, \.png, \.webp"):
            check_suffix(wrong)
