"""A file appears whole, with its content, or not at all."""

import numpy as np
import pytest

from lecture.__main__ import main
from lecture.files import new_file, refuse_unwritable, write_whole


@pytest.mark.parametrize("content", ["first ± line\n", b"\x00\xff"], ids=["text", "bytes"])
def test_text_and_bytes_are_written_into_a_folder_that_is_made(content, tmp_path):
    target = tmp_path / "new" / "folder" / "file"
    write_whole(target, content)
    assert target.read_bytes() == (content if isinstance(content, bytes) else content.encode("utf-8"))
    assert list(target.parent.iterdir()) == [target]


def test_the_name_is_taken_only_when_the_block_has_ended(tmp_path):
    target = tmp_path / "arrays.npz"
    with new_file(target) as file:
        np.savez(file, x=np.arange(3))
        assert not target.exists()
    np.testing.assert_array_equal(np.load(target)["x"], [0, 1, 2])


def test_what_was_there_stays_if_the_block_fails(tmp_path):
    target = tmp_path / "file"
    write_whole(target, "old")
    with pytest.raises(RuntimeError, match="in the middle"), new_file(target) as file:
        file.write(b"ne")
        raise RuntimeError("in the middle")
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_two_writers_of_one_name_do_not_meet(tmp_path):
    target = tmp_path / "file"
    with new_file(target) as one, new_file(str(target)) as other:
        one.write(b"one"), other.write(b"other")
    assert target.read_bytes() == b"one"  # which was finished last


def test_text_that_has_no_encoding_leaves_no_file(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "new" / "file", "\ud800")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_can_be_made_or_written_in_is_left_as_it_was(tmp_path):
    refuse_unwritable(tmp_path / "new" / "folder"), refuse_unwritable(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_search_refuses_a_folder_that_cannot_be_before_it_looks_for_images(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("lecture.data.load_fashion_mnist", lambda *_: pytest.fail("the images were looked for"))
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "below"
    assert main(["tune", "--directory", str(folder)]) == 1
    assert capsys.readouterr().err == f"lecture: nothing can be written in {folder}: Not a directory.\n"


@pytest.mark.parametrize("command", [["data"], ["check"], ["book"], ["experiment", "--list"]])
def test_no_command_runs_in_a_mode_that_there_is_not(command, capsys, monkeypatch):
    monkeypatch.setenv("LECTURE_MODE", "quick")
    assert main(command) == 1
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "lecture: LECTURE_MODE must be one of short, full, got 'quick'.\n")
