//! `schema.sql`: a new file is, column by column, what `migrate` makes of an old one.

use crate::bench::*;
use crate::support::{Stage, make_db};

#[test]
fn a_new_file_has_the_schema_of_a_migrated_one() {
    let (old, new) = (scratch(), scratch());
    let migrated = make_db(Stage::Preauth, old.path());
    run(&migrated, &["migrate", "--no-backup"]).expect(0);
    let made = new.path().join("app.db");
    run(&made, &["init"]).expect(0);
    let (migrated, made) = (connection(&migrated), connection(&made));
    let names = "SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name";
    assert_eq!(query(&made, names), query(&migrated, names));
    for table in texts(&made, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
        for facts in [
            "SELECT cid, name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(:t)",
            "SELECT name, \"unique\", origin, partial FROM pragma_index_list(:t) ORDER BY name",
            "SELECT list.name, part.seqno, part.name, part.\"desc\", part.coll
               FROM pragma_index_list(:t) AS list JOIN pragma_index_xinfo(list.name) AS part ORDER BY 1, 2",
            "SELECT \"table\", \"from\", \"to\", on_update, on_delete, \"match\" FROM pragma_foreign_key_list(:t)",
            "SELECT type, wr, strict FROM pragma_table_list(:t)",
        ] {
            let facts = facts.replace(":t", &format!("'{table}'"));
            assert_eq!(query(&made, &facts), query(&migrated, &facts), "{facts}");
        }
    }
    for pragma in ["journal_mode", "user_version", "application_id", "encoding", "page_size", "auto_vacuum"] {
        let pragma = format!("PRAGMA {pragma}");
        assert_eq!(query(&made, &pragma), query(&migrated, &pragma), "{pragma}");
    }
}

#[test]
fn a_new_file_is_up_to_date_and_holds_nobody() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    let document = run(&db, &["init", "--json"]).expect(0).json();
    let database = std::path::Path::new(document["database"].as_str().expect("a path"));
    assert_eq!(std::fs::canonicalize(database).ok(), std::fs::canonicalize(&db).ok());
    assert_eq!((&document["user"], &document["password"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    run(&db, &["migrate", "check"]).expect(0);
    let held = bytes(&db);
    run(&db, &["migrate"]).expect(0).says("unchanged");
    assert_eq!(bytes(&db), held);
    let conn = connection(&db);
    assert_eq!(texts(&conn, "SELECT event FROM security_events"), ["database_created"]);
    assert_eq!(texts(&conn, "SELECT count(*) FROM users"), ["Integer(0)"]);
    assert_sound(&conn);
}
