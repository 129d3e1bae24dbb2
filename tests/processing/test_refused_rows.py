"""A row of a batch that cannot run is told before it runs, by one sentence that names the layer; the others run."""

import pytest
from qgis.core import QgsProcessingContext
from urban_renewal.processing.provider import ALGORITHMS

TOLD_LATER = {"createsample", "verifydelivery", "checkinputs"}  # without layers, or whose work is to tell such things


@pytest.mark.parametrize("name", [name for name, _ in ALGORITHMS if name not in TOLD_LATER])
def test_a_layer_that_is_not_there(name, provider, tmp_path):
    """Whichever layer it is, the needed ones first."""
    algorithm, gone = provider.algorithm(name).create(), str(tmp_path / "没有.gpkg")
    needed = {use.parameter: [gone] if use.many else gone for use in algorithm.ROLES if not use.optional}
    assert needed
    for use in algorithm.ROLES:
        values = {**needed, use.parameter: [gone] if use.many else gone}
        values |= {item.name(): str(tmp_path / "成果") if item.name() == "FOLDER" else "TEMPORARY_OUTPUT"
                   for item in algorithm.destinationParameterDefinitions()}  # fmt: skip
        is_good, sentence = algorithm.checkParameterValues(values, QgsProcessingContext())
        assert not is_good, use.parameter
        assert "没有.gpkg" in sentence and sentence.endswith("。") and "\n" not in sentence, sentence
