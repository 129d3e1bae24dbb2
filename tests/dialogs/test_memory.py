"""What is remembered, what state follows from it, how long is left: plain logic, worked by hand."""

import pytest


def test_time_left_is_late_and_never_jumps():
    from urban_renewal.dialogs.study.timeleft import TimeLeft

    left = TimeLeft()
    assert left.update(2.9, 0.5) is None  # before 3 s
    assert left.update(10, 0.04) is None  # before 5 %
    assert left.update(30, 0.5) == 30
    assert left.update(31, 0.34) == 30  # 60 s by the sum, but it was 30 a second ago
    assert left.update(41, 0.34) == 40  # at most one step of 10 s up, 10 s later
    assert left.update(60, 0.9) == 10  # 6.7 s: never below 10 before the end


def test_study_survives_the_text():
    from urban_renewal.dialogs.study import study as memory

    book = memory.Workbook()
    study = book.add(memory.Study(name="七星岗", folder="/x"))
    study.inputs["PARCELS"] = memory.InputChoice("id1", "src", "宗地", 0.9, True, {"parcel_id": "ZDDM"})
    study.steps["tag"] = memory.StepRecord("r1", "2026-01-01T10:00:00", 6.0, {"tagged": "delivery/data.gpkg"})
    study.failures["zones"] = memory.Failure("2026-01-01T11:00:00", "x", ["y"])
    assert memory.load(memory.dump(book)) == book


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version":1,"studies":[3]}', '{"version":1,"studies":{}}'])
def test_damaged_state_is_an_empty_workbook(text):
    from urban_renewal.dialogs.study import study as memory

    assert memory.load(text).studies == []


def test_keys_of_other_versions_are_dropped_and_filled():
    from urban_renewal.dialogs.study import study as memory

    book = memory.load('{"version":1,"studies":[{"name":"a","strange":1}],"current":""}')
    assert book.studies[0].name == "a"
    assert book.studies[0].inputs == {}


def world(**changes):
    from urban_renewal.dialogs.study.readiness import LayerLook, World
    from urban_renewal.dialogs.study.steps import STEPS

    roles = ("PARCELS", "FACILITIES", "POPULATION", "ROADS", "STATIONS")
    layers = {role: LayerLook(role.lower(), f"{role}|||1|0") for role in roles}
    found = {"algorithms": frozenset(name for step in STEPS for name in step.algorithms), "layers": layers}
    return World(**{**found, **changes})


def done_study():
    from urban_renewal.dialogs.study import study as memory
    from urban_renewal.dialogs.study.steps import STEPS

    look = world().layers
    study = memory.Study(folder="/x")
    study.inputs = {role: memory.InputChoice(role, "", role.lower()) for role in look}
    for step in STEPS:
        seen = {role: look[role].signature for role in step.used if role in look}
        names = {role: look[role].name for role in seen}
        upstream = dict.fromkeys(step.upstream, "r")
        study.steps[step.key] = memory.StepRecord("r", "2026-01-01T10:00:00", 1, {}, {}, {}, seen, names, {}, upstream)
    return study


def kinds(study, **changes):
    from urban_renewal.dialogs.study.readiness import states

    return [state.kind for state in states(study, world(**changes)).values()]


def test_states_when_nothing_has_changed():
    assert kinds(done_study()) == ["done"] * 5


def test_a_setting_makes_its_step_and_the_later_ones_stale():
    study = done_study()
    study.settings["STANDARD"] = "gb50180-2018"
    assert kinds(study) == ["done", "done", "stale", "stale", "stale"]


@pytest.mark.parametrize("name, shipped, other", [
    ("RULES", "chongqing", "cn-national"), ("STANDARD", "chongqing", "gb50180-2018"),
    ("TEMPLATE", "plain", "bsm-ysdm-xzqdm"),
])  # fmt: skip
def test_the_shipped_choice_taken_back_makes_nothing_stale(name, shipped, other):
    """What was run without a setting was out of date because it is “now “Chongqing””, which it had been made with."""
    study = done_study()
    study.settings[name] = other
    assert "stale" in kinds(study)
    study.settings[name] = shipped
    assert kinds(study) == ["done"] * 5
    for record in study.steps.values():
        record.settings[name] = shipped
    del study.settings[name]
    assert kinds(study) == ["done"] * 5


