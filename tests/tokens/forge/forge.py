"""Tokens of another implementation: good ones, and every attack known for them.

forge.py ISSUER AUDIENCE prints {"jwks", "secret", "tokens": [{"name", "token", "check"}]}; a check of null is a good token.
"""

import base64
import hashlib
import hmac
import json
import sys
import time

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER, AUDIENCE = sys.argv[1:3]
NOW = int(time.time())
SECRET = "a shared secret of more than thirty-two bytes"
rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
other_rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
weak_rsa = rsa.generate_private_key(public_exponent=65537, key_size=1024)
ec_key = ec.generate_private_key(ec.SECP256R1())

tokens = []


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changes):
    usual = {"iss": ISSUER, "sub": "auth0|ann", "aud": AUDIENCE, "iat": NOW, "exp": NOW + 3600}
    usual.update(changes)
    return {name: value for name, value in usual.items() if value is not ...}


def add(name, token, check=None):
    tokens.append({"name": name, "token": token, "check": check})


def sign(name, check=None, key=rsa_key, alg="RS256", kid="r1", payload=None, **header):
    headers = {"kid": kid, **header} if kid else header
    add(name, jwt.encode(payload or claims(), key, algorithm=alg, headers=headers), check)


def by_hand(name, header, payload, check, key=rsa_key):
    """What PyJWT would not write."""
    signed = f"{part(header)}.{part(payload)}"
    signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(signed.encode(), key)
    add(name, f"{signed}.{part(signature)}", check)


def mac(name, secret, check, kid="r1"):
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{part(claims())}"
    add(name, f"{signed}.{part(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}", check)


# Good ones.
for alg in ["RS256", "RS384", "RS512", "PS256"]:
    sign(f"good {alg}", alg=alg)
sign("good ES256", key=ec_key, alg="ES256", kid="e1")
sign("good HS256", key=SECRET, alg="HS256", kid=None)
sign("good: one of several audiences", payload=claims(aud=["https://x/userinfo", AUDIENCE]))
sign("good: an RFC 9068 access token", typ="at+jwt")
sign("good: fractional seconds", payload=claims(exp=NOW + 3600.5, iat=NOW - 0.5))
sign("good: claims of every kind", payload=claims(x={"a": [1, None, True, "é😀", -1.5e300]}, n=10**18))

# The algorithm.
add("none", jwt.encode(claims(), None, algorithm="none"), "algorithm")
for none in ["none", "None", "nOnE", "NONE"]:
    add(f"{none} without a signature", f"{part({'alg': none})}.{part(claims())}.", "algorithm")
sign("none with a signature", "algorithm")
tokens[-1]["token"] = f"{part({'alg': 'none', 'kid': 'r1'})}." + tokens[-1]["token"].split(".", 1)[1]
sign("an algorithm nobody allows", "algorithm", key=SECRET, alg="HS384")
by_hand("no algorithm", {"typ": "JWT", "kid": "r1"}, claims(), "form")

# Key confusion: the public key as the secret of an HMAC, in every spelling.
public = rsa_key.public_key()
pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
jwk = RSAAlgorithm.to_jwk(public, as_dict=True)
for name, secret in {
    "PEM": pem,
    "PEM without its line break": pem.strip(),
    "DER": der,
    "PKCS#1": public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1),
    "modulus": base64.urlsafe_b64decode(jwk["n"] + "=="),
    "modulus as text": jwk["n"].encode(),
    "JWK": json.dumps(jwk).encode(),
    "nothing": b"",
}.items():
    mac(f"key confusion with {name}", secret, "signature")
sign("RSA's key id for an ECDSA signature", "key", key=ec_key, alg="ES256", kid="r1")
sign("ECDSA's key id for an RSA signature", "key", kid="e1")

