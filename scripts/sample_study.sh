#!/usr/bin/env bash
# Read by other scripts (source), which have set `checkout`: the sample city and the whole study of it.
run() { bash "$checkout/scripts/qgis_process.sh" run "$@"; }

sample_city() {  # sample_city OUT: the city in OUT/sample
  run urbanrenewal:createsample -- FOLDER="$1/sample"
}

sample_study() {  # sample_study OUT [NAME=VALUE …]: all of its layers, OUT/delivery; more parameters where others are wanted
  local out=$1 given=() pair
  shift
  for pair in PARCELS=parcels BUILDINGS=buildings ACTIVITY=activity FACILITIES=facilities CAPACITIES=capacities \
    ENTRANCES=entrances POPULATION=communities COMMUNITIES=communities ROADS=roads HEIGHT_POINTS=height_points \
    BARRIERS=barriers STATIONS=stations STATION_ENTRANCES=station_entrances PROTECTED=protected PROGRAMME=programme \
    CONSTRAINTS=constraints PLAN=plan GREEN=green; do
    given+=("${pair%%=*}=$out/sample/sample.gpkg|layername=${pair#*=}")
  done
  run urbanrenewal:fullstudy -- "${given[@]}" DEM="$out/sample/dem.tif" AS_OF=2025-12-31 FOLDER="$out/delivery" "$@"
}