def test_a_layer_that_went_comes_back():
    study, less = done_study(), dict(world().layers)
    gone = less.pop("STATIONS")
    assert kinds(study, layers=less) == ["done", "done", "done", "stale", "stale"]
    assert kinds(study, layers={**less, "STATIONS": gone}) == ["done"] * 5


def test_first_cause_is_the_steps_own():
    from urban_renewal.dialogs.study.readiness import LayerLook, states

    study = done_study()
    layers = {**world().layers, "FACILITIES": LayerLook("poi_2026", "OTHER|||1|0")}
    found = states(study, world(layers=layers))
    assert found["gaps"].reasons[0].code == "layer_swapped"
    assert found["gaps"].reasons[0].values["layer"] == "poi_2026"
    assert found["zones"].reasons[0].code == "step_stale"


def test_zones_are_drawn_without_gaps_where_nobody_has_figures_for_them():
    """They wait for a count that can be made, not for one that cannot; once it is made they are out of date."""
    from urban_renewal.dialogs.study.readiness import is_runnable, states

    study, poor = done_study(), dict(world().layers)
    gaps = study.steps.pop("gaps")
    for key in ("zones", "deliver"):
        study.steps.pop(key)
    assert kinds(study) == ["done", "done", "ready", "blocked", "blocked"]
    choice = study.inputs.pop("POPULATION")
    poor.pop("POPULATION")
    study.steps["prepare"].seen.pop("POPULATION")
    found = states(study, world(layers=poor))
    assert [state.kind for state in found.values()] == ["done", "done", "blocked", "ready", "blocked"]
    assert [(reason.code, reason.values["step"]) for reason in found["zones"].reasons] == [("done_without", "gaps")]
    assert is_runnable(found["zones"])
    record = done_study().steps["zones"]
    record.upstream.pop("gaps")
    study.steps["zones"] = record
    assert states(study, world(layers=poor))["zones"].kind == "done"
    assert states(study, world(layers=poor))["deliver"].kind == "ready"
    study.steps["gaps"], study.inputs["POPULATION"] = gaps, choice
    study.steps["prepare"].seen["POPULATION"] = world().layers["POPULATION"].signature
    assert states(study, world())["zones"].kind == "stale"


def test_missing_package_stands_in_the_way_of_everything():
    from urban_renewal.dialogs.study.readiness import is_runnable, states

    found = states(done_study(), world(missing_packages=("pandas",)))
    assert not any(is_runnable(state) for state in found.values() if state.kind != "done")


def test_stage_is_read_from_the_announcement():
    from urban_renewal.core.words import say
    from urban_renewal.dialogs.study.stages import step_of_text
    from urban_renewal.processing.texts import help_of

    for language in ("zh", "en"):
        title = help_of("facilitygap")["title"][language]
        assert step_of_text(say("study_step", language, number=4, of=6, title=title), language) == "gaps"
    assert step_of_text("Reading parcels", "en") == ""


def test_paths_follow_the_project(tmp_path, project):
    """A study beside its project is kept relative: both can be moved together."""
    from urban_renewal.dialogs.study import project_state
    from urban_renewal.dialogs.study import study as memory

    for place in ("one", "two"):
        (tmp_path / place).mkdir()
    project.setFileName(str(tmp_path / "one/a.qgz"))
    project_state.write_workbook(project, memory.Workbook([memory.Study("s", "n", str(tmp_path / "one/out"))], "s"))
    project.setFileName(str(tmp_path / "two/a.qgz"))
    assert project_state.read_workbook(project).study.folder == str(tmp_path / "two/out")


def test_figures_of_a_gap_table(tmp_path):
    """Need 30 and 10, gap 12 and 0: worst community is the one with the larger mean share."""
    import sqlite3
    from contextlib import closing

    from urban_renewal.dialogs.study.figures import figures_of

    path = tmp_path / "data.gpkg"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE gap_summary (community_id, name, kind, need, gap, people)")
        rows = [("c1", "甲", "kgar", 30, 12, 9), ("c1", "甲", "eday", 10, 0, 9), ("c2", "乙", "kgar", 0, 0, 9)]
        base.executemany("INSERT INTO gap_summary VALUES (?,?,?,?,?,?)", rows)
    found = figures_of("gaps", {"gap_summary": f"{path}|layername=gap_summary"}, {})
    assert found["worst"] == [{"id": "c1", "name": "甲", "share": pytest.approx((12 / 30 + 0) / 2)}]
    assert found["communities"] == 2
    assert found["communities_short"] == 1
    assert found["kinds"] == []