# Keys.
sign("another key with a known id", "signature", key=other_rsa)
sign("an unknown key id", "key", kid="r9")
sign("no key id where there are several keys", "key", kid=None)
sign("a key id of another case", "key", kid="R1")
sign("a key id like a path", "key", kid="../../r1")
sign("a key id like SQL", "key", kid="r1' or '1'='1")
sign("a key of 1024 bits", "key", key=weak_rsa, kid="weak")
own = RSAAlgorithm.to_jwk(other_rsa.public_key(), as_dict=True)
sign("jwk", "key", key=other_rsa, jwk=own)
sign("jku", "key", key=other_rsa, jku="https://evil.example/jwks.json")
sign("x5u", "key", key=other_rsa, x5u="https://evil.example/cert.pem")
sign("x5c", "key", key=other_rsa, x5c=["MIIB"])
sign("crit", "form", crit=["exp"])
sign("crit of an extension", "form", crit=["http://example.com/x"], **{"http://example.com/x": True})
by_hand("b64", {"alg": "RS256", "kid": "r1", "b64": False, "crit": ["b64"]}, claims(), "form")
sign("zip", "form", zip="DEF")
sign("a token for another purpose", "form", typ="dpop+jwt")

# Signatures.
good = tokens[0]["token"]
head, body, signature = good.split(".")
add("no signature", f"{head}.{body}.", "signature")
add("another token's signature", f"{head}.{part(claims(sub='auth0|eve'))}.{signature}", "signature")
raw = base64.urlsafe_b64decode(signature + "==")
add("a cut signature", f"{head}.{body}.{part(raw[:-8])}", "signature")
add("a signature with a byte more", f"{head}.{body}.{part(raw + bytes(1))}", "signature")
add("a signature with a zero before it", f"{head}.{body}.{part(bytes(1) + raw)}", "signature")
add("a signature of zeros", f"{head}.{body}.{part(bytes(256))}", "signature")
e_head, e_body, e_signature = tokens[4]["token"].split(".")
add("an ECDSA signature of zeros", f"{e_head}.{e_body}.{part(bytes(64))}", "signature")
der_signature = ec_key.sign(f"{e_head}.{e_body}".encode(), ec.ECDSA(hashes.SHA256()))
add("an ECDSA signature in DER", f"{e_head}.{e_body}.{part(der_signature)}", "signature")
sign("PKCS#1 called PSS", "signature")
tokens[-1]["token"] = f"{part({'alg': 'PS256', 'kid': 'r1'})}." + tokens[-1]["token"].split(".", 1)[1]

# Claims.
sign("from somebody else", "issuer", payload=claims(iss="https://evil.example/"))
sign("an issuer without its slash", "issuer", payload=claims(iss=ISSUER.rstrip("/")))
sign("an issuer with a slash more", "issuer", payload=claims(iss=ISSUER + "/"))
sign("an issuer in capitals", "issuer", payload=claims(iss=ISSUER.upper()))
by_hand("a list of issuers", {"alg": "RS256", "kid": "r1"}, claims(iss=[ISSUER]), "issuer")
by_hand("no issuer", {"alg": "RS256", "kid": "r1"}, claims(iss=...), "issuer")
sign("for somebody else", "audience", payload=claims(aud="https://other.example"))
sign("for nobody", "audience", payload=claims(aud=...))
sign("for an empty list", "audience", payload=claims(aud=[]))
sign("for a part of the name", "audience", payload=claims(aud=AUDIENCE[:-1]))
sign("for the name with a slash", "audience", payload=claims(aud=AUDIENCE + "/"))
by_hand("for a number", {"alg": "RS256", "kid": "r1"}, claims(aud=7), "audience")
sign("an ID token", "audience", payload=claims(aud="abcdefClientId", nonce="n", email="a@b.c", email_verified=True))
sign("expired", "expired", payload=claims(exp=NOW - 1))
sign("expired just now", "expired", payload=claims(exp=NOW))
sign("never expires", "expired", payload=claims(exp=...))
by_hand("expiry as text", {"alg": "RS256", "kid": "r1"}, claims(exp=str(NOW + 99)), "form")
by_hand("expiry null", {"alg": "RS256", "kid": "r1"}, claims(exp=None), "form")
by_hand("expiry true", {"alg": "RS256", "kid": "r1"}, claims(exp=True), "form")
sign("expiry before 1970", "expired", payload=claims(exp=-5))
sign("not before", "not yet valid", payload=claims(nbf=NOW + 600))
sign("issued in the future", "not yet valid", payload=claims(iat=NOW + 600))
sign("no subject", "form", payload=claims(sub=...))
by_hand("an empty subject", {"alg": "RS256", "kid": "r1"}, claims(sub=""), "form")
by_hand("a subject that is a list", {"alg": "RS256", "kid": "r1"}, claims(sub=["auth0|ann"]), "form")

