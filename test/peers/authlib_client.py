"""Gets a token with Authlib and verifies it against the published keys. Speaks JSON on stdin and stdout."""

import json
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

task = json.load(sys.stdin)
metadata = requests.get(task["issuer"] + "/.well-known/oauth-authorization-server", timeout=10).json()

credential = task.get("client_secret")
if task["method"] == "private_key_jwt":
    credential = {"RS256": RSAKey, "ES256": ECKey}[task["alg"]].import_key(task["private_key"])
session = OAuth2Session(task["client_id"], credential, token_endpoint_auth_method=task["method"])
if task["method"] == "private_key_jwt":
    session.register_client_auth_method(PrivateKeyJWT(metadata["issuer"], alg=task["alg"], headers={"kid": task["kid"]}))

response = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", resource=task["resource"])
keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
token = jwt.decode(response["access_token"], keys, algorithms=["RS256"])
jwt.JWTClaimsRegistry(iss={"essential": True, "value": metadata["issuer"]}, aud={"essential": True, "value": task["resource"]}).validate(token.claims)
json.dump({"header": token.header, "claims": token.claims, "scope": response["scope"]}, sys.stdout)
