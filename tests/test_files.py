"""A file appears whole, with its content, or not at all."""

import numpy as np
import pytest

from lecture.files import new_file, write_whole


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
