//! Keys, phone providers, prompts and experiments: lists that configure the tenant.

use super::Family::{Bare, Checkpoint, Keyed, Offset};
use super::Param::{Fields, Same};
use super::{list, Endpoint};

const TWENTY_FIVE: super::Range = (1, 25, 50);

/// Endpoints of lists that configure the tenant.
pub const ENDPOINTS: &[Endpoint] = &[
    list("keys/signing", Bare, "", "read:signing_keys").by("kid"),
    list("keys/encryption", Offset, "keys", "read:encryption_keys").by("kid"),
    list(
        "keys/custom-signing",
        Keyed,
        "keys",
        "read:custom_signing_keys",
    )
    .id("kid"),
    list(
        "branding/phone/providers",
        Keyed,
        "providers",
        "read:phone_providers",
    )
    .by_id()
    .query(&[Same("disabled")]),
    list(
        "branding/phone/templates",
        Keyed,
        "templates",
        "read:phone_templates",
    )
    .by_id()
    .query(&[Same("disabled")]),
    list("prompts/rendering", Offset, "configs", "read:prompts")
        .id("screen")
        .query(&[
            Fields(&[]),
            Same("prompt"),
            Same("screen"),
            Same("rendering_mode"),
        ]),
    list(
        "experimentation/experiments",
        Checkpoint,
        "experiments",
        "read:experimentation",
    )
    .by_id()
    .take(TWENTY_FIVE)
    .query(&[
        Same("status"),
        Same("authentication_flow"),
        Same("feature_flag_id"),
    ]),
    list(
        "experimentation/feature-flags",
        Checkpoint,
        "feature_flags",
        "read:experimentation",
    )
    .by_id()
    .take(TWENTY_FIVE)
    .query(&[Same("type"), Same("status")]),
    list(
        "experimentation/feature-flags/{id}/variations",
        Keyed,
        "variations",
        "read:experimentation",
    )
    .by_id(),
    list("keys/network-acls", Keyed, "keys", "read:network_acls").by_id(),
    list(
        "attack-protection/captcha/policies",
        Bare,
        "",
        "read:attack_protection",
    )
    .by_id(),
    list(
        "experimentation/segments",
        Checkpoint,
        "segments",
        "read:experimentation",
    )
    .by_id()
    .take(TWENTY_FIVE)
    .query(&[Same("type")]),
];
