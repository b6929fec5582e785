"""The one place that makes a Spark session, and says plainly what is missing when it cannot."""

import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from pyspark.errors import AnalysisException
from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

JAVAS = (17, 21)
QUERY_LOGS = ("DataFrameQueryContextLogger", "SQLQueryContextLogger")


class EnvironmentMissing(RuntimeError):
    """The environment lacks something (exit 3)."""


def open_session(properties: Path | None, name: str, debug: bool = False) -> SparkSession:
    """A session with Delta. Under spark-submit the JVM is there already; else it is started from `properties`.

    What starts a JVM stands in the properties file alone: a builder cannot set it later. The driver logs errors where
    `debug` asks for them: each is raised too, and its log is hundreds of lines that may quote a document.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        _need_java()
        _use_class_archive()
        if properties is not None:
            os.environ["PYSPARK_SUBMIT_ARGS"] = f"--properties-file {properties} pyspark-shell"
    session = SparkSession.builder.appName(name).getOrCreate()
    _need_delta(session)
    _log(session, debug)
    return session


def _log(session: SparkSession, debug: bool) -> None:
    session.sparkContext.setLogLevel("ERROR" if debug else "FATAL")
    for name in QUERY_LOGS:
        PySparkLogger.getLogger(name).setLevel(logging.ERROR if debug else logging.CRITICAL)


def _use_class_archive() -> None:
    """`make setup` leaves an archive of the JVM's classes: a session starts in two thirds of the time with it."""
    archive = Path(sys.prefix) / "classes.jsa"
    if archive.exists():
        os.environ.setdefault("SPARK_SUBMIT_OPTS", f"-XX:SharedArchiveFile={archive}")


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME") or _beside_python()
    if home:
        os.environ["JAVA_HOME"] = home
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    major = _major(java) if java else None
    if major not in JAVAS:
        have = f"Java {major}" if major else "no Java"
        raise EnvironmentMissing(f"want Java 17 or 21, have {have}; install one (make setup does) or set JAVA_HOME.")


def _beside_python() -> str | None:
    """`make setup` leaves a link to the Java it found beside the virtual environment's python."""
    link = Path(sys.prefix) / "java"
    return str(link) if (link / "bin" / "java").exists() else None


def _major(java: str) -> int | None:
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(found[1]) if found else None


def _need_delta(session: SparkSession) -> None:
    if "DeltaSparkSessionExtension" not in str(session.conf.get("spark.sql.extensions", "")):
        raise EnvironmentMissing(
            "want Delta's extension, have a session without it; pass --properties-file conf/spark/<env>.conf to "
            "spark-submit, or name such a file as `spark` in the env."
        )
    try:
        session.read.format("delta").load("a-table-that-is-not-there").schema  # noqa: B018
    except AnalysisException:
        return  # Delta looked for it
    except Exception as error:
        raise EnvironmentMissing(
            f"want Delta's jar, have a JVM without it ({type(error).__name__}); `make setup` puts it beside Spark's, "
            "and conf/spark/cluster.conf names the package."
        ) from error
