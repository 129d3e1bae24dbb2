"""The steps as they are, on a made-up town: what the dock hands over is what the algorithms ask for."""

from qgis.core import QgsProject

from .helpers import one_petal_is_enough


def run_step(dock, qtbot, key):
    card = dock.cards[key]
    assert card.run.isEnabled(), (key, card.state.text(), card.body.text())
    card.run.click()
    qtbot.waitUntil(lambda: not dock.session.is_busy, timeout=240_000)
    failure = dock.session.study.failures.get(key)
    assert failure is None, "\n".join([failure.message, *failure.log[-15:]])
    return card.figures.texts()


def test_steps_one_by_one(real_dock, qtbot, tmp_path, load_town):
    """81 parcels with a house of 1985 each; 9 000 people; one community; one station."""
    from urban_renewal.dialogs.study import results
    from urban_renewal.dialogs.study.turns import through

    load_town()
    dock = real_dock
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=3000)
    dock.folder.setFilePath(str(tmp_path / "study"))
    dock.session.set_value("ZONE_RULES_FILE", one_petal_is_enough(tmp_path / "rules.json"))
    dock.session.set_value("FORMATS", ["gpkg"])
    found = {key: run_step(dock, qtbot, key) for key in ("prepare", "tag", "gaps", "zones", "deliver")}
    assert found["prepare"] == ["81 parcels", "81 buildings", "100 % of streets connected", "0 / 0 errors / warnings"]
    assert "9,000 people" in dock.cards["prepare"].body.text()
    dock.cards["prepare"].link_asked.emit("prepare", "map")
    root, ours = QgsProject.instance().layerTreeRoot(), {"Issues", "Walk network", "Demonstration zones"}
    shown = {"Issues", "Walk network"}
    qtbot.waitUntil(lambda: ours & {layer.name() for layer in root.checkedLayers()} == shown, timeout=5000)
    assert found["tag"] == ["81 old compounds", "0 suspected"]
    assert "1 community with a gap" in found["gaps"]
    assert found["zones"][0] == "1 zone"
    left = results.tables_in(tmp_path / "study/delivery/data.gpkg")
    assert {"zones", "actions", "findings", "projects", "project_items"} <= set(left)
    assert all(card.state.text().startswith("Done") for card in dock.cards.values())
    layers = through(results.opening_delivery(None, QgsProject.instance(), dock.session.study))
    assert {"Demonstration zones", "Tagged parcels", "Walk network"} <= {layer.name() for layer in layers}


def test_zones_without_people_or_facilities(real_dock, qtbot, tmp_path, load_town):
    """Nobody has the figures: zones and a delivery are made all the same, and no gap is told."""
    from urban_renewal.dialogs.study import results

    load_town()
    for name in ("population", "communities", "facilities"):
        QgsProject.instance().removeMapLayer(QgsProject.instance().mapLayersByName(name)[0].id())
    dock = real_dock
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=3000)
    dock.folder.setFilePath(str(tmp_path / "study"))
    dock.session.set_value("ZONE_RULES_FILE", one_petal_is_enough(tmp_path / "rules.json"))
    dock.session.set_value("FORMATS", ["gpkg"])
    dock.refresh()
    assert "Without “Gaps”" in dock.why.text()
    told = []
    dock.session.ended.connect(lambda kind, ok, sentence: told.append(sentence))
    dock.run_all.click()  # all there are data for
    dock.session.since -= 3600
    qtbot.waitUntil(lambda: not dock.session.is_busy, timeout=240_000)
    assert len(told) == 1 and "60 min" in told[0], told  # of all steps, not of the last one
    assert dock.session.study.failures == {}
    first = dock.cards["prepare"].figures.texts()
    assert first[:2] == ["81 parcels", "81 buildings"]  # counted in the layers, as no people are placed
    assert dock.run_all.text() == "Run all"
    assert "Without “Gaps”" not in dock.cards["zones"].body.text()  # it is done: figures stand there now
    states = dock.session.states()
    assert [states[key].kind for key in states] == ["done", "done", "blocked", "done", "done"]
    tables = results.tables_in(tmp_path / "study/delivery/data.gpkg")
    assert {"zones", "findings"} <= set(tables) and "gap_detail" not in tables


