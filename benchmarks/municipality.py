"""The whole study at growing size: clock, processor and peak memory of every step, beside merely reading and writing.

    .venv/bin/python benchmarks/municipality.py [3000 30000 300000] [--formats gpkg] [--log FILE] [--folder FOLDER]

One process a study, as the dock and qgis_process run it: `fullstudy` with all its steps. `read and write` copies the
layers that go in and the tables that come out with QGIS's own native:savefeatures (C++, no cell becomes a Python
value); `read and write by a script` does it with QGIS's loop over features in Python, as benchmarks/files.py. Each in a
process of its own. Whatever has ended stands in FILE, a JSON object a line: a run that is cut off still tells.
Exponents are those of processor seconds ~ parcels^e between neighbouring sizes. With a FOLDER cities and deliveries
stay there and cities are used again.
"""

import argparse
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from checkout import ROOT, start_qgis

INPUTS = {  # parameter: layer of the sample
    "PARCELS": "parcels", "BUILDINGS": "buildings", "ACTIVITY": "activity", "FACILITIES": "facilities",
    "CAPACITIES": "capacities", "ENTRANCES": "entrances", "POPULATION": "communities", "COMMUNITIES": "communities",
    "ROADS": "roads", "HEIGHT_POINTS": "height_points", "BARRIERS": "barriers", "STATIONS": "stations",
    "STATION_ENTRANCES": "station_entrances", "PROTECTED": "protected", "PROGRAMME": "programme",
    "CONSTRAINTS": "constraints", "PLAN": "plan", "GREEN": "green",
}  # fmt: skip
STUDY, COPY, LOOP = "whole study", "read and write", "read and write by a script"
STEP, PAGE = "Step ", "Drawing"  # how fullstudy announces a step in English
KIB = 1024


