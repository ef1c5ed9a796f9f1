//! `doctor` on more accounts than it reads at a time (1,000): each is looked at once.

use crate::doctor_desk::{findings, healthy, look};

#[test]
fn each_of_many_accounts_is_looked_at_once() {
    let desk = healthy();
    desk.sql(
        "WITH RECURSIVE n (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM n WHERE n < 2500)
         INSERT INTO users (id, username, email, password_hash, salt, role, is_active, is_verified, failed_login_attempts)
         SELECT n, 'many-' || n, 'many-' || n || '@example.org', password_hash, salt, 'patient', 1, 1, 0
         FROM n, users WHERE id = 2;
         UPDATE users SET id = -9223372036854775807 - 1 WHERE id = 3;
         UPDATE users SET failed_login_attempts = 5 WHERE id < 0 OR id BETWEEN 995 AND 1005 OR id BETWEEN 1995 AND 2005
           OR id = 2500",
    );
    let document = look(&desk, &[]);
    let triggers = findings(&document).iter().filter(|finding| finding["id"] == "hair-trigger");
    // The smallest id that there can be, eleven around the end of each page, and the last.
    assert_eq!(triggers.map(|finding| &finding["subject"]).collect::<Vec<_>>(), ["24 accounts"]);
}