# Form.
text = json.dumps(claims())
twice = text[:-1] + ', "sub": "auth0|eve"}'
by_hand("a claim twice", {"alg": "RS256", "kid": "r1"}, twice.encode(), "form")
by_hand("a claim twice, once escaped", {"alg": "RS256", "kid": "r1"}, twice.replace('"sub": "auth0|eve"', '"s\\u0075b": "auth0|eve"').encode(), "form")
by_hand("a member twice within a claim", {"alg": "RS256", "kid": "r1"}, (text[:-1] + ', "x": {"a": 1, "a": 2}}').encode(), "form")
by_hand("an algorithm twice", b'{"alg": "RS256", "kid": "r1", "alg": "none"}', claims(), "form")
by_hand("a zero character", {"alg": "RS256", "kid": "r1"}, claims(x="a\0b"), "form")
by_hand("claims that are a list", {"alg": "RS256", "kid": "r1"}, [claims()], "form")
by_hand("claims that are no JSON", {"alg": "RS256", "kid": "r1"}, b"hello", "form")
by_hand("claims that are no UTF-8", {"alg": "RS256", "kid": "r1"}, text.replace("auth0|ann", "\xff").encode("latin1"), "form")
by_hand("claims nested too deep", {"alg": "RS256", "kid": "r1"}, (text[:-1] + ', "x": ' + "[" * 5000 + "]" * 5000 + "}").encode(), "form")
by_hand("a number beyond all numbers", {"alg": "RS256", "kid": "r1"}, (text[:-1] + ', "x": 1e999999}').encode(), "form")
by_hand("a kid that is a number", {"alg": "RS256", "kid": 1}, claims(), "form")
add("opaque", "Xk3fPq0_opaque_access_token_0a", "form")
add("encrypted", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaa.bbbb.cccc", "form")
add("four parts", good + ".x", "form")
add("JSON serialization", json.dumps({"payload": body, "protected": head, "signature": signature}), "form")
add("padding", f"{head}.{body}==.{signature}", "form")
add("the other base64", f"{head}.{body}.+/{signature[2:]}", "form")
add("another spelling of the same bytes", good[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[good[-1]], "form")
add("a line break", good + "\n", "form")
add("Bearer", "Bearer " + good, "form")
add("empty", "", "form")
add("too large", good + "A" * 300_000, "too large")

jwks = {
    "keys": [
        {**jwk, "kid": "r1", "use": "sig", "alg": "RS256"},
        {**RSAAlgorithm.to_jwk(weak_rsa.public_key(), as_dict=True), "kid": "weak", "use": "sig"},
        {**ECAlgorithm.to_jwk(ec_key.public_key(), as_dict=True), "kid": "e1", "use": "sig"},
        {**RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key(), as_dict=True), "kid": "r2", "use": "sig"},
        {"kty": "oct", "k": part(SECRET.encode()), "kid": "s1"},
    ]
}
json.dump({"jwks": jwks, "secret": SECRET, "tokens": tokens}, sys.stdout)
