"""Tokens for the API, and who one is."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.models import Role, RoleGrant
from backend.accounts.services import login
from backend.common.permissions import Public, Staff
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import JSONInput, ProblemOut

from .authentication import account

LOCKED_OUT = {
    (429, "application/problem+json"): OpenApiResponse(
        ProblemOut, description="Five wrong passwords: wait as long as Retry-After says."
    )
}


class CredentialsIn(JSONInput):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=500, trim_whitespace=False, style={"input_type": "password"})


class TokenOut(serializers.Serializer[dict[str, str]]):
    token = serializers.CharField(help_text="Shown once. Send it as `Authorization: Token …`.")


class HeldOut(serializers.Serializer[RoleGrant]):
    role = serializers.ChoiceField(choices=Role.choices)
    unit = serializers.CharField(source="unit.slug")
    unit_name = serializers.CharField(source="unit.name")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)


class MeOut(serializers.Serializer[object]):
    email = serializers.EmailField()
    name = serializers.CharField()
    roles = HeldOut(many=True)


class TokenView(APIView):
    permission_classes = [Public]
    authentication_classes = []

    @extend_schema(
        operation_id="auth_token_create", request=CredentialsIn, responses={201: TokenOut, **LOCKED_OUT}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Sign in with e-mail address and password, and get a token for the API."""
        read_query(request, NoQuery)
        fields = CredentialsIn(data=request.data)
        fields.is_valid(raise_exception=True)
        token = login.issue_token(request=request._request, at=timezone.now(), **fields.validated_data)
        return Response(TokenOut({"token": token}).data, status=201)


class TokensView(APIView):
    permission_classes = [Staff]

    @extend_schema(operation_id="auth_tokens_revoke", responses={204: None})
    def delete(self, request: Request) -> Response:
        """End every token of this account at once, the one in use included."""
        read_query(request, NoQuery)
        login.revoke_tokens(user=account(request), at=timezone.now())
        return Response(status=204)


class MeView(APIView):
    permission_classes = [Staff]

    @extend_schema(operation_id="auth_me", responses={200: MeOut})
    def get(self, request: Request) -> Response:
        """Who is signed in, and the roles that they hold now."""
        read_query(request, NoQuery)
        at = timezone.now()
        user = account(request)
        grants = RoleGrant.objects.held_at(at).filter(user=user).select_related("unit").order_by("id")
        return Response(MeOut({"email": user.email, "name": user.name, "roles": grants}).data)