def used():
    """Return clock seconds, processor seconds and peak MiB of this process."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), spent.ru_utime + spent.ru_stime, spent.ru_maxrss / KIB


class Log:
    """Tells what has ended, on the screen and in a file."""

    def __init__(self, path, parcels):
        self.path, self.parcels = path, parcels

    def tell(self, step, seconds, processor, peak, **more):
        """Write one line."""
        row = {"parcels": self.parcels, "step": step, "clock_s": round(seconds, 2), "processor_s": round(processor, 2),
               "peak_mib": round(peak), **more}  # fmt: skip
        with Path(self.path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        print(f"  {self.parcels:>7} {step:<44} {seconds:9.1f} s {processor:9.1f} s {peak:8.0f} MiB", flush=True)


def start():
    """Start QGIS; return its processing module and what must be kept."""
    application = start_qgis()
    import processing

    return processing, application


def watching(log):
    """Return a feedback that tells each step, and each stage of the last one, when the next begins."""
    from qgis.core import QgsProcessingFeedback

    class Watch(QgsProcessingFeedback):
        def __init__(self):
            super().__init__(False)
            self.step = self.stage = None

        def setProgressText(self, text):  # noqa: N802
            if text.startswith(STEP):
                self.close()
                self.step = text.partition(": ")[2], *used()
            elif self.step is not None:
                self.end_stage()
                self.stage = text, *used()

        def end_stage(self):
            if self.stage is not None:
                name, clock, processor, _ = self.stage
                now = used()
                if now[1] - processor >= 1:
                    log.tell(f"    {name[:38]}", now[0] - clock, now[1] - processor, now[2], part_of=self.step[0])
            self.stage = None

        def close(self):
            self.end_stage()
            if self.step is not None:
                name, clock, processor, _ = self.step
                now = used()
                log.tell(name, now[0] - clock, now[1] - processor, now[2])
            self.step = None

    return Watch()


def study(city, delivery, formats, log):
    """Run the whole study in this process."""
    processing, _kept = start()
    values = {name: f"{city / 'sample.gpkg'}|layername={layer}" for name, layer in INPUTS.items()}
    values |= {"DEM": str(city / "dem.tif"), "AS_OF": "2025-12-31", "LANGUAGE": "en", "FOLDER": str(delivery)}
    values |= {"FORMATS": formats} if formats else {}
    watch, began = watching(log), used()
    processing.run("urbanrenewal:fullstudy", values, feedback=watch)
    watch.close()
    now = used()
    log.tell(STUDY, now[0] - began[0], now[1] - began[1], now[2])


def tables_of(city, delivery):
    """Return (file, table) of what goes in and what comes out."""
    from osgeo import ogr

    whole = [(city / "sample.gpkg", name) for name in dict.fromkeys(INPUTS.values())]
    data = ogr.Open(str(delivery / "data.gpkg"))
    found = [data.GetLayer(number).GetName() for number in range(data.GetLayerCount())]
    return whole + [(delivery / "data.gpkg", name) for name in found if name != "layer_styles"]


def copy(city, delivery, log):
    """Read and write what goes in and what comes out, table by table, with QGIS alone."""
    processing, _kept = start()
    whole, began = tables_of(city, delivery), used()
    with tempfile.TemporaryDirectory(dir=delivery.parent) as folder:
        for number, (file, name) in enumerate(whole):
            source, target = f"{file}|layername={name}", str(Path(folder) / f"{number}.gpkg")
            processing.run("native:savefeatures", {"INPUT": source, "OUTPUT": target})
    now = used()
    log.tell(COPY, now[0] - began[0], now[1] - began[1], now[2])


def loop(city, delivery, log):
    """Do the same as a script does: attributes and WKB as Python values, a feature a row."""
    _processing, _kept = start()
    from qgis.core import QgsCoordinateTransformContext, QgsFeature, QgsGeometry, QgsVectorFileWriter, QgsVectorLayer

    whole, began = tables_of(city, delivery), used()
    with tempfile.TemporaryDirectory(dir=delivery.parent) as folder:
        for number, (file, name) in enumerate(whole):
            layer = QgsVectorLayer(f"{file}|layername={name}", name, "ogr")
            options = QgsVectorFileWriter.SaveVectorOptions()
            options.driverName, target = "GPKG", str(Path(folder) / f"{number}.gpkg")
            fields, kind = layer.fields(), layer.wkbType()
            writer = QgsVectorFileWriter.create(
                target, fields, kind, layer.crs(), QgsCoordinateTransformContext(), options
            )
            for feature in layer.getFeatures():
                values, wkb = feature.attributes(), bytes(feature.geometry().asWkb()) if layer.isSpatial() else b""
                made = QgsFeature(fields)
                made.setAttributes(values)
                if wkb:
                    shape = QgsGeometry()
                    shape.fromWkb(wkb)
                    made.setGeometry(shape)
                writer.addFeature(made)
            del writer, layer
    now = used()
    log.tell(LOOP, now[0] - began[0], now[1] - began[1], now[2])


PARTS = {"study": study, "copy": copy, "loop": loop}


def measure(parcels, options, log_file):
    """Make a city unless it lies there, run the study and the copy, each in a process of its own."""
    home = Path(options.folder) if options.folder else Path(tempfile.mkdtemp(prefix="municipality_"))
    city = home / str(parcels)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QGIS_CUSTOM_CONFIG_PATH": str(ROOT / ".qgis")}
    try:
        if not (city / "truth.csv").exists():
            command = ["bash", str(ROOT / "scripts" / "qgis_process.sh"), "run", "urbanrenewal:createsample", "--"]
            subprocess.run(
                [*command, f"FOLDER={city}", f"PARCEL_COUNT={parcels}"], check=True, stdout=subprocess.DEVNULL
            )
        for part in PARTS:
            command = [sys.executable, __file__, str(parcels), "--part", part, "--log", str(log_file)]
            command += ["--formats", *options.formats] if options.formats else []
            done = subprocess.run([*command, "--folder", str(home)], env=environment, check=False)
            if done.returncode:
                raise SystemExit(f"municipality: {part} of {parcels} failed ({done.returncode})")
    finally:
        if not options.folder:
            shutil.rmtree(home)


def tell_all(log_file, sizes):
    """Print the table of the last run of each size, and the growth."""
    with Path(log_file).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    found = {size: {row["step"]: row for row in rows if row["parcels"] == size} for size in sizes}
    found = {size: steps for size, steps in found.items() if {STUDY, COPY, LOOP} <= set(steps)}
    sizes = [size for size in sizes if size in found]
    if not sizes:
        return
    print(f"{'step':<46}" + "".join(f"{size:>10} clock s  processor s   MiB" for size in sizes) + "   exponents")
    for step, first in found[sizes[0]].items():
        if "part_of" in first or any(step not in found[size] for size in sizes):
            continue
        each = [found[size][step] for size in sizes]
        told = "".join(f"{row['clock_s']:>18.1f}{row['processor_s']:>13.1f}{row['peak_mib']:>6}" for row in each)
        pairs = zip(each, each[1:], sizes, sizes[1:])
        growth = [math.log(b["processor_s"] / a["processor_s"]) / math.log(m / n) for a, b, n, m in pairs]
        print(f"{step:<46}{told}   {', '.join(f'{value:.2f}' for value in growth)}")
    for size in sizes:
        study, *others = (found[size][name]["processor_s"] for name in (STUDY, COPY, LOOP))
        times = [f"{study / other:.1f}" for other in others]
        print(f"{size}: the study takes {times[0]} × the processor time of reading and writing its layers with QGIS in"
              f" C++, {times[1]} × with a script's loop over QGIS's features")  # fmt: skip


def main():
    """Measure all sizes and print the growth."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("sizes", nargs="*", type=int, default=[3000, 30000, 300000])
    asked.add_argument("--formats", nargs="*", default=[])
    asked.add_argument("--log", default="municipality.jsonl")
    asked.add_argument("--folder", default="")
    asked.add_argument("--part", choices=tuple(PARTS))
    options = asked.parse_args()
    log_file = Path(options.log).absolute()
    if options.part:
        home, parcels = Path(options.folder), options.sizes[0]
        log, places = Log(log_file, parcels), (home / str(parcels), home / f"delivery_{parcels}")
        study(*places, options.formats, log) if options.part == "study" else PARTS[options.part](*places, log)
        sys.stdout.flush()
        os._exit(0)  # QGIS's own tear-down is no part of it
    for parcels in options.sizes:
        measure(parcels, options, log_file)
    tell_all(log_file, options.sizes)


if __name__ == "__main__":
    main()
