"""The tables of counted gaps, all kinds at once: the algorithm makes them kind by kind."""

from urban_renewal.core.gaps.summary import Summaries
from urban_renewal.core.gaps.tables import tables_of
from urban_renewal.core.run import Run


def detail_table(parcels, counted, run):
    return tables_of(parcels, counted, "even", run).detail(run)


def wide_table(parcels, detail, counted, run):
    return tables_of(parcels, counted, "even", run).wide(detail, run)


def load_table(parcels, counted, load_rule="even"):
    return tables_of(parcels, counted, load_rule, Run()).loads()


def summary_table(districts, parcels, facilities, barriers, counted, run):
    told = Summaries([districts], parcels, facilities, barriers, run)
    for result in counted.kinds:
        told.add(counted.demand, result, run)
    return told.tables([result.kind for result in counted.kinds])[0]
