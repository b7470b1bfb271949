//! `docs/manifest.schema.json` is the Manifest's schema; `BLESS=1` writes it anew.

use std::path::Path;
use std::{env, fs};
use wgpuc_abi::Manifest;

#[test]
fn the_schema_in_docs_is_the_manifests() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manifest.schema.json");
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Manifest)).expect("a schema is JSON") + "\n";
    if env::var_os("BLESS").is_some() {
        fs::write(&file, &schema).expect("the schema is written");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == schema, "docs/manifest.schema.json is not the Manifest's; run this test with BLESS=1");
}