def test_tags_are_counted_as_the_map_and_the_report_count_them(tmp_path):
    """What is renovated, under way or expropriated is no target: it is told by itself, in no figure and no chart."""
    import sqlite3
    from contextlib import closing

    from urban_renewal.dialogs.study.figures import figures_of
    from urban_renewal.dialogs.workbench.card_words import done_lines

    path = tmp_path / "data.gpkg"
    rows = [("old_compound", "confirmed", 0.9, None), ("old_compound", "suspected", 0.5, "listed"),
            ("old_compound", "suspected", 0.5, "under_way"), ("none", "none", None, "renovated"),
            ("urban_village", "confirmed", 0.8, "expropriated"), ("none", "none", None, "")]  # fmt: skip
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE tagged (tag, tag_level, tag_score, programme, tag_source, tag_evidence, rules_id)")
        base.executemany("INSERT INTO tagged VALUES (?, ?, ?, ?, 'rule', '', 'r')", rows)
    found = figures_of("tag", {"tagged": f"{path}|layername=tagged"}, {})
    assert found["tags"] == {"old_compound": {"confirmed": 1, "suspected": 1}, "none": {"none": 1}}
    assert (found["parcels"], found["marked"], found["suspected"], found["over"]) == (6, 2, 1, 2)
    assert found["to_review"] == 1
    assert sum(found["histogram"]["suspected"]) == sum(found["histogram"]["confirmed"]) == 1
    assert "2 more parcels with a tag are renovated" in done_lines("tag", found)[0]
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("ALTER TABLE tagged DROP COLUMN programme")
    assert figures_of("tag", {"tagged": f"{path}|layername=tagged"}, {})["marked"] == 4


def test_people_of_zones_that_nobody_knows_are_not_none_at_all(tmp_path):
    import sqlite3
    from contextlib import closing

    from urban_renewal.dialogs.study.figures import figures_of
    from urban_renewal.dialogs.study.wording import key_figures

    path = tmp_path / "data.gpkg"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE zones (zone_id, name, area_m2, petals_n, people)")
        base.executemany("INSERT INTO zones VALUES (?,?,3e4,2,NULL)", [("Z1", "甲"), ("Z2", "乙")])
    found = figures_of("zones", {"zones": f"{path}|layername=zones"}, {})
    assert found["people"] is None
    assert "—" in [value for value, _ in key_figures("zones", found)]


def test_findings_of_zones_are_counted_and_told(tmp_path):
    """Two zones, three findings not met, all of the first: its bar says so, the card the sums."""
    import sqlite3
    from contextlib import closing

    from urban_renewal.dialogs.parts.charts import bars_of
    from urban_renewal.dialogs.study.figures import figures_of
    from urban_renewal.dialogs.workbench.card_words import done_lines

    path = tmp_path / "data.gpkg"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE zones (zone_id, name, area_m2, petals_n, people)")
        base.executemany("INSERT INTO zones VALUES (?,?,?,?,?)", [("Z1", "甲", 3e4, 2, 9), ("Z2", "乙", 2e4, 1, 8)])
        base.execute("CREATE TABLE petals (zone_id, tag, area_m2)")
        rows = [("Z1", "old_compound", 2e4), ("Z2", "old_compound", 1e4)]
        base.executemany("INSERT INTO petals VALUES (?,?,?)", rows)
        base.execute("CREATE TABLE findings (subject_id, verdict)")
        verdicts = ["fail"] * 3 + ["pass", "unknown"]
        base.executemany("INSERT INTO findings VALUES ('Z1', ?)", [(item,) for item in verdicts])
        base.executemany("INSERT INTO findings VALUES ('Z2', ?)", [("pass",), ("advice",)])
    files = {name: f"{path}|layername={name}" for name in ("zones", "petals", "findings")}
    found = figures_of("zones", files, {})
    assert found["verdicts"] == {"fail": 3, "unknown": 1, "advice": 1, "pass": 2}
    assert found["people"] == 17
    assert [bar.text for bar in bars_of("zones", found)] == ["2.0 ha ✗ 3", "1.0 ha"]
    told = done_lines("zones", found)[0].replace("\xa0", " ").replace("\u2060", "")  # what stays in one line
    assert "✗ 3 not met · ？ 1 to be verified · ! 1 advice · ✓ 2 passed" in told
    assert "No station met the rules" in done_lines("zones", {"zones": 0})[0]
    zones = [{"name": f"第{n}站", "parts": {"old_compound": n * 1e4}, "fail": int(n == 1)} for n in range(1, 9)]
    bars = bars_of("zones", {"bars": zones})
    assert [bar.label for bar in bars] == [
        "第1站",
        "第8站",
        "第7站",
        "第6站",
        "第5站",
        "(3 more)",
    ]
    assert (bars[0].text, bars[-1].text) == ("1.0 ha ✗ 1", "9.0 ha")
    assert len(bars_of("zones", {"bars": zones[:6]})) == 6
    assert done_lines("zones", {}) == []  # a study still runs: nothing has been counted yet


