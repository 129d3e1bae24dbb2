"""Land-use codes: what is sure is decided, what clashes is asked."""

import json

import pandas as pd
import pytest
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.inputs.landuse import classify, clean_codes, detect_scheme, recognise_scheme, schemes
from urban_renewal.core.resources import RESOURCES
from urban_renewal.core.run import Run

CLASSES = {
    "resid", "homestead", "indus", "storage", "commerce", "public", "green", "road", "utility", "special", "empty",
    "other",
}  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "has_czcsxm", "scheme"),
    [
        (["0701", "0702", "05H1"], False, "survey3"),
        (["0701", "0601"], True, "survey3"),  # the field is the survey's own
        (["070102", "100101", "0703"], False, "landsea2023"),
        (["0701", "1001", "1401"], False, "landsea2023"),  # 14 is in no other scheme of digits
        (["0601", "0604", "0810"], False, "gbt21010"),
        (["071", "061", "072"], False, "gbt21010_2007"),
        (["R2", "M1", "A33"], False, "gb50137"),
        (["R2", "M1", "C21"], False, "gbj137_90"),
        (["R21", "M2"], False, "gb50137"),  # the same class in both editions
        (["0701 城镇住宅用地", "08H2"], False, "survey3"),
        (["701", "601", "1001"], True, "survey3"),  # a number field drops the 0
        (["70102", "100101", "703"], False, "landsea2023"),
    ],
)
def test_scheme_is_told_by_the_codes(codes, has_czcsxm, scheme):
    assert detect_scheme(codes, has_czcsxm) == scheme


def test_evidence_of_a_scheme():
    found = recognise_scheme(["0701", "0702", "05H1", "08H2"], True)
    assert (found.telling, found.alike) == (("05H1", "08H2", "CZCSXM"), ())
    same = recognise_scheme(["R21", "M2"], False)
    assert (same.scheme, same.telling, same.alike) == ("gb50137", (), ("gbj137_90",))


def test_clash_is_asked_not_guessed():
    with pytest.raises(RenewalError) as caught:  # 0601 industry or farm road, 0702 homestead or community services
        detect_scheme(["0601", "0701", "0702"], False)
    assert caught.value.code == "scheme_unclear"
    assert set(caught.value.values["candidates"]) >= {"landsea2023", "survey3", "gbt21010"}


def test_codes_of_numbers_get_their_zero_back():
    run = Run()
    codes = pd.Series([701, 601, 1201, 4711, None], dtype="Int64").astype("string")
    assert list(classify(codes, "survey3", run)) == [
        "resid",
        "indus",
        classify(pd.Series(["1201"]), "survey3", Run())[0],
        None,
        None,
    ]
    told = {message.code: message.values for message in run.messages}
    assert (told["code_zero_lost"]["n"], told["code_zero_lost"]["short"], told["code_zero_lost"]["whole"]) == (
        2,
        "601",
        "0601",
    )
    assert told["code_not_in_scheme"]["codes"] == ["4711"]
    with pytest.raises(RenewalError) as clash:  # 601 is industry in one scheme, a farm road in another
        detect_scheme(["701", "601", "1001"], False)
    assert clash.value.code == "scheme_unclear"
    assert clash.value.values["candidates"]


@pytest.mark.parametrize(
    ("codes", "share", "values"),
    [(["X9", "Z8"], "0%", ["X9", "Z8"]), (["05H1"] * 19 + ["QQ"], "95%", ["Q"]), (["??", "??"], "0%", ["??"])],
)
def test_codes_of_no_scheme_are_told(codes, share, values):
    """They were said to be unclear between no schemes at all."""
    with pytest.raises(RenewalError) as caught:
        detect_scheme(codes, False)
    assert caught.value.code == "scheme_unknown"
    assert (caught.value.values["share"], caught.value.values["values"]) == (share, values)


@pytest.mark.parametrize(
    ("scheme", "code", "name"),
    [
        ("survey3", "0601", "indus"), ("landsea2023", "0601", "road"), ("survey3", "0702", "homestead"),
        ("landsea2023", "0702", "public"), ("landsea2023", "070302", "homestead"), ("survey3", "1001", "road"),
        ("landsea2023", "100102", "indus"), ("survey3", "0508", "storage"), ("gbt21010", "0604", "storage"),
        ("gbt21010_2007", "063", "storage"), ("gb50137", "H14", "homestead"), ("gb50137", "R22", "public"),
        ("gb50137", "W1", "storage"), ("gbj137_90", "C21", "commerce"), ("gbj137_90", "C3", "public"),
        ("survey3", "0201K", "other"), ("landsea2023", "2301", "empty"), ("survey3", "0810A", "green"),
    ],
)  # fmt: skip
def test_crosswalk(scheme, code, name):
    run = Run()
    assert list(classify(pd.Series([code, None], dtype="string"), scheme, run)) == [name, None]
    assert not run.messages


def test_unknown_codes_are_counted_and_missing():
    run = Run()
    assert list(classify(pd.Series(["0701", "9999"]), "survey3", run)) == ["resid", None]
    assert run.messages[0].code == "code_not_in_scheme"
    assert run.messages[0].values["n"] == 1


def test_data_names_only_known_classes():
    assert {name for scheme in schemes().values() for name in scheme.classes.values()} <= CLASSES


def test_full_width_codes_are_codes():
    assert clean_codes(pd.Series(["０７０１", "07０１ 城镇住宅", "ｈ1"])).tolist() == ["0701", "0701", "H1"]


def test_names_instead_of_codes():
    # DLMC says in words what DLBM says in digits; the words mean the same in every scheme
    run = Run()
    words = pd.Series(["城镇住宅用地", "工业用地", "农村宅基地", "二类居住", "0601", "（空）地", None, ""])
    found = classify(words, "survey3", run)
    assert list(found) == ["resid", "indus", "homestead", "resid", "indus", None, None, None]
    assert [(message.code, message.values["n"]) for message in run.messages] == [
        ("land_use_by_name", 4), ("land_use_name_unknown", 1),
    ]  # fmt: skip
    assert detect_scheme(["城镇住宅用地", "工业用地", None], False) in schemes()
    with pytest.raises(RenewalError):
        detect_scheme(["随便", "写写"], False)


def test_names_stand_once_and_in_known_classes():
    data = json.loads((RESOURCES / "landuse" / "names.json").read_text(encoding="utf-8"))["names"]
    assert set(data) <= CLASSES
    names = [name for group in data.values() for name in group]
    assert len(names) == len(set(names))
