"""Writes the models that ship with the plugin, resources/models/*.model3: scripts/models.py (QGIS without a screen).

Straight lines of our own algorithms: names of parameters and outputs are lower-case ASCII, because QGIS makes the names
of a model's outputs from their descriptions. Inputs and the step are labelled in both languages.
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_HASH_SEED"] = "0"  # attributes are written in the same order each time; Qt reads it when it is loaded

from qgis.core import (
    QgsProcessing,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterLayer,
)
from qgis.PyQt.QtCore import QPointF, QSizeF

sys.path.insert(0, str(Path(__file__).resolve().parent))
from checkout import ROOT, start_qgis

POLYGON = QgsProcessing.SourceType.TypeVectorPolygon
LINE = QgsProcessing.SourceType.TypeVectorLine
ANY = QgsProcessing.SourceType.TypeVector
# model: (child, {model input: (child parameter, type, optional)}, {model output: child output}, description)
MODELS = {
    "gaponly": (
        "facilitygap",
        {
            "parcels": ("PARCELS", POLYGON, False), "building_people": ("BUILDING_PEOPLE", POLYGON, True),
            "facilities": ("FACILITIES", ANY, False), "network": ("NETWORK", LINE, False),
            "dem": ("DEM", None, True), "barriers": ("BARRIERS", ANY, True),
        },
        {"gap": "OUTPUT", "detail": "DETAIL"},
        "只算服务缺口：宗地、设施、步行路网 → 缺口与明细。Only gaps: parcels, facilities, network → gap and detail.",
    ),
    "retag": (
        "tagparcels",
        {
            "parcels": ("PARCELS", POLYGON, False), "buildings": ("BUILDINGS", POLYGON, False),
            "reviews": ("REVIEWS", ANY, True),
        },
        {"tagged": "OUTPUT"},
        "复核后重新识别：宗地、房屋、复核 → 标记。Tag again after a review: parcels, buildings, reviews → tagged.",
    ),
}  # fmt: skip


def texts_of(algorithm):
    """Return the help of an algorithm; `_shared` is that of all."""
    return json.loads((ROOT / "resources" / "help" / f"{algorithm}.json").read_text(encoding="utf-8"))


def label_of(algorithm, parameter):
    """Return what a parameter is called, in both languages: a copy of the model is read in either."""
    own, shared = texts_of(algorithm)["parameters"], texts_of("_shared")["parameters"]
    return " ".join((own.get(parameter) or shared[parameter])["label"].values())


def build(name):
    """Return the model `name`."""
    child_id, inputs, outputs, description = MODELS[name]
    model = QgsProcessingModelAlgorithm(name, "study", "study")
    child = QgsProcessingModelChildAlgorithm(f"urbanrenewal:{child_id}")
    child.setChildId("step")
    child.setDescription(" ".join(texts_of(child_id)["title"].values()))
    child.setPosition(QPointF(520, 200))
    child.setSize(QSizeF(280, 40))
    for row, (parameter, (wanted, kind, optional)) in enumerate(inputs.items()):
        label = label_of(child_id, wanted)
        if kind is None:
            definition = QgsProcessingParameterRasterLayer(parameter, label, optional=optional)
        else:
            definition = QgsProcessingParameterFeatureSource(parameter, label, [kind], optional=optional)
        component = QgsProcessingModelParameter(parameter)
        component.setPosition(QPointF(160, 60 + 60 * row))
        component.setSize(QSizeF(280, 36))
        model.addModelParameter(definition, component)
        child.addParameterSources(wanted, [QgsProcessingModelChildParameterSource.fromModelParameter(parameter)])
    found = {}
    for row, (output, wanted) in enumerate(outputs.items()):
        component = QgsProcessingModelOutput(output, output)
        component.setChildId("step")
        component.setChildOutputName(wanted)
        component.setPosition(QPointF(840, 160 + 80 * row))
        component.setSize(QSizeF(200, 36))
        found[output] = component
    child.setModelOutputs(found)
    model.addChildAlgorithm(child)
    model.setHelpContent({"ALG_DESC": description})
    model.setParameterOrder(list(inputs))
    model.setOutputOrder(list(outputs))
    model.updateDestinationParameters()
    return model


def main():
    """Write all models."""

    folder = ROOT / "resources" / "models"
    folder.mkdir(exist_ok=True)
    for name in MODELS:
        model = build(name)
        if not model.toFile(str(folder / f"{name}.model3")):
            raise SystemExit(f"models: {name} could not be written")
        print(f"models: {name}")


if __name__ == "__main__":
    qgis = start_qgis()
    main()
    qgis.exitQgis()
