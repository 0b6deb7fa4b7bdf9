"""What benches share, and the rows that the bench of imports makes; what they measure is not tested."""

import gzip
import json
from itertools import islice
from pathlib import Path

import pytest

from bench import __main__ as runner
from bench import _kit, imports

HEADER = ["InvoiceNo", "StockCode", "Quantity", "CustomerID", "Email"]


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A gzipped file of two rows and a damaged one."""
    file = tmp_path / "orders.csv.gz"
    rows = [",".join(HEADER), "536423,22619,4,18085,ann@example.com", "536424,22619", "C536425,21481,-1,,"]
    file.write_bytes(gzip.compress("\r\n".join(rows).encode()))
    return file


def test_a_result_has_what_the_runner_looks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEERSIDE_VAR", str(tmp_path))
    file = _kit.write_result(
        "tea", machine=_kit.machine(postgres="18.6"), ours={"rows": 2}, baseline={}, ratios={"time": 1.5}
    )
    result = json.loads(file.read_text())
    assert file == tmp_path / "bench" / "tea.json"
    assert result.keys() == runner.KEYS
    assert result["machine"].keys() == {"cores", "cpu", "memory", "python", "postgres"}
    assert (result["name"], result["ours"], result["ratios"]) == ("tea", {"rows": 2}, {"time": 1.5})


def test_a_table_has_names_to_the_left_and_figures_to_the_right() -> None:
    assert _kit.table(["way", "rows/s"], [["import", "12"], ["COPY", "1,234"]]) == (
        "way     rows/s\nimport      12\nCOPY     1,234"
    )


def test_rows_come_again_as_other_orders_of_other_customers(orders: Path) -> None:
    header = imports.check(orders)
    assert header == HEADER
    assert list(islice(imports.repeated(orders, header), 5)) == [
        ["536423", "22619", "4", "18085", "ann@example.com"],
        ["C536425", "21481", "-1", "", ""],
        ["2-536423", "22619", "4", "2-18085", "2-ann@example.com"],
        ["2-C536425", "21481", "-1", "", ""],
        ["3-536423", "22619", "4", "3-18085", "3-ann@example.com"],
    ]


def test_without_a_file_of_orders_the_bench_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEERSIDE_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["imports"])
    assert imports.main() == 2
    assert "--orders" in capsys.readouterr().err


def test_a_file_without_rows_or_order_numbers_is_not_repeated_for_ever(tmp_path: Path) -> None:
    for content in ("", "InvoiceNo,Quantity\n", "a,b\n1,2\n"):
        file = tmp_path / "orders.csv"
        file.write_text(content)
        with pytest.raises(_kit.CannotMeasure):
            imports.check(file)
