"""Errors of Python workers and of the JVM: one sentence, the code of contracts.md, and no text of a document."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from kvern import cli, failures

HEAD = "An exception was thrown from the Python worker:\nTraceback (most recent call last):\n"
OURS = '  File "/opt/kvern/lib/kvern/kernels/lines.py", line 7, in split\n    {code}\n    ^^^^^^^^^^^\n'
ELSEWHERE = '  File "/venv/lib/python3.11/site-packages/pyarrow/compute.py", line 9, in cast\n    raise call(text)\n'
FROM_THE_JVM = (
    "\n\n\tat org.apache.spark.api.python.BasePythonRunner.run(PythonRunner.scala:1)\nCaused by: java.io.EOFException\n"
)
RAISE = OURS.format(code="raise ValueError(")
CALLS = OURS.format(code="int(text)")


@pytest.mark.parametrize(
    ("trace", "sentence", "code"),
    [
        (RAISE + "ValueError: wanted a,\ngot b: do c", "wanted a, got b: do c", cli.DATA),
        (CALLS + "kvern.warehouse.ContractError: pages breaks its contract", "pages breaks its contract", cli.DATA),
        (RAISE + "kvern.recipe.ConfigError: key: want a", "key: want a", cli.CALL),
        (CALLS + "FileNotFoundError: [Errno 2] No such file: '/in/a'", "[Errno 2] No such file: '/in/a'", cli.ENVIRONMENT),
        (CALLS + "KeyError: 'x'\n\nDuring the handling …\n\n" + HEAD + RAISE + "ValueError: the last", "the last", cli.DATA),
    ],
)  # fmt: skip
def test_a_workers_own_sentence_is_all_that_is_told(trace: str, sentence: str, code: int) -> None:
    assert failures.told(PySparkException(HEAD + trace)) == (sentence, code)
    assert failures.told(PySparkException("Job aborted due to stage failure: " + HEAD + trace + FROM_THE_JVM)) == (
        sentence,
        code,
    )
    assert failures.told(Py4JError("An error occurred while calling o7.x.\n: " + HEAD + trace + FROM_THE_JVM)) == (
        sentence,
        code,
    )


@pytest.mark.parametrize(
    ("trace", "told", "code"),
    [
        (CALLS + "ValueError: invalid literal for int(): 'Ola Nordmann'", "ValueError at kernels/lines.py, line 7", cli.DATA),
        (CALLS + ELSEWHERE + "pyarrow.lib.ArrowInvalid: Failed to parse 'Ola'", "pyarrow.lib.ArrowInvalid at kernels/lines.py, line 7", cli.DATA),
        (RAISE + ELSEWHERE + "ValueError: Ola Nordmann", "ValueError at kernels/lines.py, line 7", cli.DATA),
        (ELSEWHERE + "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 31: Ola", "UnicodeDecodeError in position 31", cli.DATA),
        (CALLS + "OSError: Corrupt Ola", "OSError at kernels/lines.py, line 7", cli.ENVIRONMENT),
        (ELSEWHERE + "lxml.etree.XMLSyntaxError: Ola", "lxml.etree.XMLSyntaxError", cli.DATA),
    ],
)  # fmt: skip
def test_any_other_text_may_quote_a_document_and_stays_unsaid(trace: str, told: str, code: int) -> None:
    sentence, have = failures.told(PySparkException(HEAD + trace))
    assert sentence.startswith(f"a worker failed with {told}; its text ") and have == code
    assert "ola" not in sentence.lower()


SHARDS = OURS.format(code="file.write(data)").replace("kernels/lines", "shards/storage")


@pytest.mark.parametrize(
    ("error", "where"),
    [
        (PySparkException(HEAD + SHARDS + "OSError: [Errno 28] No space left on device"), "in the build's folder under `output`:"),
        (PySparkException(HEAD + CALLS + "OSError: [Errno 28] No space left on device: '/mnt/o/b/x.bin'"), "in /mnt/o/b:"),
        (PySparkException(HEAD + CALLS + "OSError: [Errno 5] Detail: [errno 122] Disk quota exceeded"), "on a disk that is written to"),
        (PySparkException("Job aborted: java.io.IOException: No space left on device" + FROM_THE_JVM), "on a disk that is written to"),
        (OSError(28, "No space left on device", "/mnt/o/b/y.bin"), "in /mnt/o/b:"),
    ],
)  # fmt: skip
def test_a_full_disk_is_a_sentence(error: Exception, where: str) -> None:
    sentence, code = failures.told(error)
    assert sentence.startswith(f"no space is left {where}") and code == cli.ENVIRONMENT
    assert sentence.endswith("run again; what was written is completed.") and "rrno" not in sentence


def test_a_package_that_workers_lack_is_named() -> None:
    sentence, code = failures.told(PySparkException(HEAD + ELSEWHERE + "ModuleNotFoundError: No module named 'kvern'"))
    assert sentence.startswith("a worker lacks a package (No module named 'kvern'): ") and code == cli.ENVIRONMENT


def test_what_the_jvm_says_comes_without_frames() -> None:
    lost = "Job aborted due to stage failure: Task 1 failed: Python worker exited unexpectedly (crashed)."
    text = f"An error occurred while calling o7.x.\n: org.apache.spark.SparkException: Exception thrown{FROM_THE_JVM}"
    assert failures.told(Py4JError(text)) == ("Exception thrown", cli.ENVIRONMENT)
    with_cause = f"{text}Caused by: org.apache.spark.SparkException: {lost}{FROM_THE_JVM}"
    assert failures.told(Py4JError(with_cause)) == (lost, cli.ENVIRONMENT)


def failing(how: str) -> Callable[..., Any]:
    """A function that workers have no module of, as it stands inside another."""

    def fail(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pathlib import Path

        from kvern.kernels import megatron

        for batch in batches:
            if how == "full":
                Path("/dev/full").write_bytes(b"x")
            megatron.read_index(b"no index")
            yield batch

    return fail


@pytest.mark.parametrize(
    ("how", "said", "code"),
    [
        ("index", "kvern: wanted a Megatron index, got other bytes at its head: write the shard again", cli.DATA),
        pytest.param(
            "full", "kvern: no space is left on a disk", cli.ENVIRONMENT,
            marks=pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's"),
        ),
    ],
)  # fmt: skip
def test_an_error_in_a_worker_is_one_line_on_standard_error(
    spark: Any, how: str, said: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = spark.range(4).mapInArrow(failing(how), "id LONG")
    assert cli._guarded(frame.collect, debug=False) == code
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(said)
    assert cli._guarded(frame.toArrow, debug=False) == code
    with pytest.raises(PySparkException, match="Traceback"):
        cli._guarded(frame.collect, debug=True)
