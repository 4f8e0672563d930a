"""The store of public figures at the size of the country, beside plain pandas on the same files,
and Arrow.

    python benchmarks/magasin.py

Files are generated in the layouts of the Cnaf (35,000 communes, 5 years, 50 columns) and of the
IRIS (13,000, 5 years).
"""

from __future__ import annotations

import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mesure import mesurer

DEPOT = Path(__file__).resolve().parents[1]
ANNEES = range(2020, 2025)
CNAF = [
    "indfoy_ndur",
    "indnbp_ndur",
    "indfoy_rsa",
    "indfoy_ppa",
    "indfoy_ndural",
    "indfoy_af",
    "indfoy_ndurpaje",
]
CNAF += [f"indfoy_col{rank:02}" for rank in range(50 - len(CNAF))]
IRIS = "A;PERCOU;AI;AM;ACSSENF;ACAVENF;AC3ENF;ENF;ENF_2;ENF_3_5;ENF_6_10;ENF_11_14;ENF_15_17"
IRIS += ";ENF_18_24;A_ETUD;A_NETUD_24;AAL;AAPL;AAAH;APPA;ARSAS"
FOIS = 15

LIRE = """
import sys, time, statistics
sys.path.insert(0, {depot!r})
from ctglib.donnees import publiques
codes = {codes!r}
publiques.lire("cnaf_foyers_rsa", codes)
times = []
for _ in range({fois}):
    start = time.perf_counter()
    publiques.lire("cnaf_foyers_rsa", codes)
    times.append(time.perf_counter() - start)
print(statistics.median(times), min(times))
"""


def generer(dossier: Path) -> list[Path]:
    """Write the files of the whole country, always the same."""
    draw = random.Random(2026)
    communes = [f"{dept:02}{rank:03}" for dept in range(1, 96) for rank in range(1, 370)][:34_113]
    communes += [f"62{rank:03}" for rank in range(1, 888)]
    communes = sorted(dict.fromkeys(communes))[:35_000]
    cnaf = dossier / "s_ben_com_f.csv"
    with cnaf.open("w", encoding="utf-8") as file:
        file.write(";".join(["dtreffre", "numcomdo", "nomcom", *CNAF]) + "\r\n")
        sizes = {code: draw.randrange(20, 3000) * 5 for code in communes}
        for year in ANNEES:
            for code in communes:
                size = sizes[code]
                parts = [size, size * 2, *(5 * draw.randrange(size // 5) for _ in CNAF[2:])]
                file.write(f"{year}-12;{code};Commune {code};" + ";".join(map(str, parts)) + "\r\n")
    files = [cnaf]
    for year in ANNEES:
        path = dossier / f"data_CAF_{year}_IRIS.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write(f"CODGEO;NOTE;{IRIS}\r\n")
            for rank in range(13_000):
                counts = [
                    "" if draw.random() < 0.1 else str(draw.randrange(5, 400))
                    for _ in IRIS.split(";")[2:]
                ]
                counts = ["1500", "3000", *counts]
                file.write(
                    f"{communes[rank // 5]}{rank % 5 + 101:04};0;" + ";".join(counts) + "\r\n"
                )
        files.append(path)
    return files


def processeur() -> float:
    """Return the seconds of processor of the commands that have ended: the clock also counts what
    others run.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def chronometrer(faire: Callable[[], object]) -> str:
    """Return the median of a few runs, the first left out."""
    faire()
    times = []
    for _ in range(FOIS):
        start = time.perf_counter()
        faire()
        times.append(time.perf_counter() - start)
    return f"{1000 * statistics.median(times):.0f} ms"


def main() -> None:
    """Print the measures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = generer(folder)
        data = folder / "data"
        print(f"{sum(path.stat().st_size for path in files) / 1e6:.0f} Mo de CSV")
        shutil.copytree(DEPOT / "data", data)
        command = [
            "env",
            f"CTG_DONNEES={data}",
            sys.executable,
            "-m",
            "ctglib",
            "source",
            "ajouter",
            "--oui",
        ]
        for label, some in (("Cnaf", files[:1]), ("IRIS", files[1:])):
            before = processeur()
            measure = mesurer([*command, *map(str, some)], DEPOT)
            used = processeur() - before
            print(
                f"ajouter, {label} : {measure.secondes:.1f} s, processeur {used:.1f} s, "
                f"{measure.memoire:.0f} Mo"
            )
        parquet = sorted((data / "sources/locales/cnaf_communes").glob("*.parquet"))
        print(
            f"{sum(path.stat().st_size for path in parquet) / 1e6:.1f} Mo de Parquet pour la Cnaf"
        )
        pas_de_calais = [f"62{rank:03}" for rank in range(1, 888)]
        for label, codes in (("une commune", ["62413"]), ("887 communes", pas_de_calais)):
            code = LIRE.format(depot=str(DEPOT), codes=codes, fois=FOIS)
            run = ["env", f"CTG_DONNEES={data}", sys.executable, "-c", code]
            median, best = subprocess.run(
                run, check=True, capture_output=True, text=True
            ).stdout.split()
            print(
                f"publiques.lire, {label} : {1000 * float(median):.0f} ms "
                f"(au mieux {1000 * float(best):.0f})"
            )
        comparer(files[0], parquet, {"une commune": ["62413"], "887 communes": pas_de_calais})


def comparer(cnaf: Path, parquet: list[Path], demandes: dict[str, list[str]]) -> None:
    """Print what the engines take, on the same tables, and pandas on the CSV itself."""
    import duckdb
    import pandas as pd

    start = time.perf_counter()
    pd.read_csv(cnaf, sep=";", dtype={"numcomdo": str})
    print(f"pandas, lire le CSV entier : {time.perf_counter() - start:.1f} s à chaque fois")
    engine = duckdb.connect(config={"threads": 2})
    for label, codes in demandes.items():
        wanted = ", ".join(map(repr, codes))
        files = [str(path) for path in parquet]
        query = f"select territoire, cnaf_foyers_rsa from read_parquet({files})"
        query += f" where territoire in ({wanted})"
        print(f"DuckDB, {label} : {chronometrer(lambda query=query: engine.execute(query).df())}")
    try:
        import pyarrow.parquet as pq
    except ImportError:
        print("Arrow : pas là")
        return
    for label, codes in demandes.items():

        def lire(codes: list[str] = codes) -> list[object]:
            columns = ["territoire", "cnaf_foyers_rsa"]
            wanted = [("territoire", "in", codes)]
            return [
                pq.read_table(path, columns=columns, filters=wanted).to_pandas() for path in parquet
            ]

        print(f"Arrow, {label} : {chronometrer(lire)}")


if __name__ == "__main__":
    main()