def test_every_result_of_a_step_is_its_own(tmp_path):
    """A step run again after a whole study counts, not the copy of its result in the older delivery."""
    from urban_renewal.dialogs.study import steps
    from urban_renewal.dialogs.study.study import StepRecord, Study

    for name in ("delivery/data.gpkg", "steps/tag/1/tagged.gpkg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    whole = {name: f"delivery/data.gpkg|layername={name}" for name in ("tagged", "gap", "left_out")}
    study = Study(folder=str(tmp_path))
    for step in steps.STEPS:
        study.steps[step.key] = StepRecord("1", "2026-01-01T00:00:00", 1.0, dict(whole))
    study.steps["tag"] = StepRecord("2", "2026-01-02T00:00:00", 1.0, {"tagged": "steps/tag/1/tagged.gpkg"})
    found = steps.results_of(study)
    assert found["tagged"] == str(tmp_path / "steps/tag/1/tagged.gpkg")
    assert found["gap"].endswith("layername=gap")
    assert found["left_out"].endswith("layername=left_out")


def test_every_result_has_an_owner(tmp_path):
    """What the calls of a step write is listed as that step's."""
    from urban_renewal.dialogs.study import steps
    from urban_renewal.dialogs.study.study import Study

    layers = dict.fromkeys(steps.ROLES, "x")
    names = {name for step in steps.STEPS for name in steps.MADE.get(step.key, ())}
    results = dict.fromkeys(names, "y")
    material = steps.Material(layers, {}, Study(folder="f"), results, "en", tmp_path)
    for step in steps.STEPS:
        made = {name for call in step.calls(material) for name in call.outputs.values()}
        assert {steps.owner_of(name) or "deliver" for name in made} == {step.key}


def test_every_key_figure_says_what_it_means(qgis_app):
    """A technician who never read a manual asks the number itself."""
    from urban_renewal.dialogs import meanings
    from urban_renewal.dialogs.study import wording

    kinds = [{"kind": "eday", "gap": 1.0, "need": None}]
    figures = {
        "prepare": {"parcels": 1, "buildings": 1, "connected": 1.0, "checked": True, "errors": 0, "warnings": 0},
        "tag": {"tags": {tag: {"confirmed": 1} for tag in wording.tag_names()}, "suspected": 1},
        "gaps": {"kinds": kinds, "communities_short": 1},
        "zones": {"zones": 1, "hectares": 1.0, "petals": 1, "people": 1},
        "deliver": {"files": 1, "bytes": 10},
    }
    found = {
        label: meanings.meaning_of(label) for step in figures for _, label in wording.key_figures(step, figures[step])
    }
    assert len(found) == 19
    assert [label for label, told in found.items() if not told] == ["MB"]


def test_the_bar_gives_room_to_what_takes_long(stand_ins):
    """A study is checked first, in a moment; what writes its own folder fills the bar to its end."""
    from urban_renewal.dialogs.study.handover import job
    from urban_renewal.processing.algorithms.exportzones import ExportZones
    from urban_renewal.processing.algorithms.fullstudy import FullStudy

    shares = {name: job(name, {}).share for name in ("checkinputs", "fullstudy", "exportzones", "verifydelivery")}
    assert shares == {"checkinputs": 1, "fullstudy": 30, "exportzones": 30, "verifydelivery": 1}
    assert (ExportZones.COMPUTES, FullStudy.COMPUTES) == (1.0, 1.0)
