//! What `lock`, `unlock`, `set-role`, `user passwd`, `activate` and `deactivate` say it means now.

use crate::fixture::OTHER;
use crate::harness::Desk;

/// One judge: what is said after a change is what `user why` says.
#[test]
fn after_a_change_it_is_said_what_it_means_now() {
    let desk = Desk::usual();
    for (args, says) in [
        (&["unlock", "emil"][..], "it can log in now, with the right password"),
        (&["unlock", "emil"], "it can log in now"),
        (&["unlock", "finn"], "cannot log in: it is inactive; authctl user activate finn helps"),
        (&["unlock", "finn", "--reactivate"], "tokens issued before work again"),
        (&["unlock", "emil", "hana", "dora"], "the other 2 can log in now"),
        (&["unlock", "bob", "cleo"], "both can log in now, with the right passwords"),
        (&["unlock", "bob", "cleo", "jan"], "all 3 can log in now"),
        (&["lock", "bob"], "the app refuses its logins while the lock holds"),
        (&["lock", "hana"], "cannot log in anyway: it has no password"),
        (&["set-role", "cleo", "patient"], "the role holds from the next request on"),
        (&["set-role", "hana", "therapist"], "it is locked"),
        (&["user", "deactivate", "bob"], "refuses its tokens from the next request on"),
        (&["user", "activate", "bob"], "cannot log in: it is locked until 2026-11-25 02:30:00 UTC"),
        (&["user", "activate", "cleo", "gus"], "stuck"),
    ] {
        let out = desk.ok(args);
        assert!(out.stdout.is_empty() && out.stderr.contains(says), "{args:?}: {out:?}");
        let mut lines: Vec<&str> = out.stderr.lines().collect();
        let all = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), all, "nothing is said twice: {out:?}");
    }
    desk.sql("UPDATE users SET locked_until = '2099-01-01 00:00:00' WHERE username IN ('hana', 'jan')");
    let out = desk.ok(&["unlock", "--all-locked", "--yes"]);
    assert!(out.stderr.contains("hana <hana@example.org> (therapist) cannot log in: it has no password"), "{out:?}");
    assert!(out.stderr.contains("can log in now, with the right passwords"), "{out:?}");
    desk.sql("UPDATE users SET locked_until = 'soon' WHERE username = 'ivo'");
    let out = desk.ok_with(&["user", "passwd", "ivo", "--password-stdin"], OTHER);
    assert!(out.stderr.contains("stuck on a lock that nobody can read; authctl unlock ivo helps"), "{out:?}");
    let out = desk.ok_with(&["user", "passwd", "cleo", "--password-stdin", "-n"], OTHER);
    assert!(out.stderr.contains("it can log in then, with the new password"), "{out:?}");
}

/// Every command that says whether the login works asks the same judge, and what no command mends is not left out.
#[test]
fn what_keeps_an_account_out_is_said_alike_wherever_it_is_said() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET last_login = 'soon', role = NULL WHERE username = 'bob'");
    let says = "cannot log in: the app cannot read its last_login; it has no role; whoever may write the file mends \
                the cell: UPDATE users SET last_login = NULL WHERE id = 2; authctl set-role bob patient helps then\n";
    desk.sql("UPDATE users SET is_active = 0 WHERE username = 'bob'");
    for args in [
        &["user", "activate", "bob"][..],
        &["user", "show", "bob"],
        &["user", "edit", "bob", "--full-name", "Bob S"],
        &["user", "verify", "bob"],
    ] {
        let out = desk.ok(args);
        assert_eq!(out.stderr.matches(says).count(), 1, "{args:?}: {out:?}");
    }
    // The tool lets it in, the app does not.
    let desk = Desk::keyed();
    desk.sql("UPDATE users SET role = NULL WHERE username = 'bob'");
    let out = desk.ok_with(&["login", "bob", "--password-stdin"], crate::fixture::PASSWORD);
    assert_eq!(out.stderr.matches("no role; authctl set-role bob patient helps").count(), 1, "{out:?}");
}

/// The configured lifetimes bound what is said of tokens.
#[test]
fn tokens_live_at_most_as_long_as_the_configuration_says() {
    let desk = Desk::usual();
    desk.config("[tokens]\naccess_ttl = \"10m\"\nrefresh_ttl = \"2d\"");
    for args in [&["lock", "bob"][..], &["set-role", "bob", "therapist"], &["unlock", "bob"]] {
        let out = desk.ok(args);
        assert!(out.stderr.contains("access within 10 minutes, refresh within 2 days"), "{args:?}: {out:?}");
    }
    assert!(desk.ok(&["lock", "bob"]).stderr.ends_with("hint: authctl user deactivate bob ends them at once\n"));
}
