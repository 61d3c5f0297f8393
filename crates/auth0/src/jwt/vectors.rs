//! The examples of RFC 7515 (JWS) and RFC 7520 (JOSE cookbook), and what happens when a bit of them changes.
//!
//! Their payloads are not always claims, so here only the signature is checked; the rules around it have their own tests.

use jsonwebtoken::crypto;

use super::{Algorithm, KeySet};

/// RFC 7515 A.2: RS256.
const RS256_KEY: &str = r#"{"keys":[{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]}"#;
const RS256: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

/// RFC 7515 A.3: ES256.
const ES256_KEY: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
const ES256: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/// RFC 7515 A.1: HS256; the key is the base64url of a JWK's `k`.
const HS256_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
const HS256: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// RFC 7520 §4.1 (RS256): the key of §3.3 and the Tolkien payload.
const COOKBOOK_KEY: &str = r#"{"keys":[{"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"}]}"#;
const COOKBOOK: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg";

fn check(token: &str, keys: &KeySet, algorithm: Algorithm, kid: Option<&str>) -> bool {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    keys.candidates(kid, algorithm)
        .any(|key| key.verifies(algorithm, signature, signed.as_bytes()))
}

#[test]
fn the_examples_hold_and_no_changed_one_does() {
    for (token, keys, algorithm, kid) in [
        (RS256, RS256_KEY, Algorithm::Rs256, None),
        (ES256, ES256_KEY, Algorithm::Es256, None),
        (
            COOKBOOK,
            COOKBOOK_KEY,
            Algorithm::Rs256,
            Some("bilbo.baggins@hobbiton.example"),
        ),
    ] {
        let keys = KeySet::parse(keys.as_bytes()).unwrap();
        assert!(check(token, &keys, algorithm, kid), "{token:.30}");
        for at in (0..token.len()).step_by(17) {
            let mut changed = token.as_bytes().to_vec();
            changed[at] = match changed[at] {
                b'.' => continue,
                b'A' => b'B',
                _ => b'A',
            };
            assert!(
                !check(
                    std::str::from_utf8(&changed).unwrap(),
                    &keys,
                    algorithm,
                    kid
                ),
                "at {at}"
            );
        }
        for other in Algorithm::ALL
            .into_iter()
            .filter(|other| *other != algorithm)
        {
            assert!(!check(token, &keys, other, kid), "{}", other.name());
        }
    }
}

#[test]
fn hmac_holds_with_its_own_secret_alone() {
    let (signed, signature) = HS256.rsplit_once('.').unwrap();
    let verify = |key: &jsonwebtoken::DecodingKey| {
        crypto::verify(
            signature,
            signed.as_bytes(),
            key,
            Algorithm::Hs256.signature(),
        )
        .unwrap_or(false)
    };
    let key = HS256_KEY.replace('-', "+").replace('_', "/") + "==";
    assert!(verify(
        &jsonwebtoken::DecodingKey::from_base64_secret(&key).unwrap()
    ));
    assert!(!verify(&jsonwebtoken::DecodingKey::from_secret(
        b"another secret of thirty-two bytes"
    )));
}

#[test]
fn an_rsa_key_is_prepared_once() {
    let keys = KeySet::parse(COOKBOOK_KEY.as_bytes()).unwrap();
    let key = keys.candidates(None, Algorithm::Rs256).next().unwrap();
    assert!(key.is_prepared());
}
