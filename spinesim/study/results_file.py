"""What a job returned as plain arrays, for a file without pickles, and back: the same to the bit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.clinic import EventLog
from spinesim.study.results import Results

FORMAT = 1
HEAD = "head"
Arrays = dict[str, npt.NDArray[Any]]


def packed(value: Any, key: str) -> Arrays:
    """Flat arrays, with a head (JSON) that says how to read them.

    Parameters
    ----------
    value : Results, or mapping of str to array, number or text
    key : str
        Its content key, written into the head.
    """
    if isinstance(value, Results):
        kind, parts = "results", {field.name: getattr(value, field.name) for field in fields(value)}
    elif isinstance(value, Mapping):
        kind, parts = "arrays", dict(value)
    else:
        raise TypeError(f"a {type(value).__name__} cannot be kept; return Results or a mapping of arrays")
    arrays: Arrays = {}
    how = {name: _pack(name, part, arrays) for name, part in parts.items()}
    head = {"format": FORMAT, "key": key, "kind": kind, "parts": how}
    return {HEAD: np.array(json.dumps(head)), **arrays}


def unpacked(arrays: Mapping[str, npt.NDArray[Any]], key: str) -> Any:
    """What `packed` was given; any fault is an exception."""
    head = json.loads(str(arrays[HEAD]))
    if head["format"] != FORMAT or head["key"] != key:
        raise ValueError("another format or another key")
    parts = {name: _unpack(name, how, arrays) for name, how in head["parts"].items()}
    return Results(**parts) if head["kind"] == "results" else parts


def read_head(path: Path) -> dict[str, Any]:
    """The head of a file; raises whatever is wrong with it."""
    with np.load(path, allow_pickle=False) as file:
        head: dict[str, Any] = json.loads(str(file[HEAD]))
    if head["format"] != FORMAT:
        raise ValueError("another format")
    return head


def _pack(name: str, part: Any, arrays: Arrays) -> Any:
    """Put a part into `arrays`; returns how to read it, as JSON."""
    if part is None or isinstance(part, bool | str | int):
        return {"plain": part}
    if isinstance(part, float):
        return {"float": part.hex()}
    if isinstance(part, np.ndarray | np.generic):
        array = np.asarray(part)
        if array.dtype.kind not in "biufSUcmM":
            raise TypeError(f"'{name}' holds {array.dtype}; only plain numbers and texts can be kept")
        arrays[name] = array
        return {"array": name}
    if isinstance(part, pd.DataFrame):
        return _pack_table(name, part, arrays)
    if isinstance(part, EventLog):
        return {"log": _pack(name, log_arrays(part), arrays)}
    if isinstance(part, Mapping):
        return {"map": {key: _pack(f"{name}.{key}", value, arrays) for key, value in part.items()}}
    raise TypeError(f"'{name}' is a {type(part).__name__}, which cannot be kept")


def _unpack(name: str, how: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    [(kind, what)] = how.items()
    if kind == "plain":
        return what
    if kind == "float":
        return float.fromhex(what)
    if kind == "array":
        return arrays[what]
    if kind == "map":
        return {key: _unpack(f"{name}.{key}", inner, arrays) for key, inner in what.items()}
    if kind == "log":
        return log_from(_unpack(name, what, arrays))
    if kind == "table":
        return _unpack_table(what, arrays)
    raise ValueError(f"unknown part {kind}")


def _pack_table(name: str, table: pd.DataFrame, arrays: Arrays) -> Any:
    """A table whose rows are numbered from 0: one array a column, texts as texts."""
    assert isinstance(table.index, pd.RangeIndex) and table.index.equals(pd.RangeIndex(len(table)))
    columns = []
    for column in table:
        values, at = table[column], f"{name}.{column}"
        if values.dtype.kind in "biuf":
            arrays[at] = values.to_numpy()
            columns.append([column, at, "number"])
        elif all(isinstance(cell, str) for cell in values):
            codes, texts = pd.factorize(values)
            arrays[at], arrays[f"{at}.texts"] = codes.astype(np.int32), np.array(list(texts), dtype=np.str_)
            columns.append([column, at, str(values.dtype)])
        else:
            raise TypeError(f"column '{at}' holds neither numbers nor texts alone; it cannot be kept")
    return {"table": {"rows": len(table), "columns": columns}}


def _unpack_table(what: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for column, at, kind in what["columns"]:
        values = arrays[at]
        if len(values) != what["rows"]:
            raise ValueError("columns differ in length")
        if kind != "number":
            texts = arrays[f"{at}.texts"].tolist()
            values = pd.Series([texts[code] for code in values.tolist()], dtype=kind)
        columns[column] = values
    return pd.DataFrame(columns, index=pd.RangeIndex(what["rows"]))


def log_arrays(log: EventLog) -> dict[str, Any]:
    """The log as arrays."""
    return dict(log.arrays())


def log_from(arrays: Mapping[str, Any]) -> EventLog:
    """The log they came from."""
    return EventLog.from_arrays(dict(arrays))
