"""What the routes about places take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.areas.models import Neighbourhood, Unit

ATTRIBUTION = "Whose data this is; show it wherever the data is shown."


class AreasQuery(serializers.Serializer[None]):
    force = serializers.SlugField(max_length=80, required=False, help_text="Only the force with this slug.")


class LocateQuery(serializers.Serializer[None]):
    """Exactly one of a point, a postcode or a name."""

    lat = serializers.FloatField(
        required=False, min_value=-90, max_value=90, help_text="Degrees north; goes with `lon`."
    )
    lon = serializers.FloatField(
        required=False, min_value=-180, max_value=180, help_text="Degrees east; goes with `lat`."
    )
    postcode = serializers.RegexField(
        r"^ *[A-Za-z0-9][A-Za-z0-9 ]*$",
        required=False,
        max_length=10,
        trim_whitespace=False,  # or more than the ten characters that the schema allows would pass
        help_text="With or without its space.",
    )
    name = serializers.RegexField(
        r"^[^\x00]*[^\x00\s][^\x00]*$",
        required=False,
        max_length=160,
        trim_whitespace=False,
        help_text="A neighbourhood, or how it begins.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for one, other in (("lat", "lon"), ("lon", "lat")):
            if one in attrs and other not in attrs:
                raise serializers.ValidationError({other: [f"Give this together with {one}."]})
        if len({"point" if name in {"lat", "lon"} else name for name in attrs}) != 1:
            raise serializers.ValidationError("Give exactly one of: lat and lon, postcode, name.")
        return attrs


class NeighbourhoodOut(serializers.Serializer[Neighbourhood]):
    id = serializers.UUIDField(source="public_id")
    code = serializers.CharField(help_text="The code of its ward.")
    name = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True, help_text="A point inside it, degrees north.")
    longitude = serializers.FloatField(allow_null=True, help_text="A point inside it, degrees east.")


class UnitOut(serializers.Serializer[Unit]):
    id = serializers.UUIDField(source="public_id")
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Unit.Kind.choices)
    force = serializers.CharField(source="force.slug")


class UnitWithNeighbourhoodsOut(UnitOut):
    neighbourhoods = NeighbourhoodOut(source="current_neighbourhoods", many=True)


class ForceOut(serializers.Serializer[Unit]):
    id = serializers.UUIDField(source="public_id")
    slug = serializers.CharField()
    name = serializers.CharField()
    units = UnitWithNeighbourhoodsOut(source="current_units", many=True)


class AreasOut(serializers.Serializer[dict[str, Any]]):
    attribution = serializers.CharField(help_text=ATTRIBUTION)
    forces = ForceOut(many=True)


class MatchOut(serializers.Serializer[Neighbourhood]):
    neighbourhood = NeighbourhoodOut(source="*")
    unit = UnitOut()


class LocatedOut(serializers.Serializer[dict[str, Any]]):
    found = serializers.BooleanField(help_text="Whether it is exactly one neighbourhood.")
    neighbourhood = NeighbourhoodOut(allow_null=True)
    unit = UnitOut(allow_null=True, help_text="The unit that looks after the neighbourhood.")
    matches = MatchOut(many=True, help_text="Those to choose from, where several neighbourhoods fit.")
    explanation = serializers.CharField(help_text="A sentence to show: where it is, or why it was not found.")
    attribution = serializers.CharField(help_text=ATTRIBUTION)