def test_a_delivery_whose_check_is_called_off_is_the_new_one_and_said_to_be(real_dock, qtbot, tmp_path, load_town):
    """“The last result is unchanged” was said of a delivery that had just been replaced."""
    load_town()
    dock, told = real_dock, []
    session, runner = dock.session, dock.session.runner
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=3000)
    dock.folder.setFilePath(str(tmp_path / "study"))
    session.set_value("ZONE_RULES_FILE", one_petal_is_enough(tmp_path / "rules.json"))
    session.set_value("FORMATS", ["gpkg"])
    session.ended.connect(lambda kind, ok, sentence: told.append((ok, sentence)))
    session.start_rest("prepare")
    qtbot.waitUntil(lambda: bool(told), timeout=240_000)
    assert told[0][0], (told, session.study.failures)
    manifest = tmp_path / "study/delivery/manifest.json"
    before, record, next_job = manifest.stat().st_mtime_ns, session.study.steps["deliver"].run_id, runner._next

    def cancel_the_check():
        next_job()
        if runner.algorithm == "verifydelivery":
            session.cancel()

    runner._next = cancel_the_check
    session.start_step("deliver")
    qtbot.waitUntil(lambda: not session.is_busy, timeout=240_000)
    assert manifest.stat().st_mtime_ns > before
    assert told[-1][0] is False and told[-1][1].startswith("The new delivery is written"), told
    done = session.study.steps["deliver"]
    assert done.run_id != record and done.figures["files"] > 1 and done.figures["ok"] is None
    assert session.states()["deliver"].kind == "done" and session.study.failures == {}


def test_a_step_refused_at_once_is_told_by_its_own_sentence(real_dock, qtbot, tmp_path, load_town):
    """Behind others that ended well: “Tag cannot run yet” took the place of what is wrong and what to do."""
    load_town()
    dock, told = real_dock, []
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=3000)
    dock.folder.setFilePath(str(tmp_path / "study"))
    dock.session.set_value("RULES_FILE", str(tmp_path / "gone.json"))
    dock.session.ended.connect(lambda kind, ok, sentence: told.append(sentence))
    dock.session.start_rest("prepare")
    qtbot.waitUntil(lambda: not dock.session.is_busy, timeout=240_000)
    assert len(told) == 1 and "gone.json" in told[0], told
    assert dock.session.study.failures["tag"].message == told[0]


def test_whole_study_by_its_button(real_dock, qtbot, tmp_path, load_town):
    """The cards follow the study; what it leaves is on the map and on the cards."""
    dock, seen = real_dock, []
    load_town()
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=3000)
    dock.folder.setFilePath(str(tmp_path / "study"))
    dock.session.set_value("ZONE_RULES_FILE", one_petal_is_enough(tmp_path / "rules.json"))
    dock.session.set_value("FORMATS", ["gpkg"])
    dock._poll.timeout.connect(
        lambda: seen.extend(key for key, card in dock.cards.items() if card.bar.isVisibleTo(card))
    )
    dock._poll.setInterval(20)
    dock.refresh()
    dock.run_all.click()
    qtbot.waitUntil(lambda: not dock.session.is_busy, timeout=240_000)
    failures = dock.session.study.failures
    assert failures == {}, [line for failure in failures.values() for line in failure.log[-15:]]
    assert dock.cards["zones"].figures.texts()[0] == "1 zone"
    assert dock.cards["tag"].figures.texts() == ["81 old compounds", "0 suspected"]
    assert len(QgsProject.instance().mapLayersByName("Demonstration zones")) == 1
    assert list(dict.fromkeys(seen)) == ["prepare", "tag", "gaps", "zones", "deliver"]


def test_again_from_a_step_counts_the_same_people(real_dock, qtbot, tmp_path, load_town):
    """After a whole study the steps from Tag on are made of their own results: nobody is lost, a new tag counts.

    A delivery keeps no people on parcels; made from it, zones would be empty and a review would change nothing.
    """
    import sqlite3
    from contextlib import closing

    from urban_renewal.dialogs.study.steps import results_of
    from urban_renewal.processing.layers.sources import file_of

    load_town()
    dock = real_dock
    session, study = dock.session, dock.session.study
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=3000)
    dock.folder.setFilePath(str(tmp_path / "study"))
    session.set_value("ZONE_RULES_FILE", one_petal_is_enough(tmp_path / "rules.json"))
    session.set_value("FORMATS", ["gpkg"])
    session.start_all()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=240_000)
    before = {key: dict(study.steps[key].figures) for key in ("tag", "gaps", "zones")}
    assert before["zones"]["people"] > 0
    session.set_value("AS_OF", "2026-01-01")  # makes Tag and all behind it out of date
    assert session.first_open() == "tag"
    assert dock.run_all.text() == "From “Tag” on"
    dock.run_all.click()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=90000)
    assert study.failures == {}, [line for failure in study.failures.values() for line in failure.log[-15:]]
    assert all(state.kind == "done" for state in session.states().values())
    for key in ("gaps", "zones"):
        after = study.steps[key].figures
        for name in ("kinds", "zones", "people", "hectares", "petals", "communities_short"):
            assert after.get(name) == before[key].get(name), (key, name)
    tagged = results_of(study)["tagged"]
    assert "steps" in tagged
    with closing(sqlite3.connect(file_of(tagged))) as base:
        assert base.execute("SELECT round(sum(pop)) FROM tagged").fetchone() == (9000.0,)
